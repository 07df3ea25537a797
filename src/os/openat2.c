/* SPDX-License-Identifier: Apache-2.0 */
#include "os/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/errno_class.h"
#include "base/io.h"
#include "os/feature.h"
#include "os/statx.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* A rename anywhere on the machine while ".." is walked gives EAGAIN, so it is common. */
#define EAGAIN_TRIES 64

struct open_how_v0 {
	uint64_t flags, mode, resolve;
};

int os_openat2(int dirfd, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how_v0 how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = resolve,
	};
	int i;

	if (os_fallback_forced(OS_OPENAT2))
		return -ENOSYS;
	for (i = 0; i < EAGAIN_TRIES; i++) {
		long r = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

		if (r >= 0)
			return (int)r;
		if (errno != EAGAIN && errno != EINTR)
			/* A true EPERM comes back from the walk that replaces the call. */
			return errno_is_no_syscall(-errno) ? -ENOSYS : -errno;
	}
	return -ENOSYS;
}

static int fdinfo_mount_id(int proc, int fd, uint64_t *ret_id)
{
	char path[64], text[512];
	const char *p;
	int r;

	snprintf(path, sizeof(path), "%sself/fdinfo/%d", proc >= 0 ? "" : "/proc/", fd);
	r = io_read_file(proc >= 0 ? proc : AT_FDCWD, path, text, sizeof(text));
	if (r < 0)
		return r;
	p = strstr(text, "mnt_id:");
	if (!p)
		return -EOPNOTSUPP;
	*ret_id = strtoull(p + strlen("mnt_id:"), NULL, 10);
	return 0;
}

int os_mount_id(int proc, int fd, uint64_t *ret_id)
{
	struct os_statx stx;

	if (!os_fallback_forced(OS_OPENAT2) &&
	    os_statx(fd, OS_STATX_MNT_ID, &stx) == 0 &&
	    (stx.mask & OS_STATX_MNT_ID)) {
		*ret_id = stx.mnt_id;
		return 0;
	}
	return fdinfo_mount_id(proc, fd, ret_id);
}
