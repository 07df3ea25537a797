/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors by the range (close_range: Linux 5.9, CLOSE_RANGE_CLOEXEC: 5.11).
 * Runs in: all roles.
 */
#pragma once

#include "base/util.h"

/* Marks every descriptor >= first close-on-exec. 0 or -errno. */
int os_cloexec_from(unsigned first);
/* Closes every descriptor >= first. 0 or -errno. */
int os_close_from(unsigned first);
/* Sets or clears close-on-exec on one descriptor. */
int os_set_cloexec(int fd, bool on);
