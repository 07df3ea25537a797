/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources of binds for a container in a user namespace: opened with the caller's rights to the files, but with the
 * locks that mounts have in init's mount namespace (mount_plan_open_inside()). A child goes there, so that the
 * caller, who may have threads, stays where it is; what it opens goes straight to init.
 */
#include <unistd.h>

#include "base/cleanup.h"
#include "proc/helper.h"
#include "proc/parent.h"

static int send_all(struct parent *p, int ns, int root, struct err *e)
{
	struct mount_plan *plan = p->job->mounts;
	int entered = mount_enter(ns, root), r = 0;

	for (size_t i = 0; r == 0 && i < mount_plan_inside(plan); i++) {
		int *tree = mount_plan_inside_tree(plan, i);

		r = mount_plan_open_inside(plan, i, entered, e);
		if (r == 0)
			r = chan_send(&p->init, MSG_SOURCE, NULL, *tree, e);
		cleanup_fd(tree);
	}
	return r;
}

static _Noreturn void child(struct parent *p, int ns, int root, int words, pid_t caller)
{
	struct err e;
	int r = helper_begin(caller, &e);

	fd_close(p->job->lock);
	if (r == 0)
		r = send_all(p, ns, root, &e);
	helper_end(words, r, &e);
}

/* Apart from the rest, which the child has not (os/exe_parts.h). */
static int __attribute__((noinline)) run_child(struct parent *p, int ns, int root, struct err *e)
{
	auto_fd words = FD_NONE;
	pid_t caller = getpid(), pid = helper_clone(&words, e);

	if (pid == 0)
		child(p, ns, root, words, caller);
	return pid < 0 ? pid : helper_wait(words, pid, "the process that opens the sources of mounts", e);
}

int parent_open_sources(struct parent *p, struct err *e)
{
	auto_fd ns = FD_NONE, root = FD_NONE;
	int r;

	if (mount_plan_inside(p->job->mounts) == 0)
		return 0;
	r = chan_expect(&p->init, MSG_SOURCES_REQUEST, NULL, &ns, e);
	if (r == 0)
		r = chan_expect(&p->init, MSG_SOURCES_ROOT, NULL, &root, e);
	if (r < 0)
		return r;
	r = run_child(p, ns, root, e);
	/* The end of who should have got them says less than he does. */
	if (r < 0 && e->kind == ERR_CHILD && chan_has_error(&p->init, e))
		return -e->errnum;
	/* What init could not do, in the words it would have had. */
	return r < 0 && e->kind != ERR_CHILD ? err_wrap(e, "error during container init") : r;
}
