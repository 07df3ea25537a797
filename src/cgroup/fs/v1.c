/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup v1 by files: a directory in each mounted hierarchy. On a hybrid host one more in the v2
 * hierarchy: init can be born in it, and it brings cgroup.kill.
 */
#include <fcntl.h>
#include <signal.h>

#include "base/errno_class.h"
#include "base/io.h"
#include "base/log.h"
#include "cgroup/devices/devices.h"
#include "cgroup/fs/rows.h"
#include "cgroup/fs/stats.h"
#include "os/feature.h"

/* ---- making ---- */

/* A new cpuset is empty, and no process can enter it: it takes what is above it. */
static int inherit(const struct cg_level *l, const char *file, const char *old, struct err *e)
{
	char have[4096], above[4096];
	const char *name = faccessat(l->fd, file, F_OK, 0) < 0 ? old : file;
	int r = io_read_file(l->fd, name, have, sizeof(have));

	if (r >= 0 && have[0])
		return 0;
	if (r >= 0)
		r = io_read_file(l->parent, name, above, sizeof(above));
	if (r < 0)
		return err_sys(e, -r, "read %s of %s and its parent", name, l->path);
	return cg_write(l->fd, l->path, name, above, e);
}

static int cpuset_level(struct cgroup *c, const struct cg_level *l, const struct spec_resources *r,
			struct err *e)
{
	int ret;

	(void)c;
	/* The container's own values first, where it has some: what is inherited may be forbidden
	 * by cpu_exclusive of a sibling. */
	if (l->is_root)
		return 0;
	if (!l->is_leaf || !r || !r->cpu || str_empty(r->cpu->cpus)) {
		ret = inherit(l, "cpuset.cpus", "cpus", e);
		if (ret < 0)
			return ret;
	}
	if (!l->is_leaf || !r || !r->cpu || str_empty(r->cpu->mems))
		return inherit(l, "cpuset.mems", "mems", e);
	return 0;
}

static int v1_set(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct arena a;
	struct cg_plan p;
	int ret;

	arena_init(&a);
	cg_plan_init(&p, &a);
	ret = cg_v1_plan(r, &p, e);
	if (ret >= 0)
		ret = cg_plan_apply(c, &p, e);
	arena_fini(&a);
	return ret < 0 ? err_place(e, "linux.resources") : 0;
}

static int v1_create(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	int ret;

	for (size_t i = 0; i < c->n_dirs; i++) {
		struct cg_dir *d = &c->dirs[i];
		bool optional = d->controllers == CG_UNIFIED;

		ret = cg_dir_make(c, d, d->controllers & CG_CPUSET ? cpuset_level : NULL, r, e);
		if (ret < 0) {
			if (!optional && !cg_may_lose(c, ret))
				return ret;
			log_debug("no cgroup %s (%s)", d->path, err_strerror(-ret));
			cg_dir_unmake(d);
			d->lost = true;
			err_init(e);
		}
	}
	for (size_t i = 0; i < c->n_dirs; i++) {
		if (c->dirs[i].lost || c->dirs[i].ours)
			continue;
		ret = cg_check_unused(c, e);
		if (ret < 0)
			return ret;
		break;
	}
	return r ? v1_set(c, r, e) : 0;
}

static int v1_join(struct cgroup *c, pid_t pid, bool born_in, struct err *e)
{
	for (size_t i = 0; i < c->n_dirs; i++) {
		struct cg_dir *d = &c->dirs[i];
		bool v2 = d->controllers == CG_UNIFIED;
		int r;

		if (d->lost || (v2 && born_in))
			continue;
		r = cg_write_pid(c, d, pid, e);
		if (r >= 0)
			continue;
		/* The v2 directory is only a help, and a state of runc's may name one that it never
		 * filled. */
		if (!v2 && !cg_may_lose(c, r))
			return r;
		d->lost = true;
		err_init(e);
	}
	return 0;
}

static int v1_devices(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, CG_DEVICES);
	int fd;

	if (!d) {
		/* Without rules a container as root would own the host's disks. */
		if (c->rootless)
			return 0;
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"cannot confine devices: the devices cgroup controller is not mounted");
	}
	fd = cg_dir_fd(c, d);
	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	return cg_devices_v1(c, fd, d->path, r, e);
}

static int v1_chown(struct cgroup *c, uint32_t uid, struct err *e)
{
	/* Delegation is not safe on v1, so there is none. */
	(void)c, (void)uid, (void)e;
	return 0;
}

/* ---- freezer ---- */

static int freezer_dir(struct cgroup *c, const char **ret_path, struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, CG_FREEZER);
	int fd;

	if (!d)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"cannot toggle freezer: cgroups not configured for container");
	*ret_path = d->path;
	fd = cg_dir_fd(c, d);
	return fd < 0 ? err_sys(e, -fd, "open cgroup %s", d->path) : fd;
}

/*
 * FREEZING can last for ever when processes fork meanwhile: each write of FROZEN visits the tasks
 * again, and now and then a short thaw lets a task go that waits for a frozen one.
 */
static int freeze_until(int fd, const char *path, unsigned ms, struct err *e)
{
	int64_t deadline = now_ms() + ms;
	char state[32];
	int r;

	for (unsigned i = 0; now_ms() < deadline; i++) {
		if (i % 50 == 49) {
			(void)io_write_file(fd, "freezer.state", "THAWED");
			cg_sleep_us(10000);
		}
		r = cg_write(fd, path, "freezer.state", "FROZEN", e);
		if (r < 0)
			return r;
		if (i)
			cg_sleep_us(i < 25 ? 20 : 500);
		r = io_read_file(fd, "freezer.state", state, sizeof(state));
		if (r < 0)
			return err_sys(e, -r, "read %s/freezer.state", path);
		if (str_eq(state, "FROZEN"))
			return 0;
		if (!str_eq(state, "FREEZING"))
			return err_make(e, ERR_STATE, EBUSY, "unexpected state %s while freezing %s",
					state, path);
	}
	return err_make(e, ERR_SYS, ETIMEDOUT, "unable to freeze %s", path);
}

static int v1_freeze(struct cgroup *c, bool frozen, struct err *e)
{
	const char *path = NULL;
	int fd = freezer_dir(c, &path, e), r;

	if (fd < 0)
		return fd;
	if (!frozen)
		return cg_write(fd, path, "freezer.state", "THAWED", e);
	r = freeze_until(fd, path, c->freeze_ms, e);
	if (r < 0)
		(void)io_write_file(fd, "freezer.state", "THAWED");
	return r;
}

static int v1_is_frozen(struct cgroup *c, struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, CG_FREEZER);
	char state[32];
	int fd, r;

	if (!d)
		return 0;
	fd = cg_dir_fd(c, d);
	/* Frozen because of an ancestor is not frozen by us (the file is there since 3.x). */
	r = fd < 0 ? fd : io_read_file(fd, "freezer.self_freezing", state, sizeof(state));
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0)
		return err_sys(e, -r, "read %s/freezer.self_freezing", d->path);
	return str_eq(state, "1");
}

/* ---- the rest ---- */

static int v1_kill(struct cgroup *c, int sig, struct err *e)
{
	struct cg_dir *v2 = cg_dir_of(c, CG_UNIFIED);
	bool killed = false;

	/* In one go where the v2 directory has them; who is not in it is found by the list. */
	if (v2 && sig == SIGKILL && !os_fallback_forced(OS_CGROUP_KILL)) {
		int fd = cg_dir_fd(c, v2);

		killed = fd >= 0 && io_write_file(fd, "cgroup.kill", "1") == 0;
	}
	return cg_signal_all(c, sig, !killed, e);
}

static int64_t v1_oom_kills(const struct cgroup *c)
{
	struct cg_dir *d = cg_dir_of(c, CG_MEMORY);
	int fd = d ? cg_dir_fd(c, d) : -ENOENT;

	return fd < 0 ? fd : cg_read_key(fd, "memory.oom_control", "oom_kill");
}

const struct cgroup_ops cg_v1_ops = {
	.create = v1_create,
	.join = v1_join,
	.devices = v1_devices,
	.set = v1_set,
	.chown = v1_chown,
	.freeze = v1_freeze,
	.is_frozen = v1_is_frozen,
	.kill = v1_kill,
	.oom_kills = v1_oom_kills,
	.stats = cg_v1_stats,
	.watch = cg_v1_watch,
};
