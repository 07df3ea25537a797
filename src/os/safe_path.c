/* SPDX-License-Identifier: Apache-2.0 */
#include "os/safe_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/openat2.h"
#include "os/walk.h"

#define IN_ROOT (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
#define PARENT_MODE 0755

static const char *or_dot(const char *path)
{
	return *path ? path : ".";
}

int safe_open(int root, const char *path, int flags, mode_t mode)
{
	int fd = os_openat2(root, or_dot(path), flags, mode, IN_ROOT);

	if (fd == -ENOSYS)
		fd = os_walk(root, path, flags, mode, 0, flags & O_NOFOLLOW ? WALK_NOFOLLOW : 0);
	return fd;
}

/* With a slash or "/." behind it the kernel follows a symlink in spite of O_NOFOLLOW. */
static int copy_without_tail(const char *path, char *buf, size_t size)
{
	size_t n = strlen(path);

	if (n >= size)
		return -ENAMETOOLONG;
	memcpy(buf, path, n + 1);
	for (;;) {
		if (n > 1 && buf[n - 1] == '/')
			n--;
		else if (n > 2 && buf[n - 1] == '.' && buf[n - 2] == '/')
			n--;
		else
			break;
	}
	buf[n] = '\0';
	return 0;
}

/* O_PATH | O_NOFOLLOW opens the symlink itself, and O_DIRECTORY calls it ENOTDIR. */
static int refuse_symlink(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISLNK(st.st_mode) ? -ELOOP : 0;
}

int safe_open_nofollow(int root, const char *path, int flags, bool no_xdev)
{
	uint64_t resolve = IN_ROOT | (no_xdev ? RESOLVE_NO_XDEV : 0);
	char buf[PATH_MAX];
	auto_fd fd = FD_NONE;
	int r = copy_without_tail(or_dot(path), buf, sizeof(buf));

	if (r < 0)
		return r;
	fd = os_openat2(root, buf, flags | O_NOFOLLOW, 0, resolve);
	if (fd == -ENOTDIR && (flags & O_DIRECTORY)) {
		auto_fd link = os_openat2(root, buf, O_PATH | O_NOFOLLOW, 0, resolve);

		return link >= 0 && refuse_symlink(link) == -ELOOP ? -ELOOP : -ENOTDIR;
	}
	if (fd == -ENOSYS)
		fd = os_walk(root, buf, flags, 0, 0,
			     WALK_NOFOLLOW | (no_xdev ? WALK_NO_XDEV : 0u));
	if (fd < 0)
		return fd;
	r = flags & O_PATH ? refuse_symlink(fd) : 0;
	if (r < 0)
		return r;
	return TAKE_FD(fd);
}

int safe_mkdir_p(int root, const char *path, mode_t mode)
{
	int fd = safe_open(root, path, O_PATH | O_DIRECTORY, 0);

	if (fd == -ENOENT)
		fd = os_walk(root, path, O_PATH | O_DIRECTORY, 0, mode, WALK_MKDIR);
	return fd;
}

int safe_open_plain(int root, const char *path, int flags)
{
	return os_openat2(root, or_dot(path), flags, 0, IN_ROOT | RESOLVE_NO_SYMLINKS);
}

int safe_mkdir_plain(int root, const char *path, mode_t mode)
{
	char buf[PATH_MAX];
	char *slash;
	auto_fd dir = FD_NONE;
	int fd, r = copy_without_tail(path, buf, sizeof(buf));

	slash = r < 0 ? NULL : strrchr(buf, '/');
	if (!slash || str_eq(slash, "/") || str_eq(slash, "/.") || str_eq(slash, "/.."))
		return r < 0 ? r : -EINVAL;
	*slash = '\0';
	dir = safe_open_plain(root, buf, O_PATH | O_DIRECTORY);
	if (dir < 0)
		return dir;
	if (mkdirat(dir, slash + 1, mode) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(dir, slash + 1, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int safe_ensure_file(int root, const char *path, mode_t mode)
{
	int fd = safe_open(root, path, O_PATH, 0);

	if (fd == -ENOENT)
		fd = os_walk(root, path, O_PATH, mode, PARENT_MODE, WALK_MKDIR | WALK_MKFILE);
	return fd;
}

int safe_open_parent(int root, const char *path, bool create, char *name, size_t size)
{
	char buf[PATH_MAX];
	const char *last;
	char *slash;
	int fd, r = copy_without_tail(path, buf, sizeof(buf));

	if (r < 0)
		return r;
	slash = strrchr(buf, '/');
	last = slash ? slash + 1 : buf;
	if (!*last || str_eq(last, ".") || str_eq(last, ".."))
		return -EINVAL;
	if (strlen(last) >= size)
		return -ENAMETOOLONG;
	if (slash) {
		char keep = *slash;

		*slash = '\0';
		fd = create ? safe_mkdir_p(root, buf, PARENT_MODE) :
			      safe_open(root, buf, O_PATH | O_DIRECTORY, 0);
		*slash = keep;
	} else {
		fd = safe_open(root, ".", O_PATH | O_DIRECTORY, 0);
	}
	if (fd >= 0)
		memcpy(name, last, strlen(last) + 1);
	return fd;
}

int safe_open_last(int root, const char *path)
{
	char name[NAME_MAX + 1];
	auto_fd dir = safe_open_parent(root, path, false, name, sizeof(name));
	int fd = dir < 0 ? dir : openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return dir >= 0 && fd < 0 ? -errno : fd;
}
