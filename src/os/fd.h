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
/*
 * Init only, for what is the container's own and no harm: left open to the close_range(2) that comes
 * before execve and before the wait for start. A small number of them; the others are closed here.
 */
void os_leave_fd(int fd);
/* Closes those that were left so far, of which none may be in use any more. */
void os_close_left(void);
/* The same where they are closed already. */
void os_forget_left(void);
static inline void cleanup_left_fd(int *fd)
{
	os_leave_fd(*fd);
}
#define auto_left_fd __attribute__((cleanup(cleanup_left_fd))) int
/* Sets or clears close-on-exec on one descriptor. */
int os_set_cloexec(int fd, bool on);
