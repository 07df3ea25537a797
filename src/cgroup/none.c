/* SPDX-License-Identifier: Apache-2.0 */
/* No cgroup at all: the manager "none". What cannot be had without one is an error, and limits in
 * the config, which engines write always, a warning: the caller asked for no cgroup. */
#include "base/log.h"
#include "cgroup/fs/rows.h"

static int no_cgroup(struct err *e, const char *what)
{
	return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "cannot %s: the container has no cgroup", what);
}

static int create(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct arena a;
	struct cg_plan p;
	int ret = 0;

	arena_init(&a);
	cg_plan_init(&p, &a);
	if (r)
		ret = cg_v2_plan(r, &p, e);
	if (ret >= 0 && p.n) {
		if (c->manager == CGROUP_NONE)
			log_warn("linux.resources are not in force: the container has no cgroup");
		else
			ret = no_cgroup(e, "set limits");
	}
	arena_fini(&a);
	return ret;
}

static int devices(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	(void)c, (void)r, (void)e;
	return 0;
}

static int join(struct cgroup *c, pid_t pid, bool born_in, struct err *e)
{
	(void)c, (void)pid, (void)born_in, (void)e;
	return 0;
}

static int set(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	(void)c, (void)r;
	return no_cgroup(e, "set limits");
}

static int chown_dir(struct cgroup *c, uint32_t uid, struct err *e)
{
	(void)c, (void)uid, (void)e;
	return 0;
}

static int freeze(struct cgroup *c, bool frozen, struct err *e)
{
	(void)c;
	return no_cgroup(e, frozen ? "freeze" : "thaw");
}

static int is_frozen(struct cgroup *c, struct err *e)
{
	(void)c, (void)e;
	return 0;
}

static int kill_all(struct cgroup *c, int sig, struct err *e)
{
	(void)c, (void)sig;
	return no_cgroup(e, "signal all processes");
}

static int64_t oom_kills(const struct cgroup *c)
{
	(void)c;
	return -EOPNOTSUPP;
}

static int stats(struct cgroup *c, struct arena *a, struct stats *s, struct err *e)
{
	(void)c, (void)a, (void)s;
	return no_cgroup(e, "read statistics");
}

static int watch(struct cgroup *c, struct cgroup_watch *w, struct err *e)
{
	(void)c, (void)w;
	return no_cgroup(e, "watch for OOM");
}

const struct cgroup_ops cg_none_ops = {
	.create = create,
	.join = join,
	.devices = devices,
	.set = set,
	.chown = chown_dir,
	.freeze = freeze,
	.is_frozen = is_frozen,
	.kill = kill_all,
	.oom_kills = oom_kills,
	.stats = stats,
	.watch = watch,
};
