/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "store/store.h"

#define ROOT_MODE 0700
#define DIR_MODE  0711 /* the container's root must reach exec.fifo and notify/ by descriptor */

/* Between mkdir and the lock another command can have come to look; it will not stay. */
#define CREATE_LOCK_MS 2000

static int not_found(struct err *e)
{
	return err_make(e, ERR_NOT_FOUND, ENOENT, "container does not exist");
}

void store_dir_close(struct store_dir *d)
{
	if (d->lock >= 0)
		flock(d->lock, LOCK_UN); /* a child of ours may still hold a copy */
	cleanup_fd(&d->lock);
	cleanup_fd(&d->fd);
	free(d->path);
	d->path = NULL;
}

void store_unlock(struct store_dir *d)
{
	if (d->lock >= 0)
		flock(d->lock, LOCK_UN);
}

/*
 * What lies below decides what a privileged command kills, removes and runs, so it has to be the
 * caller's own: somebody else's directory at the place of ours is refused.
 */
static int check_owner(int fd, const char *path, uid_t self, struct stat *st, struct err *e)
{
	if (fstat(fd, st) < 0)
		return err_sys(e, errno, "stat %s", path);
	if (st->st_uid != self)
		return err_make(e, ERR_SYS, EPERM,
				"state directory %s belongs to user %u, not to user %u: operation not permitted",
				path, (unsigned)st->st_uid, (unsigned)self);
	return 0;
}

static int mkdir_one(const char *path)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");

	if (mkdir(path, ROOT_MODE) < 0)
		return errno == EEXIST ? 0 : -errno;
	/* The sticky bit keeps what is in $XDG_RUNTIME_DIR from being tidied away by age. */
	if (!str_empty(xdg) && str_starts(path, xdg) && path[strlen(xdg)] == '/')
		(void)chmod(path, ROOT_MODE | S_ISVTX);
	return 0;
}

static int make_root(const char *root, struct err *e)
{
	auto_free char *path = strdup(root);
	int r = 0;

	if (!path)
		return err_sys(e, ENOMEM, "mkdir %s", root);
	for (char *p = path + 1; r == 0; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		r = mkdir_one(path);
		/* EACCES, EROFS: a parent that is there, and is not ours to write to. */
		if (r < 0 && access(path, F_OK) == 0)
			r = 0;
		*p = c;
		if (!c)
			break;
	}
	return r < 0 ? err_sys(e, -r, "mkdir %s", root) : 0;
}

/* -ENOENT without an error set when there is no root. */
static int open_root(const char *root, uid_t self, int *ret, struct stat *st, struct err *e)
{
	auto_fd fd = openat(AT_FDCWD, root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return err_sys(e, errno, "open %s", root);
	r = check_owner(fd, root, self, st, e);
	if (r < 0)
		return r;
	*ret = TAKE_FD(fd);
	return 0;
}

static char *make_path(const char *root, const char *id)
{
	auto_free char *cwd = root[0] == '/' ? NULL : get_current_dir_name();
	char *path;

	if (asprintf(&path, "%s%s%s/%s", cwd ? cwd : "", cwd ? "/" : "", root, id) < 0)
		return NULL;
	return path;
}

static int open_dir(int rootfd, const char *root, const char *id, struct store_dir *ret, struct err *e)
{
	auto_free char *path = make_path(root, id);
	auto_fd fd = FD_NONE;

	if (!path)
		return err_sys(e, ENOMEM, "open %s/%s", root, id);
	fd = openat(rootfd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG)
			return not_found(e);
		return err_sys(e, errno, "open %s", path);
	}
	*ret = (struct store_dir){ .fd = TAKE_FD(fd), .lock = FD_NONE, .path = TAKE_PTR(path) };
	return 0;
}

/* st: of the root, and then of the directory. */
static int look_at_dir(struct store_dir *d, struct stat *st, struct err *e)
{
	int r = check_owner(d->fd, d->path, st->st_uid, st, e);

	d->owner = st->st_uid;
	d->dev = st->st_dev;
	d->ino = st->st_ino;
	return r;
}

/* As open_root(), for what has this id. */
static int open_root_of(const char *root, const char *id, uid_t self, int *ret, struct stat *st, struct err *e)
{
	int r = store_check_id(id, e);

	if (r < 0)
		return r;
	err_init(e);
	return open_root(root, self, ret, st, e);
}

int store_open(const char *root, uid_t self, const char *id, struct store_dir *ret, struct err *e)
{
	struct store_dir d = STORE_DIR_NONE;
	auto_fd rootfd = FD_NONE;
	struct stat st;
	int r = open_root_of(root, id, self, &rootfd, &st, e);

	if (r < 0)
		return err_is_set(e) ? r : not_found(e);
	r = open_dir(rootfd, root, id, &d, e);
	if (r == 0)
		r = look_at_dir(&d, &st, e);
	if (r < 0)
		store_dir_close(&d);
	else
		*ret = d;
	return r;
}

/* flock(2) has no deadline and a signal for one would be the whole program's business: poll. */
static int flock_until(int fd, int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	long pause_us = 500;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		struct timespec ts = { .tv_nsec = pause_us * 1000 };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (now_ms() >= deadline)
			return -ETIMEDOUT;
		nanosleep(&ts, NULL);
		if (pause_us < 20000)
			pause_us *= 2;
	}
	return 0;
}

static int take_lock(struct store_dir *d, int timeout_ms, struct err *e)
{
	/*
	 * An open file description of its own: a child that inherits d->fd shares no lock. The
	 * directory is locked itself, so that there is no lock file to outlive it.
	 */
	auto_fd fd = d->lock >= 0 ? TAKE_FD(d->lock) :
				    openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return errno == ENOENT ? not_found(e) : err_sys(e, errno, "open %s", d->path);
	r = flock_until(fd, timeout_ms);
	if (r == -ETIMEDOUT)
		return err_make(e, ERR_STATE, ETIMEDOUT,
				"container is busy: another command has held the lock of %s for %d ms",
				d->path, timeout_ms);
	if (r < 0)
		return err_sys(e, -r, "lock %s", d->path);
	d->lock = TAKE_FD(fd);
	return 0;
}

int store_create(const char *root, uid_t self, const char *id, struct store_dir *ret, struct err *e)
{
	struct store_dir d = STORE_DIR_NONE;
	auto_fd rootfd = FD_NONE;
	struct stat st;
	bool gone = false;
	int r = open_root_of(root, id, self, &rootfd, &st, e);

	if (r < 0 && !err_is_set(e)) {
		r = make_root(root, e);
		if (r < 0)
			return r;
		r = open_root(root, self, &rootfd, &st, e);
	}
	if (r < 0)
		return err_is_set(e) ? r : err_sys(e, ENOENT, "open %s", root);
	if (mkdirat(rootfd, id, DIR_MODE) < 0) {
		if (errno == EEXIST)
			return err_make(e, ERR_EXISTS, EEXIST, "container with given ID already exists");
		return err_sys(e, errno, "mkdir %s/%s", root, id);
	}
	r = open_dir(rootfd, root, id, &d, e);
	if (r == 0)
		r = take_lock(&d, CREATE_LOCK_MS, e);
	if (r == 0)
		r = look_at_dir(&d, &st, e);
	gone = r == 0 && st.st_nlink == 0;
	/* By who came to look before it was locked, and took it for what a killed create left. */
	if (gone)
		r = not_found(e);
	/* Whatever the umask. */
	if (r == 0 && (st.st_mode & 07777) != DIR_MODE && fchmod(d.fd, DIR_MODE) < 0)
		r = err_sys(e, errno, "chmod %s", d.path);
	if (r < 0) {
		store_dir_close(&d);
		if (!gone)
			unlinkat(rootfd, id, AT_REMOVEDIR);
		return r;
	}
	*ret = d;
	return 0;
}

int store_lock(struct store_dir *d, int timeout_ms, struct err *e)
{
	struct stat named;
	int r = take_lock(d, timeout_ms, e);

	if (r < 0)
		return r;
	/* Who held it may have removed the container, and a third made one of the same name. */
	if (lstat(d->path, &named) < 0)
		r = errno == ENOENT ? not_found(e) : err_sys(e, errno, "lstat %s", d->path);
	else if (named.st_dev != d->dev || named.st_ino != d->ino)
		r = not_found(e);
	if (r < 0)
		cleanup_fd(&d->lock);
	return r;
}

static int only_names(const struct dirent *ent)
{
	struct err e;

	return store_check_id(ent->d_name, &e) == 0 && (ent->d_type == DT_DIR || ent->d_type == DT_UNKNOWN);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_directory(int rootfd, const struct dirent *ent)
{
	struct stat st;

	if (ent->d_type == DT_DIR)
		return true;
	return fstatat(rootfd, ent->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

int store_names_read(const char *root, uid_t self, struct store_names *ret, struct err *e)
{
	auto_fd rootfd = FD_NONE;
	char path[sizeof("/proc/self/fd/-2147483648")];
	struct dirent **v;
	struct stat st;
	size_t kept = 0;
	int n, r;

	*ret = (struct store_names){ .rootfd = FD_NONE };
	err_init(e);
	r = open_root(root, self, &rootfd, &st, e);
	if (r < 0)
		return err_is_set(e) ? r : 0;
	/* Not by root's name, which may be another's by now; musl has no scandirat(3). */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", rootfd);
	n = scandir(path, &v, only_names, by_name);
	if (n < 0)
		return err_sys(e, errno, "readdir %s", root);
	for (int i = 0; i < n; i++) {
		if (is_directory(rootfd, v[i]))
			v[kept++] = v[i];
		else
			free(v[i]);
	}
	ret->v = v;
	ret->n = kept;
	if (!(st.st_mode & (S_IWGRP | S_IWOTH)))
		ret->rootfd = TAKE_FD(rootfd);
	return 0;
}

void store_names_fini(struct store_names *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	fd_close(s->rootfd);
	*s = (struct store_names){ .rootfd = FD_NONE };
}
