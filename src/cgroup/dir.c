/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/errno_class.h"
#include "base/io.h"
#include "base/parse.h"
#include "cgroup/impl.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static const char *const names[CG_BIT_MAX] = {
#define X(id, name) [CG_BIT_##id] = name,
	CG_CONTROLLERS(X)
#undef X
};

const char *cg_controller_name(uint32_t bit)
{
	for (size_t i = 0; i < CG_BIT_MAX; i++)
		if (bit & (1u << i))
			return names[i];
	return "";
}

uint32_t cg_controller_bit(const char *name, size_t len)
{
	for (size_t i = 0; i < CG_BIT_MAX; i++)
		if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
			return 1u << i;
	return 0;
}

bool cg_has_word(const char *list, char sep, const char *word, size_t len)
{
	const char seps[] = { sep, '\0' };

	for (; *list; list += strcspn(list, seps), list += *list == sep)
		if (strcspn(list, seps) == len && strncmp(list, word, len) == 0)
			return true;
	return false;
}

void cg_sleep_us(unsigned us)
{
	struct timespec t = { .tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

bool cg_may_lose(const struct cgroup *c, int r)
{
	return c->rootless && !c->has_path && (errno_is_privilege(r) || r == -EROFS);
}

int cg_write(int fd, const char *path, const char *file, const char *value, struct err *e)
{
	int r = io_write_file(fd, file, value);

	if (r < 0)
		return err_sys(e, -r, "write \"%s\" to %s/%s", value, path, file);
	return 0;
}

int cg_write_pid(struct cgroup *c, struct cg_dir *d, pid_t pid, struct err *e)
{
	char text[16];
	int fd = cg_dir_fd(c, d), r;

	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	snprintf(text, sizeof(text), "%d", (int)pid);
	/* EINVAL can mean that the task is not quite born yet (TASK_NEW). */
	for (unsigned us = 100; ; us *= 4) {
		r = io_write_file(fd, "cgroup.procs", text);
		if (r != -EINVAL || us > 100000)
			break;
		cg_sleep_us(us);
	}
	if (errno_is_privilege(r) && c->manager_ops)
		return c->manager_ops->attach(c, d->path, pid, e);
	if (r < 0)
		return err_sys(e, -r, "write \"%s\" to %s/cgroup.procs", text, d->path);
	return 0;
}

int64_t cg_read_key(int fd, const char *file, const char *key)
{
	char buf[4096];
	size_t len = strlen(key);
	int r = io_read_file(fd, file, buf, sizeof(buf));
	char *save = NULL;
	uint64_t v;

	if (r < 0)
		return r;
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		if (strncmp(l, key, len) == 0 && l[len] == ' ')
			return parse_u64(l + len + 1, INT64_MAX, &v) < 0 ? -EBADMSG : (int64_t)v;
	return -ENODATA;
}

static bool is_cgroup_fs(int fd)
{
	struct statfs s;

	return fstatfs(fd, &s) == 0 &&
	       (s.f_type == CGROUP_SUPER_MAGIC || s.f_type == CGROUP2_SUPER_MAGIC);
}

int cg_dir_fd(const struct cgroup *c, struct cg_dir *d)
{
	auto_fd fd = FD_NONE;

	if (d->fd >= 0)
		return d->fd;
	fd = openat(AT_FDCWD, d->path, DIR_FLAGS);
	if (fd < 0)
		return -errno;
	/* The path comes from a file: never write to something else that is called so. */
	if (!c->fake && !is_cgroup_fs(fd))
		return -ENOTDIR;
	d->fd = TAKE_FD(fd);
	return d->fd;
}

struct cg_dir *cg_dir_of(const struct cgroup *c, uint32_t controller)
{
	for (size_t i = 0; i < c->n_dirs; i++) {
		const struct cg_dir *d = &c->dirs[i];

		if ((d->controllers & controller) && !d->lost)
			return (struct cg_dir *)(uintptr_t)d;
	}
	return NULL;
}

struct cg_dir *cg_dir_main(const struct cgroup *c)
{
	static const uint32_t order[] = { CG_DEVICES, CG_FREEZER, CG_PIDS, ~(uint32_t)0 };
	struct cg_dir *d = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(order) && !d; i++)
		d = cg_dir_of(c, order[i]);
	return d;
}

/* One level below fd; *ret_fresh tells whether it was made. */
static int enter(int fd, const char *name, bool *ret_fresh)
{
	int r;

	*ret_fresh = mkdirat(fd, name, 0755) == 0;
	if (!*ret_fresh && errno != EEXIST) {
		int saved = errno;

		/* A read-only mount, or no permission: it may be there nevertheless. */
		r = openat(fd, name, DIR_FLAGS);
		return r < 0 ? -saved : r;
	}
	r = openat(fd, name, DIR_FLAGS);
	if (r < 0) {
		r = -errno;
		/* Out of descriptors: nobody knows of the directory yet. */
		if (*ret_fresh)
			unlinkat(fd, name, AT_REMOVEDIR);
	}
	return r;
}

static int make_levels(struct cgroup *c, struct cg_dir *d, cg_level_fn fn,
		       const struct spec_resources *r, struct err *e)
{
	auto_free char *path = strdup(d->path); /* cut after the level in work */
	auto_fd fd = openat(AT_FDCWD, d->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC), parent = FD_NONE;
	struct cg_level l = { .parent = FD_NONE, .fd = fd, .path = d->mount, .is_root = true };
	bool fresh = false;
	int ret;

	if (fd < 0)
		return err_sys(e, errno, "open %s", d->mount);
	if (!path)
		return err_sys(e, ENOMEM, "cgroup %s", d->path);
	l.is_leaf = str_eq(d->path, d->mount);
	ret = fn ? fn(c, &l, r, e) : 0;
	for (char *name = path + strlen(d->mount), *end, cut; ret >= 0 && *name == '/'; name = end) {
		end = name + 1 + strcspn(name + 1, "/");
		cut = *end;
		*end = '\0';
		ret = enter(fd, name + 1, &fresh);
		if (ret < 0)
			return err_sys(e, -ret, "make cgroup %s", path);
		fd_close(parent);
		parent = TAKE_FD(fd);
		fd = ret;
		d->n_made += fresh;
		l = (struct cg_level){ .parent = parent, .fd = fd, .path = path, .is_leaf = !cut,
					.is_fresh = fresh };
		ret = fn ? fn(c, &l, r, e) : 0;
		*end = cut;
	}
	if (ret < 0)
		return ret;
	d->ours = fresh;
	d->fd = TAKE_FD(fd);
	return 0;
}

int cg_dir_make(struct cgroup *c, struct cg_dir *d, cg_level_fn fn, const struct spec_resources *r,
		struct err *e)
{
	int ret = make_levels(c, d, fn, r, e);

	/* Another runtime that fails takes its parent directories back, maybe under our feet. */
	for (int i = 0; i < 3 && (ret == -ENOENT || ret == -ENODEV) && access(d->mount, F_OK) == 0;
	     i++) {
		err_init(e);
		d->n_made = 0;
		ret = make_levels(c, d, fn, r, e);
	}
	return ret;
}

void cg_dir_unmake(struct cg_dir *d)
{
	auto_free char *path = strdup(d->path);

	fd_close(d->fd);
	d->fd = FD_NONE;
	while (path && d->n_made) {
		char *slash = strrchr(path, '/');

		/* The levels below the one that failed were never made. */
		if (rmdir(path) == 0)
			d->n_made--;
		else if (errno != ENOENT)
			return;
		if (!slash)
			return;
		*slash = '\0';
	}
}
