/* SPDX-License-Identifier: Apache-2.0 */
/* Into a running container's cgroup, which may have been divided meanwhile. */
#include <fcntl.h>
#include <stdio.h>

#include "base/path.h"
#include "cgroup/impl.h"

/* One directory below d, by a path that is d's or lies below it. */
static int join_path(struct cgroup *c, const struct cg_dir *d, const char *path, pid_t pid,
		     struct err *e)
{
	struct cg_dir at = { .controllers = d->controllers, .path = path, .fd = FD_NONE };
	int r = cg_write_pid(c, &at, pid, e);

	if (r < 0)
		err_wrap(e, "adding pid %d to cgroups", (int)pid);
	fd_close(at.fd);
	return r;
}

/* Field 3 of the v2 line of /proc/PID/cgroup. */
static int v2_path_of(struct cgroup *c, pid_t pid, char *buf, size_t size, char **ret, struct err *e)
{
	char file[32], *save = NULL;
	int r;

	snprintf(file, sizeof(file), "%d/cgroup", (int)pid);
	r = procfs_read(c->proc, file, buf, size);
	if (r < 0)
		return err_sys(e, -r, "read /proc/%s", file);
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (str_starts(l, "0::")) {
			*ret = l + 3;
			return 0;
		}
	}
	return err_make(e, ERR_SYS, ENOENT, "no cgroup v2 path in /proc/%s", file);
}

/* anywhere: not only below the container's own. */
static int follow(struct cgroup *c, pid_t pid, pid_t init, bool anywhere, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	char buf[8192], *own = NULL;
	struct arena a;
	char *path;
	int r;

	if (!d)
		return 0;
	r = v2_path_of(c, init, buf, sizeof(buf), &own, e);
	if (r < 0)
		return r;
	arena_init(&a);
	path = path_join(&a, CG_ROOT, own);
	if (!path)
		r = err_sys(e, ENOMEM, "join cgroup %s", d->path);
	else if (!anywhere && !path_is_below(path, d->path))
		r = err_make(e, ERR_STATE, EBUSY, "cgroup %s is divided, and init is not in it but in %s",
			     d->path, path);
	else
		r = join_path(c, d, path, pid, e);
	arena_fini(&a);
	return r < 0 ? r : cg_named_join(c, pid, e);
}

int cgroup_follow_init(struct cgroup *c, pid_t pid, pid_t init, struct err *e)
{
	return follow(c, pid, init, false, e);
}

int cgroup_join_init(struct cgroup *c, pid_t pid, bool born_in, pid_t init, struct err *e)
{
	int r = cgroup_join(c, pid, born_in, e);
	/* Privileged processes that moved elsewhere: systemd removes the scope that they left. */
	bool gone = r == -ENOENT || r == -ENODEV;

	if ((r != -EBUSY && !gone) || c->ops != &cg_v2_ops || init <= 0)
		return r;
	err_init(e);
	return follow(c, pid, init, gone, e);
}

/* The bits of a comma list; 0 when one of them is unknown. */
static uint32_t bits_of(const char *list)
{
	uint32_t bits = 0;

	if (!list)
		return ~(uint32_t)0;
	for (; *list; list += strcspn(list, ","), list += *list == ',') {
		uint32_t bit = cg_controller_bit(list, strcspn(list, ","));

		if (!bit)
			return 0;
		bits |= bit;
	}
	return bits;
}

int cgroup_join_sub(struct cgroup *c, pid_t pid, const char *controllers, const char *sub,
		    struct err *e)
{
	uint32_t bits = bits_of(controllers), left = controllers ? bits : 0;
	struct arena a;
	int r = 0;

	if (!bits)
		return err_make(e, ERR_USAGE, EINVAL, "unknown controller in \"%s\"", controllers);
	arena_init(&a);
	for (size_t i = 0; i < c->n_dirs && r >= 0; i++) {
		const struct cg_dir *d = &c->dirs[i];
		char *path = path_join(&a, d->path, sub);

		if (d->lost || !(d->controllers & bits) || (d == cg_named(c) && !controllers))
			continue;
		if (!path)
			r = err_sys(e, ENOMEM, "join cgroup %s", d->path);
		else if (!path_is_below(path, d->path))
			r = err_make(e, ERR_USAGE, EINVAL, "bad sub cgroup path: %s", sub);
		else
			r = join_path(c, d, path, pid, e);
		left &= ~d->controllers;
	}
	arena_fini(&a);
	if (r >= 0 && left)
		return err_make(e, ERR_USAGE, ENOENT, "controller \"%s\" is not in use here",
				cg_controller_name(left));
	return r;
}
