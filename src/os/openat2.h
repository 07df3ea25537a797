/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openat2(2) (Linux 5.6), and the mount that a descriptor is on.
 * Runs in: any role.
 * Must not happen here: deciding what to do without the call (os/walk.h and its callers do).
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

#ifndef RESOLVE_NO_XDEV
#define RESOLVE_NO_XDEV       0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH       0x08
#define RESOLVE_IN_ROOT       0x10
#endif

/*
 * A CLOEXEC descriptor or -errno. -ENOSYS stands for all the ways in which the call is not there:
 * an old kernel, a seccomp filter that hides it, a forced fallback, and a storm of renames that
 * would not let the kernel prove where ".." leads (-EAGAIN again and again).
 */
int os_openat2(int dirfd, const char *path, int flags, mode_t mode, uint64_t resolve);

/* The id of the mount that fd (also O_PATH) is on: statx (Linux 5.8), or its fdinfo before. That is
 * read below proc, the root of a procfs; FD_NONE: /proc, for callers that can trust the name. */
int os_mount_id(int proc, int fd, uint64_t *ret_id);
