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

#define LEAVE_BELOW 48

static uint64_t left; /* a bit each */

void os_leave_fd(int fd)
{
	if (fd >= LEAVE_BELOW)
		fd_close(fd);
	else if (fd >= 0)
		left |= UINT64_C(1) << fd;
}

void os_close_left(void)
{
	for (; left; left &= left - 1)
		close(__builtin_ctzll(left));
}

void os_forget_left(void)
{
	left = 0;
}

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

/* The kernel gives out the lowest number that is free: ours are all below. */
#define OWN_MAX 4096

static void treat(unsigned fd, bool close_them)
{
	if (close_them)
		close((int)fd);
	else
		os_set_cloexec((int)fd, true);
}

/*
 * The same one by one: by number as far as ours may go, for in a container's root /proc/self/fd is
 * what the image made of it; then by that list, for strangers with high numbers. A false entry
 * could only name a descriptor that is to be closed anyway.
 */
static int walk(unsigned first, bool close_them)
{
	auto_dir dir = NULL;
	struct dirent *de;

	for (unsigned fd = first; fd < OWN_MAX; fd++)
		treat(fd, close_them);
	dir = opendir("/proc/self/fd");
	while (dir && (de = readdir(dir))) {
		uint32_t fd;

		if (parse_u32(de->d_name, &fd) == 0 && fd >= first && (int)fd != dirfd(dir))
			treat(fd, close_them);
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
