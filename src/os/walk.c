/* SPDX-License-Identifier: Apache-2.0 */
#include "os/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/openat2.h"

/* Symlinks, ".." and lost races that one walk may meet; the kernel allows 40 symlinks. */
#define BUDGET 256

struct walk {
	int root, flags;
	mode_t mode, dir_mode;
	unsigned how;
	int cur;             /* the directory reached so far; FD_NONE: root itself */
	char done[PATH_MAX]; /* its path below root, free of symlinks; "" is root */
	char rest[PATH_MAX]; /* what is still to be walked */
	char name[NAME_MAX + 1]; /* the component at hand */
	unsigned budget;
	uint64_t mount_id;   /* of root, with WALK_NO_XDEV */
};

static int cur_fd(const struct walk *w)
{
	return w->cur >= 0 ? w->cur : w->root;
}

static void to_root(struct walk *w)
{
	fd_close(w->cur);
	w->cur = FD_NONE;
	w->done[0] = '\0';
}

/* Puts "head/" in front of what is left. */
static int push(struct walk *w, const char *head)
{
	size_t n = strlen(head), rest = strlen(w->rest);

	if (n + 1 + rest + 1 > sizeof(w->rest))
		return -ENAMETOOLONG;
	memmove(w->rest + n + 1, w->rest, rest + 1);
	memcpy(w->rest, head, n);
	w->rest[n] = '/';
	/* A link as the last component must not become "target/": that asks for a directory. */
	if (rest == 0)
		w->rest[n] = '\0';
	return 0;
}

static int spend(struct walk *w)
{
	return w->budget-- > 0 ? 0 : -ELOOP;
}

/*
 * "..": the parent is found by walking to it from root again, never by asking the kernel, for the
 * directory may have been moved outside since it was opened.
 */
static int go_up(struct walk *w)
{
	char done[PATH_MAX];
	char *slash;
	int r = spend(w);

	if (w->how & WALK_BENEATH)
		return -EXDEV;
	if (r < 0 || !w->done[0])
		return r;
	memcpy(done, w->done, sizeof(done));
	slash = strrchr(done, '/');
	if (!slash) {
		to_root(w);
		return 0;
	}
	*slash = '\0';
	to_root(w);
	return push(w, done);
}

/*
 * A magic link of procfs reads as an absolute path or as "type:[inode]"; its plain links ("self",
 * "net") are short relative ones. As text nothing could leave root, but RESOLVE_NO_MAGICLINKS
 * refuses and so does this.
 */
static bool is_magic_link(int dir, const char *target)
{
	struct statfs fs;

	if (fstatfs(dir, &fs) < 0)
		return true;
	return fs.f_type == PROC_SUPER_MAGIC && (target[0] == '/' || strpbrk(target, ":( "));
}

/* 1: the component was a symlink and is followed; 0: it is not one; *ret_missing: nothing there. */
static int follow_link(struct walk *w, bool last, bool slash, bool *ret_missing)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(cur_fd(w), w->name, target, sizeof(target) - 1);
	int r;

	*ret_missing = false;
	if (n < 0) {
		*ret_missing = errno == ENOENT;
		return errno == EINVAL || errno == ENOENT ? 0 : -errno;
	}
	target[n] = '\0';
	if (last && !slash && (w->how & WALK_NOFOLLOW))
		return -ELOOP;
	if (last && (w->flags & O_EXCL))
		return -EEXIST;
	if (is_magic_link(cur_fd(w), target))
		return -ELOOP;
	r = spend(w);
	if (r < 0)
		return r;
	if (target[0] == '/') {
		if (w->how & WALK_BENEATH)
			return -EXDEV;
		to_root(w);
	}
	r = push(w, target);
	return r < 0 ? r : 1;
}

/* Only procfs is walked with WALK_BENEATH: it can tell about itself. */
static int mount_id(const struct walk *w, int fd, uint64_t *ret)
{
	return os_mount_id(w->how & WALK_BENEATH ? w->root : FD_NONE, fd, ret);
}

static int check_mount(const struct walk *w, int fd)
{
	uint64_t id;
	int r;

	if (!(w->how & WALK_NO_XDEV))
		return 0;
	r = mount_id(w, fd, &id);
	if (r < 0)
		return r;
	return id == w->mount_id ? 0 : -EXDEV;
}

static int make_missing(struct walk *w, bool last)
{
	auto_fd fd = FD_NONE;

	if (last && (w->how & WALK_MKFILE)) {
		fd = openat(cur_fd(w), w->name,
			    O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, w->mode);
		return fd < 0 && errno != EEXIST ? -errno : 0;
	}
	if (mkdirat(cur_fd(w), w->name, w->dir_mode) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

/* Opens the component itself. -EAGAIN: it was swapped for a symlink, look again. */
static int open_component(struct walk *w, int flags)
{
	auto_fd fd = openat(cur_fd(w), w->name, flags | O_NOFOLLOW | O_CLOEXEC, w->mode);
	struct stat st;
	int r;

	if (fd < 0) {
		char c;

		r = -errno;
		if ((r == -ELOOP || r == -ENOTDIR) && readlinkat(cur_fd(w), w->name, &c, 1) >= 0)
			return -EAGAIN;
		return r;
	}
	/* O_DIRECTORY has refused a symlink, O_PATH alone opens it. */
	if ((flags & O_PATH) && !(flags & O_DIRECTORY)) {
		if (fstat(fd, &st) < 0)
			return -errno;
		if (S_ISLNK(st.st_mode))
			return -EAGAIN;
	}
	r = check_mount(w, fd);
	if (r < 0)
		return r;
	return TAKE_FD(fd);
}

/* The walk ended on a directory that is open already ("/", "a/.."). */
static int open_reached(const struct walk *w)
{
	int fd;

	if (w->flags & O_CREAT)
		return -EISDIR;
	fd = openat(cur_fd(w), ".", w->flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int enter(struct walk *w, int fd)
{
	size_t have = strlen(w->done);
	int n = snprintf(w->done + have, sizeof(w->done) - have, "%s%s", have ? "/" : "", w->name);

	if (n < 0 || (size_t)n >= sizeof(w->done) - have) {
		fd_close(fd);
		return -ENAMETOOLONG;
	}
	fd_close(w->cur);
	w->cur = fd;
	return 0;
}

/* Takes the next component off rest: 1; 0 when none is left. */
static int next_component(struct walk *w, bool *ret_last, bool *ret_slash)
{
	char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/"), slashes = strspn(p + n, "/");

	if (n == 0)
		return 0;
	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(w->name, p, n);
	w->name[n] = '\0';
	*ret_last = !p[n + slashes];
	*ret_slash = slashes > 0;
	p += n + slashes;
	/* The slash behind the last component stays: a symlink there must lead to a directory. */
	if (*ret_last && slashes)
		p--;
	memmove(w->rest, p, strlen(p) + 1);
	return 1;
}

/* One component. 1: go on; 0: *ret_fd is the result; or -errno. */
static int step(struct walk *w, int *ret_fd)
{
	bool last, slash, missing;
	int flags, r = next_component(w, &last, &slash);

	if (r == 0) {
		r = open_reached(w);
		if (r >= 0)
			*ret_fd = r;
		return r < 0 ? r : 0;
	}
	if (r < 0 || str_eq(w->name, "."))
		return r;
	if (str_eq(w->name, "..")) {
		r = go_up(w);
		return r < 0 ? r : 1;
	}
	r = follow_link(w, last, slash, &missing);
	if (r != 0)
		return r;
	if (missing && (w->how & WALK_MKDIR)) {
		r = make_missing(w, last && !slash);
		if (r < 0)
			return r;
	}
	flags = last ? w->flags | (slash ? O_DIRECTORY : 0) : O_PATH | O_DIRECTORY;
	r = open_component(w, flags);
	if (r == -EAGAIN || (r == -ENOENT && !missing) || (r == -ENOENT && (w->how & WALK_MKDIR))) {
		/* Somebody is renaming under us: look at the same name again. */
		int again = spend(w);

		if (again == 0)
			again = push(w, w->name);
		return again < 0 ? again : 1;
	}
	if (r < 0)
		return r;
	if (last) {
		*ret_fd = r;
		return 0;
	}
	r = enter(w, r);
	return r < 0 ? r : 1;
}

int os_walk(int root, const char *path, int flags, mode_t mode, mode_t dir_mode, unsigned how)
{
	struct walk w = {
		.root = root, .flags = flags, .mode = mode, .dir_mode = dir_mode, .how = how,
		.cur = FD_NONE, .budget = BUDGET,
	};
	size_t len = strlen(path);
	int fd = FD_NONE, r = 0;

	if (len >= sizeof(w.rest))
		return -ENAMETOOLONG;
	memcpy(w.rest, path, len + 1);
	if (how & WALK_NO_XDEV)
		r = mount_id(&w, root, &w.mount_id);
	if (r == 0)
		do
			r = step(&w, &fd);
		while (r > 0);
	fd_close(w.cur);
	return r < 0 ? r : fd;
}
