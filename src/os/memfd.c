/* SPDX-License-Identifier: Apache-2.0 */
#include "os/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/feature.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* 6.3; before, every memfd is executable */
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int copy_all(int to, int from)
{
	struct stat st;
	off_t at = 0;

	if (fstat(from, &st) < 0)
		return -errno;
	while (at < st.st_size) {
		ssize_t n = sendfile(to, from, &at, (size_t)(st.st_size - at));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO; /* the file shrank under us */
	}
	return 0;
}

int os_memfd_sealed_copy(const char *name, int from)
{
	auto_fd fd = FD_NONE;
	int r = 0;

	if (os_fallback_forced(OS_MEMFD))
		return -ENOSYS;
	fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	if (from >= 0)
		r = copy_all(fd, from);
	if (r < 0)
		return r;
	if ((from >= 0 && fchmod(fd, 0555) < 0) || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int os_tmpfile_copy(const char *dir, int from)
{
	auto_fd fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0500);
	char link[40];
	int r;

	if (fd < 0)
		return -errno;
	r = copy_all(fd, from);
	if (r < 0)
		return r;
	/* Reopened read-only: a file that is open for writing cannot be executed (ETXTBSY). */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	r = open(link, O_RDONLY | O_CLOEXEC);
	return r < 0 ? -errno : r;
}
