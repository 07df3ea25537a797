/* SPDX-License-Identifier: Apache-2.0 */
#include "container/destroy.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "base/timeline.h"
#include "container/config.h"
#include "hooks/hooks.h"
#include "os/pidfd.h"
#include "os/spawn.h"
#include "sched/sched.h"

#define KILL_WAIT_MS      10000
#define UNCLAIMED_WAIT_MS 1000
#define UNUSED_WAIT_MS    2000

/* How many are in there, and below, after wait_ms at the most. */
static int wait_for_empty(struct cgroup *cg, int wait_ms, size_t *ret_n, struct err *e)
{
	const struct timespec step = { .tv_nsec = 5 * 1000 * 1000 };

	for (int waited = 0;; waited += 5) {
		auto_free pid_t *pids = NULL;
		int r;

		*ret_n = 0;
		if (!cgroup_exists(cg))
			return 0;
		r = cgroup_pids(cg, &pids, ret_n, e);
		if (r < 0 || *ret_n == 0 || waited >= wait_ms)
			return r;
		nanosleep(&step, NULL);
	}
}

/* Also where the directory that tells of processes is gone: a delete that was killed half-way may
 * have left those of other v1 hierarchies. */
int destroy_cgroup(struct cgroup *cg, bool with_processes, struct err *e)
{
	size_t n = 0;
	int r = 0;

	if (!cg || cgroup_remove_empty(cg))
		return 0;
	if (!with_processes)
		r = wait_for_empty(cg, UNUSED_WAIT_MS, &n, e);
	else if (cgroup_exists(cg))
		r = cgroup_kill(cg, SIGKILL, e);
	/* Not even by removing it: systemd would stop all of the unit. */
	if (r == 0 && n > 0)
		return err_make(e, ERR_STATE, EBUSY,
				"unable to remove the cgroup: container's cgroup is not empty: %zu process(es) found", n);
	return r < 0 ? r : cgroup_destroy(cg, e);
}

/* With a pid namespace of its own nobody of the container's outlives init: who is in its cgroup then belongs to somebody
 * else, who was given the same one or one below. */
static bool has_processes(const struct opened *c)
{
	return !c->state.private_pidns || c->state.creating || c->abandoned;
}

static int run_hooks(const struct spec *spec, const struct state *state, enum hook_kind kind,
		     enum container_status status, struct err *e)
{
	const struct spec_hook_list *list = &spec->hooks.list[kind];
	struct oci_state os = {
		.id = state->id, .bundle = state->bundle, .status = status,
		.pid = status == STATUS_STOPPED ? 0 : state->init_pid, .annotations = &state->annotations,
	};
	struct spawn_signals signals;
	struct hook_context ctx = {
		.cwd = state->bundle, .inherit_env = environ, .keep_going = kind == HOOK_POSTSTOP, .signals = &signals,
	};
	int output[2], r;
	auto_str text = { 0 };

	if (list->n == 0)
		return 0;
	r = oci_state_emit(&os, 0, &text, e);
	if (r < 0)
		return r;
	ctx.state = text.s;
	ctx.state_len = text.len;
	ctx.output = output;
	r = hooks_open_output(&spec->hooks, output, e);
	if (r == 0) {
		spawn_signals_take(&signals);
		r = hooks_run(kind, list, &ctx, e);
		spawn_signals_give_back(&signals, r < 0);
	}
	hooks_close_output(output);
	return r;
}

static void warn(const struct err *e)
{
	char text[ERR_TEXT_MAX];

	err_format(e, text, sizeof(text));
	log_warn("%s", text);
}

void run_poststop(const struct spec *spec, const struct state *state)
{
	struct err e;

	if (run_hooks(spec, state, HOOK_POSTSTOP, STATUS_STOPPED, &e) < 0)
		warn(&e);
}

int run_poststart(const struct spec *spec, const struct state *state, struct err *e)
{
	return run_hooks(spec, state, HOOK_POSTSTART, STATUS_RUNNING, e);
}

int run_create_hooks(const struct spec *spec, const struct state *state, struct err *e)
{
	int r = run_hooks(spec, state, HOOK_PRESTART, STATUS_CREATED, e);

	return r < 0 ? r : run_hooks(spec, state, HOOK_CREATE_RUNTIME, STATUS_CREATING, e);
}

/* What create set up outside of the cgroup and the directory. */
static void undo_by_config(struct opened *c)
{
	struct spec spec;
	struct err e;

	/* A create that died before the snapshot had set up nothing; of runc's containers the bundle may be gone. */
	if ((c->state.creating ? snapshot_load(&c->dir, &spec, &e) :
				 config_load(&c->dir, c->state.bundle, &spec, &e)) < 0) {
		if (e.errnum != ENOENT) {
			err_wrap(&e, "poststop hooks are not run");
			warn(&e);
		}
		return;
	}
	if (spec.linux->intel_rdt)
		intelrdt_remove(spec.linux->intel_rdt, c->state.id, &e);
	if (c->state.init_pid > 0)
		run_poststop(&spec, &c->state);
	spec_fini(&spec);
}

/*
 * A create that died before it wrote down which cgroup is its own: but for an init that is about
 * to see its parent gone and to end, it had put nobody in, so who stays in there belongs to
 * somebody else, and only an empty directory may go.
 */
static int destroy_unclaimed_cgroup(struct cgroup *cg, struct err *e)
{
	size_t n;
	int r = wait_for_empty(cg, UNCLAIMED_WAIT_MS, &n, e);

	return r < 0 || n > 0 ? r : cgroup_destroy(cg, e);
}

int destroy_container(struct opened *c, struct err *e)
{
	TIMELINE("removing the container");
	int r = opened_cgroup(c, e);

	if (r < 0)
		return r;
	if (c->state.creating && c->state.init_pid == 0)
		r = destroy_unclaimed_cgroup(c->cgroup, e);
	else
		r = destroy_cgroup(c->cgroup, has_processes(c), e);
	if (r < 0)
		return r;
	if (c->state.needs_config || c->state.creating)
		undo_by_config(c);
	return store_remove(&c->dir, e);
}

/* Without a pidfd: look at the process until it is gone. */
static int wait_by_looking(struct opened *c, struct err *e)
{
	const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };

	for (int waited = 0; waited < KILL_WAIT_MS; waited += 10) {
		int r = opened_refresh(c, e);

		if (r < 0 || !c->init_alive)
			return r;
		nanosleep(&step, NULL);
	}
	return err_make(e, ERR_STATE, EBUSY, "container init still running");
}

int kill_and_wait(struct opened *c, struct err *e)
{
	TIMELINE("killing init");
	int pidfd, r = opened_pidfd(c, &pidfd, e);

	if (r < 0)
		return e->kind == ERR_STATE ? 0 : r; /* gone meanwhile */
	r = opened_cgroup(c, e);
	if (r < 0)
		return r;
	/* A frozen process does not die by a signal on cgroup v1: cgroup_kill() sees to that. And a CRIU
	 * that somebody's restore left in there holds what it traces. */
	if (!c->state.private_pidns || c->status == STATUS_PAUSED || c->abandoned)
		r = cgroup_kill(c->cgroup, SIGKILL, e);
	else
		r = opened_signal(c, SIGKILL, e);
	/* Without a cgroup init is all that is known. */
	if (r < 0 && e->kind == ERR_UNSUPPORTED)
		r = opened_signal(c, SIGKILL, e);
	if (r < 0 && e->kind != ERR_STATE)
		return r;
	if (pidfd < 0)
		return wait_by_looking(c, e);
	r = os_pidfd_wait(pidfd, KILL_WAIT_MS);
	if (r == -ETIMEDOUT)
		return err_make(e, ERR_STATE, EBUSY, "container init still running");
	return r < 0 ? err_sys(e, -r, "waiting for the container's init") : 0;
}
