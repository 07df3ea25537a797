/* SPDX-License-Identifier: Apache-2.0 */
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "os/feature.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2) /* 5.11 */
#endif

int os_set_cloexec(int fd, bool on)
{
	return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0 ? -errno : 0;
}

static int range_call(unsigned first, unsigned flags)
{
	if (os_fallback_forced(OS_CLOSE_RANGE))
		return -ENOSYS;
	return syscall(SYS_close_range, first, UINT_MAX, flags) < 0 ? -errno : 0;
}

/* The same by the list of what is open. /proc/self/fd is the process's own whoever mounted it,
 * and a false entry could only name a descriptor that is to be closed anyway. */
static int walk(unsigned first, bool close_them)
{
	auto_dir dir = opendir("/proc/self/fd");
	struct dirent *de;

	if (!dir)
		return -errno;
	while ((de = readdir(dir))) {
		uint32_t fd;

		if (parse_u32(de->d_name, &fd) < 0 || fd < first || (int)fd == dirfd(dir))
			continue;
		if (close_them)
			close((int)fd);
		else
			os_set_cloexec((int)fd, true);
	}
	return 0;
}

int os_cloexec_from(unsigned first)
{
	int r = range_call(first, CLOSE_RANGE_CLOEXEC);

	/* EINVAL: 5.9 and 5.10 know the call without this flag. */
	return r == -ENOSYS || r == -EINVAL || r == -EPERM ? walk(first, false) : r;
}

int os_close_from(unsigned first)
{
	int r = range_call(first, 0);

	return r == -ENOSYS || r == -EPERM ? walk(first, true) : r;
}
