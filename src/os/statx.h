/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statx(2), Linux 4.11, as the kernel has it: a musl has no such call before 1.2.4, and then a struct
 * without what came later.
 * Runs in: any role.
 */
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"

#define OS_STATX_BASIC_STATS     0x7ffU
#define OS_STATX_MNT_ID          0x1000U /* 5.8 */
#define OS_STATX_ATTR_MOUNT_ROOT 0x2000U /* 5.8 */

struct os_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask, times[8];
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id, rest[13];
};
_Static_assert(sizeof(struct os_statx) == 256, "the kernel's struct statx");

/* Of fd itself; 0, or -1 and errno. */
static inline int os_statx(int fd, unsigned mask, struct os_statx *ret)
{
	return (int)syscall(SYS_statx, fd, "", AT_EMPTY_PATH, mask, ret);
}
