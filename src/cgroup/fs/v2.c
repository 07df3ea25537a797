/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup v2 by files: one directory for everything. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/errno_class.h"
#include "base/io.h"
#include "base/log.h"
#include "base/str.h"
#include "cgroup/devices/devices.h"
#include "cgroup/fs/rows.h"
#include "cgroup/fs/stats.h"
#include "os/feature.h"

#define DELEGATE "/sys/kernel/cgroup/delegate"

/* ---- making ---- */

static bool wants_memory(const struct spec_memory *m)
{
	return m && (m->limit.v || m->reservation.v || m->swap.v);
}

static bool wants_io(const struct spec_blkio *b)
{
	return b && (b->weight.v || b->n_weight_devices || b->read_bps.n || b->write_bps.n ||
		     b->read_iops.n || b->write_iops.n);
}

static bool wants_cpu(const struct spec_cpu *c)
{
	return c && (c->shares.v || c->quota.v || c->period.v || c->idle.set || c->burst.set);
}

/* Controllers that count per domain cannot be in a threaded one. Engines write sections with nothing in them; what is not set is 0. */
static bool wants_domain(const struct spec_resources *r)
{
	return r && (wants_memory(r->memory) || wants_io(r->block_io) || r->n_hugepage_limits || wants_cpu(r->cpu));
}

static int check_type(struct cgroup *c, const struct cg_level *l, const struct spec_resources *r,
		      struct err *e)
{
	char type[64];

	/* The root is one (without the file, but in a cgroup namespace), and so is what is made in one. */
	if (l->is_root)
		c->level_is_domain = faccessat(l->fd, "cgroup.type", F_OK, 0) < 0;
	if (l->is_root || (l->is_fresh && c->level_is_domain))
		return 0;
	c->level_is_domain = false;
	if (io_read_file(l->fd, "cgroup.type", type, sizeof(type)) < 0)
		return 0;
	c->level_is_domain = str_eq(type, "domain");
	if (c->level_is_domain)
		return 0;
	if (str_eq(type, "domain invalid")) {
		if (wants_domain(r))
			return err_make(e, ERR_STATE, EOPNOTSUPP,
					"cannot enter cgroupv2 \"%s\" with domain controllers -- it is in an invalid state",
					l->path);
		(void)io_write_file(l->fd, "cgroup.type", "threaded");
		return 0;
	}
	if (wants_domain(r))
		return err_make(e, ERR_STATE, EOPNOTSUPP,
				"cannot enter cgroupv2 \"%s\" with domain controllers -- it is in %s mode",
				l->path, type);
	return 0;
}

/*
 * Hands every controller of this level down. Nothing is written that is on already (a write makes
 * the kernel wait for RCU). What is refused one by one is left: a limit that needs it fails by name
 * later.
 */
static void enable(const struct cg_level *l)
{
	char have[512], on[512], *save = NULL;
	auto_str all;

	if (io_read_file(l->fd, "cgroup.controllers", have, sizeof(have)) < 0 ||
	    io_read_file(l->fd, "cgroup.subtree_control", on, sizeof(on)) < 0)
		return;
	str_init(&all);
	for (char *w = strtok_r(have, " ", &save); w; w = strtok_r(NULL, " ", &save))
		if (!cg_has_word(on, ' ', w, strlen(w)))
			str_addf(&all, "%s+%s", all.len ? " " : "", w);
	if (!all.len || str_failed(&all) ||
	    io_write_file(l->fd, "cgroup.subtree_control", all.s) == 0)
		return;
	save = NULL;
	for (char *w = strtok_r(all.s, " ", &save); w; w = strtok_r(NULL, " ", &save))
		if (io_write_file(l->fd, "cgroup.subtree_control", w) < 0)
			log_debug("controller %s cannot be enabled in %s", w + 1, l->path);
}

int cg_v2_level(struct cgroup *c, const struct cg_level *l, const struct spec_resources *r,
		struct err *e)
{
	int ret = check_type(c, l, r, e);

	if (ret >= 0 && !l->is_leaf)
		enable(l);
	return ret;
}

int cg_v2_check_usage(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	const struct spec_memory *m = r->memory;
	struct cg_dir *d = cg_dir_main(c);
	char text[32];
	long long usage;

	/* v1 refuses a limit below what is in use; v2 would kill. */
	if (!m || !m->check_before_update.set || !m->check_before_update.v || !d ||
	    io_read_file(cg_dir_fd(c, d), "memory.current", text, sizeof(text)) < 0)
		return 0;
	usage = strtoll(text, NULL, 10);
	if (m->swap.set && m->swap.v > 0 && m->swap.v <= usage)
		return err_make(e, ERR_STATE, EBUSY, "rejecting memory+swap limit %lld <= usage %lld",
				(long long)m->swap.v, usage);
	if (m->limit.set && m->limit.v > 0 && m->limit.v <= usage)
		return err_make(e, ERR_STATE, EBUSY, "rejecting memory limit %lld <= usage %lld",
				(long long)m->limit.v, usage);
	return 0;
}

static int v2_set(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct arena a;
	struct cg_plan p;
	int ret;

	arena_init(&a);
	cg_plan_init(&p, &a);
	ret = cg_v2_plan(r, &p, e);
	if (ret >= 0)
		ret = cg_v2_check_usage(c, r, e);
	if (ret >= 0 && p.n && !cg_dir_main(c))
		ret = err_make(e, ERR_UNSUPPORTED, EPERM,
			       "rootless needs no limits + no cgrouppath when no permission is granted for cgroups");
	if (ret >= 0)
		ret = cg_plan_apply(c, &p, e);
	arena_fini(&a);
	return ret < 0 ? err_place(e, "linux.resources") : 0;
}

static int v2_create(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct cg_dir *d = &c->dirs[0];
	int ret = cg_dir_make(c, d, cg_v2_level, r, e);

	if (ret < 0 && cg_may_lose(c, ret)) {
		log_debug("no cgroup %s (%s)", d->path, err_strerror(-ret));
		cg_dir_unmake(d);
		d->lost = true;
		err_init(e);
		ret = 0;
	}
	if (ret >= 0 && !d->lost && !d->ours)
		ret = cg_check_unused(c, e);
	if (ret >= 0)
		ret = cg_named_make(c, e);
	return ret >= 0 && r ? v2_set(c, r, e) : ret;
}

static int v2_join(struct cgroup *c, pid_t pid, bool born_in, struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, CG_UNIFIED);
	/* The write waits for RCU, up to 12 ms on an idle host: never for nothing. */
	int r = !d || born_in ? 0 : cg_write_pid(c, d, pid, e);

	return r < 0 ? r : cg_named_join(c, pid, e);
}

static int v2_devices(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	int fd, ret;

	if (!d)
		return 0;
	fd = cg_dir_fd(c, d);
	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	ret = cg_devices_v2(c, fd, d->path, d->n_made && !d->has_program, r, e);
	d->has_program |= ret >= 0;
	return ret;
}

/* The directory, and the files that the kernel says a delegatee may write. */
int cg_v2_give(struct cgroup *c, struct cg_dir *d, uint32_t uid, struct err *e)
{
	char list[4096] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads", *save = NULL;
	int fd = cg_dir_fd(c, d), r;

	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	if (fchown(fd, uid, (gid_t)-1) < 0)
		return err_sys(e, errno, "give cgroup %s to user %u", d->path, uid);
	r = io_read_file(AT_FDCWD, DELEGATE, list, sizeof(list)); /* Linux 4.15 */
	if (r < 0 && r != -ENOENT)
		return err_sys(e, -r, "read %s", DELEGATE);
	for (char *f = strtok_r(list, "\n", &save); f; f = strtok_r(NULL, "\n", &save))
		if (fchownat(fd, f, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
			return err_sys(e, errno, "give %s/%s to user %u", d->path, f, uid);
	return 0;
}

static int v2_chown(struct cgroup *c, uint32_t uid, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	int r = d ? cg_v2_give(c, d, uid, e) : 0;

	return r < 0 ? r : cg_named_give(c, uid, e);
}

/* ---- freezer (Linux 5.2) ---- */

static int wait_frozen(int fd, const char *path, unsigned ms, struct err *e)
{
	int64_t deadline = now_ms() + ms, left;
	auto_fd events = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = { .fd = events, .events = POLLPRI };
	char buf[256];

	if (events < 0)
		return err_sys(e, errno, "open %s/cgroup.events", path);
	do {
		int64_t v;

		/* This read arms the poll, so that no change after it is missed. */
		(void)!pread(events, buf, sizeof(buf), 0);
		v = cg_read_key(fd, "cgroup.events", "frozen");
		if (v < 0)
			return err_sys(e, (int)-v, "read %s/cgroup.events", path);
		if (v == 1)
			return 0;
		left = deadline - now_ms();
		(void)poll(&p, 1, left < 0 ? 0 : left > 100 ? 100 : (int)left);
	} while (left > 0);
	return err_make(e, ERR_SYS, ETIMEDOUT,
			"timeout of %u ms reached waiting for the cgroup %s to freeze", ms, path);
}

static int v2_freeze(struct cgroup *c, bool frozen, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	int fd = d ? cg_dir_fd(c, d) : -ENOENT, r;

	if (!d)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"cannot toggle freezer: cgroups not configured for container");
	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	r = cg_write(fd, d->path, "cgroup.freeze", frozen ? "1" : "0", e);
	if (r < 0 || !frozen)
		return r;
	r = wait_frozen(fd, d->path, c->freeze_ms, e);
	if (r < 0)
		(void)io_write_file(fd, "cgroup.freeze", "0");
	return r;
}

static int v2_is_frozen(struct cgroup *c, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	char text[16];
	int fd = d ? cg_dir_fd(c, d) : -ENOENT;
	int r = fd < 0 ? fd : io_read_file(fd, "cgroup.freeze", text, sizeof(text));

	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0)
		return err_sys(e, -r, "read %s/cgroup.freeze", d->path);
	return str_eq(text, "1");
}

/* ---- the rest ---- */

static int v2_kill(struct cgroup *c, int sig, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	int fd = d ? cg_dir_fd(c, d) : FD_NONE, r;

	if (fd == -ENOENT || fd == -ENODEV)
		return 0;
	if (fd >= 0 && sig == SIGKILL && !os_fallback_forced(OS_CGROUP_KILL)) {
		r = io_write_file(fd, "cgroup.kill", "1");
		/* Threaded cgroups have the file and refuse. */
		if (r != -ENOENT && r != -EOPNOTSUPP)
			return r < 0 && r != -ENODEV ? err_sys(e, -r, "write \"1\" to %s/cgroup.kill",
							       d->path)
						     : 0;
	}
	return cg_signal_all(c, sig, true, e);
}

static int64_t v2_oom_kills(const struct cgroup *c)
{
	struct cg_dir *d = cg_dir_main(c);
	int fd = d ? cg_dir_fd(c, d) : -ENOENT;

	return fd < 0 ? fd : cg_read_key(fd, "memory.events", "oom_kill");
}

const struct cgroup_ops cg_v2_ops = {
	.create = v2_create,
	.join = v2_join,
	.devices = v2_devices,
	.set = v2_set,
	.chown = v2_chown,
	.freeze = v2_freeze,
	.is_frozen = v2_is_frozen,
	.kill = v2_kill,
	.oom_kills = v2_oom_kills,
	.stats = cg_v2_stats,
	.watch = cg_v2_watch,
};
