/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <signal.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/create.h"
#include "container/destroy.h"
#include "container/foreground.h"
#include "container/notify.h"
#include "proc/beside.h"

/* The container ended while we stood by: what delete would do. */
static int remove_after_run(struct creation *c, struct err *e)
{
	struct opened opened = {
		.rt = c->rt, .dir = c->dir, .state = c->state, .cgroup = c->cgroup, .status = STATUS_STOPPED,
		.pidfd = FD_NONE,
	};
	int r = store_lock(&opened.dir, LOCK_TIMEOUT_MS, e);

	if (r == 0)
		r = destroy_container(&opened, e);
	else if (e->kind == ERR_NOT_FOUND)
		r = 0; /* somebody deleted it already */
	/* Lent for this: they stay the creation's. */
	c->dir = opened.dir;
	return r;
}

/* It runs, and the hooks may call other commands for it, which want the lock. */
static int poststart(struct creation *c, struct err *e)
{
	if (c->bundle.spec.hooks.list[HOOK_POSTSTART].n == 0)
		return 0;
	store_unlock(&c->dir);
	return run_poststart(&c->bundle.spec, &c->state, e);
}

/* poststart fails: the container is stopped and goes through the rest of its life (runtime.md 9). */
static int publish(struct creation *c, struct err *e)
{
	int r = creation_publish(c, e);

	/* What is restored was started long ago. */
	if (r == 0 && !c->bring)
		r = poststart(c, e);
	/* Last: its existence means success. */
	return r == 0 ? creation_write_pid_file(c, e) : r;
}

/* With what was done to it while it was not locked. */
static void unpublish(struct creation *c)
{
	struct err e;

	if (store_lock(&c->dir, LOCK_TIMEOUT_MS, &e) < 0)
		/* Deleted, and what has its name or its cgroup by now is another; or just being deleted: the
		 * process alone is ours. */
		c->dir_made = c->cgroup_made = c->started = false;
	else if (cgroup_is_frozen(c->cgroup, &e) > 0)
		cgroup_freeze(c->cgroup, false, &e); /* or it would not die, on cgroup v1 */
	creation_undo(c);
}

/*
 * systemd removes a scope as soon as it is empty, often before we have woken up: what the OOM killer
 * does there is noted when it does it. Without that the container runs as well.
 */
static struct cgroup_watch *watch_oom(const struct creation *c)
{
	struct cgroup_watch *w = NULL;
	struct err ignored;

	err_init(&ignored);
	if (!cgroup_may_vanish(c->cgroup) || cgroup_oom_kills(c->cgroup) < 0 ||
	    cgroup_watch_new(c->cgroup, &w, &ignored) < 0)
		return NULL;
	return w;
}

/* A SIGKILL tells nobody where it came from; when it was the memory limit, we know. */
static void explain_oom(const struct creation *c, const struct cgroup_watch *w, int status)
{
	int64_t kills = status == 128 + SIGKILL ? cgroup_oom_kills(c->cgroup) : 0;

	if (kills < 0 && w)
		kills = cgroup_watch_oom_kills(w);
	if (kills > 0)
		log_warn("container %s ran out of memory: the OOM killer struck %" PRId64
			 " time%s (is linux.resources.memory.limit too low?)",
			 c->id, kills, kills == 1 ? "" : "s");
}

static int stay(struct creation *c, struct foreground *f, int *ret_exit, struct err *e)
{
	int r;

	/* Others may work with the container while it runs. */
	store_unlock(&c->dir);
	f->notify = c->notify;
	f->oom = watch_oom(c);
	cgroup_rest(c->cgroup);
	r = foreground_wait(f, c->init.pid, c->init.pidfd, TAKE_FD(c->launch.tty), ret_exit, e);
	c->init.pid = 0;
	if (r == 0)
		explain_oom(c, f->oom, *ret_exit);
	cgroup_watch_free(TAKE_PTR(f->oom));
	if (r < 0 || c->o->keep)
		return r;
	return remove_after_run(c, e);
}

int creation_run(struct runtime *rt, const char *id, const struct creation_how *how, int *ret_exit,
		 struct err *e)
{
	const struct strake_create_options *o = how->o;
	struct foreground f = { .signals = FD_NONE };
	struct creation c;
	int r = o->detach ? 0 : foreground_init(&f, o->no_subreaper, e);

	if (r < 0)
		return r;
	r = creation_make(&c, rt, id, how, e);
	if (r == 0) {
		r = publish(&c, e);
		if (r < 0)
			unpublish(&c);
	}
	beside_finish(TAKE_PTR(c.launch.job.beside));
	*ret_exit = 0;
	if (r == 0 && o->detach && c.notify >= 0) {
		store_dir_close(&c.dir); /* it may take long: others may work with the container */
		notify_wait(c.notify, c.init.pid, c.init.pidfd);
	}
	if (r == 0 && !o->detach)
		r = stay(&c, &f, ret_exit, e);
	creation_fini(&c);
	if (r < 0 || !is_about_to_end())
		foreground_fini(&f);
	return r;
}

int container_run(struct runtime *rt, const char *id, const struct strake_create_options *o,
		  int *ret_exit, struct err *e)
{
	const struct creation_how how = { .o = o };

	return creation_run(rt, id, &how, ret_exit, e);
}
