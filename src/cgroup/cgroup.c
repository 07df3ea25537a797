/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"
#include "cgroup/impl.h"

static const char *const managers[] = {
	[CGROUP_FS] = "cgroupfs",
	[CGROUP_SYSTEMD] = "systemd",
	[CGROUP_NONE] = "none",
};

const char *cgroup_manager_name(enum cgroup_manager m)
{
	return managers[m];
}

int cgroup_manager_parse(const char *name, enum cgroup_manager *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(managers); i++) {
		if (str_eq(managers[i], name)) {
			*ret = (enum cgroup_manager)i;
			return 0;
		}
	}
	return -EINVAL;
}

int cgroup_create(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	int ret = c->manager_ops ? c->manager_ops->create(c, r, e) : c->ops->create(c, r, e);

	if (ret < 0)
		for (size_t i = c->n_dirs; i > 0; i--)
			cg_dir_unmake(&c->dirs[i - 1]);
	return ret;
}

int cgroup_clone_fd(const struct cgroup *c)
{
	struct cg_dir *d = c->unstarted ? NULL : cg_dir_of(c, CG_UNIFIED);
	int fd = d ? cg_dir_fd(c, d) : FD_NONE;

	return fd >= 0 ? fd : FD_NONE;
}

bool cgroup_clone_is_all(const struct cgroup *c)
{
	return c->ops == &cg_v2_ops && !cg_named(c);
}

int cgroup_join(struct cgroup *c, pid_t pid, bool born_in, struct err *e)
{
	return c->manager_ops ? c->manager_ops->join(c, pid, born_in, e)
			      : c->ops->join(c, pid, born_in, e);
}

int cgroup_apply_devices(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	return c->ops->devices(c, r, e);
}

int cgroup_set(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	if (!r)
		return 0;
	return c->manager_ops ? c->manager_ops->set(c, r, e) : c->ops->set(c, r, e);
}

int cgroup_chown(struct cgroup *c, uint32_t uid, struct err *e)
{
	return c->ops->chown(c, uid, e);
}

int cgroup_freeze(struct cgroup *c, bool frozen, struct err *e)
{
	return c->ops->freeze(c, frozen, e);
}

int cgroup_is_frozen(struct cgroup *c, struct err *e)
{
	return c->ops->is_frozen(c, e);
}

int cgroup_pids(struct cgroup *c, pid_t **ret, size_t *ret_n, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	struct cg_pids p = { 0 };
	int r;

	if (!d)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"unable to get all container pids: the container has no cgroup");
	r = cg_pids_read(c, d, &p);
	if (r < 0 && r != -ENOENT && r != -ENODEV)
		return err_sys(e, -r, "unable to get all container pids of %s", d->path);
	*ret = p.v;
	*ret_n = p.n;
	return 0;
}

int cgroup_kill(struct cgroup *c, int sig, struct err *e)
{
	return c->ops->kill(c, sig, e);
}

bool cgroup_exists(const struct cgroup *c)
{
	const struct cg_dir *d = cg_dir_main(c);

	return d && !c->unstarted && access(d->path, F_OK) == 0;
}

bool cgroup_may_vanish(const struct cgroup *c)
{
	return c->manager_ops != NULL;
}

int64_t cgroup_oom_kills(const struct cgroup *c)
{
	return c->ops->oom_kills(c);
}

bool cgroup_was_oom_killed(const struct cgroup *c)
{
	const struct cg_dir *memory = cg_dir_of(c, CG_MEMORY), *d = memory ? memory : cg_dir_main(c);

	/* Where others were before, the count may be theirs. */
	return d && d->ours && cgroup_oom_kills(c) > 0;
}

int cgroup_stats(struct cgroup *c, struct arena *a, struct stats *ret, struct err *e)
{
	int r = c->ops->stats(c, a, ret, e);

	return r < 0 ? err_wrap(e, "unable to get container cgroup stats") : 0;
}

size_t cgroup_views(const struct cgroup *c, const struct cgroup_view **ret)
{
	*ret = c->views;
	return c->n_views;
}
