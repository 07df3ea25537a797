/* SPDX-License-Identifier: Apache-2.0 */
#include "os/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/feature.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* 6.3; before, every memfd is executable */
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int copy_part(int to, int from, off_t at, off_t len)
{
	off_t end = at + len;

	while (at < end) {
		ssize_t n = sendfile(to, from, &at, (size_t)(end - at));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO; /* the file shrank under us */
	}
	return 0;
}

static int sealed(const char *name, int from, off_t at, off_t len)
{
	auto_fd fd = FD_NONE;
	int r;

	if (os_fallback_forced(OS_MEMFD))
		return -ENOSYS;
	fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	r = copy_part(fd, from, at, len);
	if (r < 0)
		return r;
	if ((len && fchmod(fd, 0555) < 0) || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int unnamed(const char *dir, int from, off_t at, off_t len)
{
	auto_fd fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0500);
	struct statvfs fs;
	char link[40];
	int r;

	if (fd < 0 || fstatvfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_flag & ST_NOEXEC) /* Debian's /run */
		return -EACCES;
	r = copy_part(fd, from, at, len);
	if (r < 0)
		return r;
	/* Reopened read-only: a file that is open for writing cannot be executed (ETXTBSY). */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	r = open(link, O_RDONLY | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

int os_memfd_empty(const char *name)
{
	return sealed(name, FD_NONE, 0, 0);
}

int os_program_copy(const char *name, int from, off_t at, off_t len)
{
	static const char *const dirs[] = { "/run", "/dev/shm", "/tmp" };
	int fd = sealed(name, from, at, len), first = fd;

	for (size_t i = 0; fd < 0 && i < ARRAY_SIZE(dirs); i++)
		fd = unnamed(dirs[i], from, at, len);
	return fd < 0 ? first : fd;
}
