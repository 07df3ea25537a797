/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

int io_write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t io_read_full(int fd, void *buf, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, (char *)buf + have, size - have);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

#define HALF_PAGE 2048

ssize_t io_read_record(int fd, void *buf, size_t size)
{
	ssize_t n, more;

	do
		n = read(fd, buf, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n < HALF_PAGE && (size_t)n < size)
		return n;
	more = io_read_full(fd, (char *)buf + n, size - (size_t)n);
	return more < 0 ? more : n + more;
}

/* whole: 0 where the size says nothing. */
int io_read_sized(int fd, size_t whole, size_t max, char **ret, size_t *ret_len)
{
	bool known = whole > 0 && whole <= max;
	size_t size = known ? whole + 1 : 4096, have = 0;
	auto_free char *buf = NULL;

	for (;;) {
		char *p = realloc(buf, size);
		ssize_t n;

		if (!p)
			return -ENOMEM;
		buf = p;
		n = io_read_full(fd, buf + have, size - 1 - have);
		if (n < 0)
			return (int)n;
		have += (size_t)n;
		if (have > max)
			return -EFBIG;
		/* A regular file is read as long as it was: what is appended meanwhile is not waited for. */
		if (have < size - 1 || (known && have == whole))
			break;
		size *= 2;
	}
	buf[have] = '\0';
	*ret = TAKE_PTR(buf);
	if (ret_len)
		*ret_len = have;
	return 0;
}

int io_read_alloc(int fd, size_t max, char **ret, size_t *ret_len)
{
	struct stat st;
	bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;

	return io_read_sized(fd, regular ? (size_t)st.st_size : 0, max, ret, ret_len);
}

int io_read_file(int dirfd, const char *path, char *buf, size_t size)
{
	auto_fd fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = io_read_record(fd, buf, size);
	if (n < 0)
		return (int)n;
	if ((size_t)n >= size)
		return -EFBIG;
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return 0;
}

int io_write_file(int dirfd, const char *path, const char *text)
{
	auto_fd fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

#define NEW_FILE (O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW)

static int new_name(char *tmp, size_t size, const char *name)
{
	return snprintf(tmp, size, ".%s.new", name) >= (int)size ? -ENAMETOOLONG : 0;
}

int io_prepare_file(int dirfd, const char *name, const void *buf, size_t len, mode_t mode)
{
	char tmp[300];
	auto_fd fd = FD_NONE;
	int r = new_name(tmp, sizeof(tmp), name);

	if (r < 0)
		return r;
	fd = openat(dirfd, tmp, NEW_FILE, mode);
	/* Left by who was killed, or put there by others: what it is does not matter, and what it is a
	 * link to stays as it is. */
	if (fd < 0 && errno == EEXIST && unlinkat(dirfd, tmp, 0) == 0)
		fd = openat(dirfd, tmp, NEW_FILE, mode);
	if (fd < 0)
		return -errno;
	r = io_write_all(fd, buf, len);
	if (r < 0)
		unlinkat(dirfd, tmp, 0);
	return r;
}

int io_publish_file(int dirfd, const char *name)
{
	char tmp[300];
	int r = new_name(tmp, sizeof(tmp), name);

	if (r == 0 && renameat(dirfd, tmp, dirfd, name) < 0) {
		r = -errno;
		unlinkat(dirfd, tmp, 0);
	}
	return r;
}

int io_replace_file(int dirfd, const char *name, const void *buf, size_t len, mode_t mode)
{
	int r = io_prepare_file(dirfd, name, buf, len, mode);

	return r < 0 ? r : io_publish_file(dirfd, name);
}

int io_create_file(int dirfd, const char *name, const void *buf, size_t len, mode_t mode)
{
	auto_fd fd = openat(dirfd, name, NEW_FILE, mode);
	int r = fd < 0 ? -errno : io_write_all(fd, buf, len);

	if (fd >= 0 && r < 0)
		unlinkat(dirfd, name, 0);
	return r;
}
