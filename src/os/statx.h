/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statx(2), Linux 4.11. musl has it since 1.2.4, Debian 12 has an older one.
 * Runs in: any role.
 */
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int statx(int fd, const char *path, int flags, unsigned mask, struct statx *ret)
{
	return (int)syscall(SYS_statx, fd, path, flags, mask, ret);
}
#endif
