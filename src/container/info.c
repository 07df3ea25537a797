/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "container/info.h"

void info_take(struct opened *c, struct container_info *i)
{
	*i = (struct container_info){
		.status = c->status,
		.pid = c->status == STATUS_STOPPED ? 0 : c->state.init_pid,
		.state = c->state,
	};
	state_init(&c->state); /* it is the caller's now */
}

/* No reason to fail: state tells the rest all the same. */
static bool was_oom_killed(struct opened *c)
{
	struct err ignored;

	err_init(&ignored);
	return c->status == STATUS_STOPPED && opened_cgroup(c, &ignored) == 0 &&
	       cgroup_was_oom_killed(c->cgroup);
}

int container_info(struct runtime *rt, const char *id, struct container_info *i, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_UNLOCKED, e);
	bool oom_killed;

	if (r < 0)
		return r;
	oom_killed = was_oom_killed(&c);
	info_take(&c, i);
	i->oom_killed = oom_killed;
	opened_fini(&c);
	return 0;
}

int container_pids(struct runtime *rt, const char *id, pid_t **ret, size_t *ret_n, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_UNLOCKED, e);

	if (r < 0)
		return r;
	r = opened_cgroup(&c, e);
	if (r == 0 && cgroup_exists(c.cgroup)) {
		r = cgroup_pids(c.cgroup, ret, ret_n, e);
	} else if (r == 0 && c.init_alive) {
		r = err_make(e, ERR_STATE, ENOENT,
			     "unable to get all container pids: the container has no cgroup");
	} else if (r == 0) {
		*ret = NULL;
		*ret_n = 0;
	}
	opened_fini(&c);
	return r;
}
