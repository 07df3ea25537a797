/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tmpcopyup: a tmpfs starts with what the directory below it holds.
 * By descriptors only; a symlink is copied, never followed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "mount/plan.h"

#define MAX_DEPTH 128
#define XATTR_LIST_MAX_LEN 4096

static int copy_dir(int from, int to, unsigned depth, struct err *e);

static int copy_data(int from, int to)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, 1 << 20);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

/* File capabilities above all; a tmpfs that takes no user attributes is no error. */
static int copy_xattrs(int from, int to)
{
	char names[XATTR_LIST_MAX_LEN], value[XATTR_LIST_MAX_LEN];
	ssize_t size = flistxattr(from, names, sizeof(names)), len;
	const char *name;

	if (size < 0)
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (name = names; name < names + size; name += strlen(name) + 1) {
		/* The label of the new file system is the mount's. */
		if (str_eq(name, "security.selinux"))
			continue;
		len = fgetxattr(from, name, value, sizeof(value));
		if (len >= 0 && fsetxattr(to, name, value, (size_t)len, 0) < 0 &&
		    errno != EOPNOTSUPP && errno != EPERM)
			return -errno;
	}
	return 0;
}

static int copy_owner_mode_times(int to, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchown(to, st->st_uid, st->st_gid) < 0 || fchmod(to, st->st_mode & 07777) < 0 ||
	    futimens(to, times) < 0)
		return -errno;
	return 0;
}

static int copy_file(int from_dir, int to_dir, const char *name, const struct stat *st)
{
	auto_fd from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	auto_fd to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	int r;

	if (from < 0 || to < 0)
		return -errno;
	r = copy_data(from, to);
	if (r == 0)
		r = copy_owner_mode_times(to, st);
	return r == 0 ? copy_xattrs(from, to) : r;
}

static int copy_link(int from_dir, int to_dir, const char *name, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, to_dir, name) < 0 ||
	    fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_special(int to_dir, const char *name, const struct stat *st)
{
	if (mknodat(to_dir, name, st->st_mode, st->st_rdev) < 0 ||
	    fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_subdir(int from_dir, int to_dir, const char *name, const struct stat *st,
		       unsigned depth, struct err *e)
{
	auto_fd from = openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_fd to = FD_NONE;
	int r;

	if (from < 0 || mkdirat(to_dir, name, 0700) < 0)
		return err_sys(e, errno, "copy up %s", name);
	to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return err_sys(e, errno, "copy up %s", name);
	r = copy_dir(from, to, depth + 1, e);
	if (r < 0)
		return err_wrap(e, "%s", name);
	r = copy_owner_mode_times(to, st);
	if (r == 0)
		r = copy_xattrs(from, to);
	return r < 0 ? err_sys(e, -r, "copy up %s", name) : 0;
}

static int copy_entry(int from, int to, const char *name, unsigned depth, struct err *e)
{
	struct stat st;
	int r;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "copy up %s", name);
	if (S_ISDIR(st.st_mode))
		return copy_subdir(from, to, name, &st, depth, e);
	if (S_ISREG(st.st_mode))
		r = copy_file(from, to, name, &st);
	else if (S_ISLNK(st.st_mode))
		r = copy_link(from, to, name, &st);
	else
		r = copy_special(to, name, &st);
	return r < 0 ? err_sys(e, -r, "copy up %s", name) : 0;
}

static int copy_dir(int from, int to, unsigned depth, struct err *e)
{
	int dup = fcntl(from, F_DUPFD_CLOEXEC, 0), r = 0;
	auto_dir d = dup < 0 ? NULL : fdopendir(dup);
	struct dirent *de;

	if (!d) {
		r = err_sys(e, errno, "copy up: read a directory");
		fd_close(dup);
		return r;
	}
	if (depth > MAX_DEPTH)
		return err_make(e, ERR_CONFIG, ELOOP, "copy up: more than %d directories deep",
				MAX_DEPTH);
	while (r == 0 && (errno = 0, de = readdir(d)))
		if (!str_eq(de->d_name, ".") && !str_eq(de->d_name, ".."))
			r = copy_entry(from, to, de->d_name, depth, e);
	if (r == 0 && errno)
		return err_sys(e, errno, "copy up: read a directory");
	return r;
}

int mount_copy_up(int from, int mount, struct err *e)
{
	auto_fd to = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return to < 0 ? err_sys(e, errno, "copy up: open the tmpfs") : copy_dir(from, to, 0, e);
}
