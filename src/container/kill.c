/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>

#include "container/opened.h"

static int kill_one(struct opened *c, int sig, struct err *e)
{
	int r = opened_signal(c, sig, e);

	/* On cgroup v1 a frozen process dies only once it is thawed. */
	if (r == 0 && sig == SIGKILL && c->status == STATUS_PAUSED)
		r = cgroup_freeze(c->cgroup, false, e);
	return r;
}

/* Whoever is in the cgroup, also when init is gone already: containerd relies on it. */
static int kill_all(struct opened *c, int sig, struct err *e)
{
	int r = opened_cgroup(c, e);

	if (r == 0)
		r = cgroup_kill(c->cgroup, sig, e);
	/* Without a cgroup init is all that is known. */
	return r < 0 && e->kind == ERR_UNSUPPORTED ? kill_one(c, sig, e) : r;
}

int container_kill(struct runtime *rt, const char *id, int sig, bool all, struct err *e)
{
	struct opened c;
	/* Whether it is paused matters to the death alone. */
	int r = opened_init(&c, rt, id, sig == SIGKILL ? OPEN_UNLOCKED : OPEN_STATE_ALONE, e);

	if (r < 0)
		return r;
	/* The death of init takes the others along only where the pid namespace is the container's. */
	if (sig == SIGKILL ? !c.state.private_pidns : all && sig != 0)
		r = kill_all(&c, sig, e);
	else
		r = kill_one(&c, sig, e);
	/* With --all a container that is not running is no error, as in runc. */
	if (r < 0 && all && e->kind == ERR_STATE)
		r = 0;
	opened_fini(&c);
	return r;
}
