/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of errno values that mean one thing.
 * Runs in: anywhere.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>

/* The kernel does not know the call, the flag or the file system. r is -errno. */
static inline bool errno_is_not_supported(int r)
{
	return r == -ENOSYS || r == -EOPNOTSUPP || r == -ENOTTY || r == -ENOPROTOOPT ||
	       r == -EAFNOSUPPORT || r == -EPFNOSUPPORT || r == -EPROTONOSUPPORT;
}

/* Refused for want of a capability, or by a filter around us. */
static inline bool errno_is_privilege(int r)
{
	return r == -EPERM || r == -EACCES;
}

/* A new system call is not there, or a seccomp filter written before it hides it. */
static inline bool errno_is_no_syscall(int r)
{
	return r == -ENOSYS || r == -EPERM;
}
