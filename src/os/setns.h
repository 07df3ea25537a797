/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering namespaces (setns with a pidfd: Linux 5.8; CLONE_NEWTIME: 5.6).
 * Runs in: stage | init | parent for its children's pid namespace alone.
 */
#pragma once

#include "base/util.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* flags: one CLONE_NEW* for a namespace's own descriptor, several for a pidfd. -errno. */
int os_setns(int fd, uint64_t flags);
int os_unshare(uint64_t flags);
