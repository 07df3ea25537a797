/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>

#include "container/opened.h"

static int kill_one(struct opened *c, int sig, struct err *e)
{
	int r;

	if (!c->init_alive)
		return err_make(e, ERR_STATE, ESRCH, "container not running");
	r = opened_signal(c, sig, e);
	/* On cgroup v1 a frozen process dies only once it is thawed. */
	if (r == 0 && sig == SIGKILL && c->status == STATUS_PAUSED)
		r = cgroup_freeze(c->cgroup, false, e);
	return r;
}

/* Without a pid namespace of its own the death of init takes nobody along, so SIGKILL means the
 * whole cgroup, also when init is gone already: containerd relies on it. */
static int kill_all(struct opened *c, struct err *e)
{
	int r = opened_cgroup(c, e);

	return r < 0 ? r : cgroup_kill(c->cgroup, SIGKILL, e);
}

int container_kill(struct runtime *rt, const char *id, int sig, bool all, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_UNLOCKED, e);

	if (r < 0)
		return r;
	if (sig == SIGKILL && !c.state.private_pidns)
		r = kill_all(&c, e);
	else
		r = kill_one(&c, sig, e);
	/* --all has one effect left in runc: a container that is not running is no error. */
	if (r < 0 && all && e->kind == ERR_STATE)
		r = 0;
	opened_fini(&c);
	return r;
}
