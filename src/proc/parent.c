/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/timeline.h"
#include "hooks/hooks.h"
#include "netdev/netdev.h"
#include "ns/ns.h"
#include "os/clone.h"
#include "os/exe.h"
#include "os/pidfd.h"
#include "os/spawn.h"
#include "proc/job.h"
#include "proc/join.h"
#include "proc/parent.h"
#include "sched/sched.h"

/* ---- clone ---- */

static uint64_t clone_flags(const struct script *s)
{
	uint64_t flags = 0;

	for (size_t k = 0; k < NS_KIND_MAX; k++)
		if (s->new_kinds & KIND_BIT(k))
			flags |= ns_table[k].flag;
	return flags;
}

/*
 * A process that is born into a pid namespace with strangers in it must not be open to their
 * ptrace for a moment (CVE-2016-9962): the flag is inherited, so it is dropped before the clone.
 * The one exception: an unprivileged caller could not write the id maps of such a child.
 */
static bool born_undumpable(const struct chain_job *job)
{
	return job->privileged || !(job->script.new_kinds & KIND_BIT(NS_USER));
}

/* Clones the first inner process; in the child it never returns. Apart from the parent's functions: the child has
 * what this one refers to, and no more (os/exe_parts.h). */
static pid_t __attribute__((noinline)) clone_inner(struct chain_job *job, struct chan ends[4], const struct os_clone *c,
						   bool is_all, int *ret_pidfd, bool *ret_in_cgroup)
{
	pid_t pid = os_clone(c, ret_pidfd, ret_in_cgroup);

	/* On both sides: who is still to be moved waits for it, or would make his cgroup namespace here,
	 * and fill a tmpfs at the expense of others. */
	job->script.side_by_side &= *ret_in_cgroup && is_all;
	if (pid == 0) {
		chan_close(&ends[0]);
		chan_close(&ends[2]);
		fd_close(job->lock);
		if (job->script.stage)
			stage_main(job, &ends[3], &ends[1]);
		init_main(job, &ends[1]);
	}
	return pid;
}

static int clone_first(struct parent *p, struct chan ends[4], struct err *e)
{
	TIMELINE("clone");
	struct chain_job *job = p->job;
	bool undumpable = born_undumpable(job), in_cgroup = false;
	struct os_clone c = { .flags = 0, .cgroup = FD_NONE };
	int pidfd = FD_NONE;
	bool is_all;
	int r = os_exe_copy(e);
	pid_t pid;

	if (r < 0)
		return r;
	if (!job->script.stage) {
		c.flags = clone_flags(&job->script);
		c.cgroup = job->cgroup ? cgroup_clone_fd(job->cgroup) : FD_NONE;
	}
	is_all = job->cgroup && !job->sub_cgroups && cgroup_clone_is_all(job->cgroup);
	if (undumpable)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (job->script.parent_joins)
		os_exe_hide_arguments(true);
	pid = clone_inner(job, ends, &c, is_all, &pidfd, &in_cgroup);
	if (job->script.parent_joins)
		os_exe_hide_arguments(false);
	if (undumpable)
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (pid < 0)
		return err_sys(e, -pid, "clone");
	if (job->script.stage) {
		p->stage_pid = pid;
		fd_close(pidfd);
	} else {
		p->init_pid = pid;
		p->init_pidfd = pidfd;
		p->in_cgroup = in_cgroup;
		if (job->beside && job->script.side_by_side)
			beside_rest(job->beside, &job->placement, job->proc);
	}
	return 0;
}

/* After r, the failure or not of what was done abroad: setns() to a pid namespace concerns the children alone. Apart:
 * what lies on the stack at the clone the child has, too. */
static __attribute__((noinline)) int come_home(const struct chain_job *job, int r, struct err *e)
{
	int back = ns_return_home(job->proc, job->self_pidfd);

	if (r < 0 || back >= 0)
		return r;
	return err_sys(e, -back, "returning to the runtime's own pid namespace");
}

static int spawn(struct parent *p, struct err *e)
{
	struct chain_job *job = p->job;
	bool visit = job->script.parent_joins != 0;
	struct chan ends[4] = { CHAN_NONE, CHAN_NONE, CHAN_NONE, CHAN_NONE };
	int r = chan_pair(ROLE_INIT, ends, e);

	if (r < 0)
		return r;
	p->init = ends[0];
	if (job->script.stage) {
		r = chan_pair(ROLE_STAGE, ends + 2, e);
		if (r < 0)
			goto out;
		p->stage = ends[2];
	}
	if (visit) {
		r = join_namespaces(job, job->script.parent_joins, e);
		if (r < 0)
			goto out;
	}
	r = clone_first(p, ends, e);
	/* Hooks and helpers must be born at home again. */
	if (visit)
		r = come_home(job, r, e);
out:
	chan_close(&ends[1]);
	chan_close(&ends[3]);
	return r;
}

/* ---- one function a message ---- */

static int on_init_pid(struct parent *p, struct err *e)
{
	struct msg_pid m;
	int status, r;

	r = chan_expect(&p->stage, MSG_INIT_PID, &m, &p->init_pidfd, e);
	if (r < 0)
		return r;
	if (m.pid <= 1)
		return err_make(e, ERR_PROTOCOL, EPROTO, "the stage reports pid %d", m.pid);
	p->init_pid = m.pid;
	p->in_cgroup = m.in_cgroup;
	r = os_wait_child(p->stage_pid, &status);
	p->stage_pid = 0;
	return r < 0 ? err_sys(e, -r, "waiting for the stage") : 0;
}

static int on_cgroup_ready(struct parent *p, struct err *e)
{
	struct chain_job *job = p->job;
	int r = chan_expect(&p->init, MSG_CGROUP_READY, NULL, NULL, e);

	return r < 0 ? r : cgroup_delegate(job->cgroup, job->spec->linux->cgroup_delegate, p->init_pid,
					   job->delegate_uid, e);
}

static int on_delegated(struct parent *p, struct err *e)
{
	return chan_send(&p->init, MSG_DELEGATED, NULL, FD_NONE, e);
}

/* One after the other, in the order of the mounts. */
static int on_idmap_requests(struct parent *p, struct err *e)
{
	size_t n = mount_plan_late_idmaps(p->job->mounts);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		auto_fd tree = FD_NONE;

		r = chan_expect(&p->init, MSG_IDMAP_REQUEST, NULL, &tree, e);
		if (r == 0)
			r = mount_plan_idmap_late(p->job->mounts, i, tree, e);
		if (r == 0)
			r = chan_send(&p->init, MSG_IDMAP_DONE, NULL, FD_NONE, e);
	}
	return r;
}

/* runtime.md can be read both ways for a deprecated prestart hook, which runs after step 2; its
 * validation suite and crun say "created". The others get what runc gives them. */
static int on_hooks_request(struct parent *p, struct err *e)
{
	static const enum hook_kind kinds[] = { HOOK_PRESTART, HOOK_CREATE_RUNTIME };
	struct chain_job *job = p->job;
	struct oci_state state = job->hook_state;
	struct spawn_signals signals;
	int r = chan_expect(&p->init, MSG_HOOKS_REQUEST, NULL, NULL, e);

	if (r < 0)
		return r;
	spawn_signals_take(&signals);
	state.pid = p->init_pid;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++) {
		struct hook_context ctx = {
			.cwd = job->bundle, .inherit_env = environ, .output = job->hook_output, .signals = &signals,
		};
		auto_str text = { 0 };

		state.status = kinds[i] == HOOK_PRESTART ? STATUS_CREATED : STATUS_CREATING;
		r = oci_state_emit(&state, 0, &text, e);
		ctx.state = text.s;
		ctx.state_len = text.len;
		if (r == 0)
			r = hooks_run(kinds[i], &job->spec->hooks.list[kinds[i]], &ctx, e);
	}
	spawn_signals_give_back(&signals, r < 0);
	return r;
}

static int on_hooks_done(struct parent *p, struct err *e)
{
	return chan_send(&p->init, MSG_HOOKS_DONE, NULL, FD_NONE, e);
}

static int on_tty(struct parent *p, struct err *e)
{
	auto_fd master = FD_NONE;
	int r = chan_expect(&p->init, MSG_TTY, NULL, &master, e);

	if (r < 0)
		return r;
	return p->job->on_tty(p->job->data, TAKE_FD(master), e);
}

static int on_seccomp_fd(struct parent *p, struct err *e)
{
	const struct spec_seccomp *s = p->job->spec->linux->seccomp;
	struct oci_state state = p->job->hook_state;
	auto_str text = { 0 };
	auto_fd listener = FD_NONE;
	int r = chan_expect(&p->init, MSG_SECCOMP_FD, NULL, &listener, e);

	if (r < 0)
		return r;
	state.status = p->job->script.join ? STATUS_RUNNING : STATUS_CREATING;
	if (!p->job->script.join)
		state.pid = p->init_pid;
	r = oci_process_state_emit(&state, p->init_pid, s->listener_metadata, &text, e);
	if (r < 0)
		return r;
	return seccomp_notify_send(s->listener_path, text.s, text.len, listener, e);
}

static int on_seccomp_done(struct parent *p, struct err *e)
{
	return chan_send(&p->init, MSG_SECCOMP_DONE, NULL, FD_NONE, e);
}

/* Init closes the channel when nothing can fail any more that the caller could be told. */
static int on_ready(struct parent *p, struct err *e)
{
	int r = p->job->meanwhile ? p->job->meanwhile(p->job->data, e) : 0;

	if (r == 0)
		r = chan_expect(&p->init, MSG_READY, NULL, NULL, e);
	return r < 0 ? r : chan_expect_eof(&p->init, e);
}

static int (*const handlers[MSG_TYPE_MAX])(struct parent *, struct err *) = {
	[MSG_INIT_PID] = on_init_pid,
	[MSG_BEGIN] = parent_begin,
	[MSG_CGROUP_READY] = on_cgroup_ready,
	[MSG_DELEGATED] = on_delegated,
	[MSG_SOURCES_REQUEST] = parent_open_sources,
	[MSG_IDMAP_REQUEST] = on_idmap_requests,
	[MSG_HOOKS_REQUEST] = on_hooks_request,
	[MSG_HOOKS_DONE] = on_hooks_done,
	[MSG_TTY] = on_tty,
	[MSG_SECCOMP_FD] = on_seccomp_fd,
	[MSG_SECCOMP_DONE] = on_seccomp_done,
	[MSG_READY] = on_ready,
};

/* ---- failure ---- */

static void end_process(pid_t pid, int pidfd, int *ret_status)
{
	if (pidfd < 0 || os_pidfd_send_signal(pidfd, SIGKILL) < 0)
		kill(pid, SIGKILL); /* our own child, not yet waited for: the number is still its own */
	os_wait_child(pid, ret_status);
}

/* The peer closed its end without a word, so it is about to die by itself: its own status says
 * more than ours would. Bounded, should it linger. */
static void let_end(pid_t pid, int pidfd, int *ret_status)
{
	if (pidfd >= 0)
		os_pidfd_wait(pidfd, 2000);
	end_process(pid, pidfd, ret_status);
}

/* A peer that is gone without a word: what can be said about its end. */
static void explain_death(const struct parent *p, const char *who, int status, struct err *e)
{
	if (p->job->cgroup && cgroup_oom_kills(p->job->cgroup) > 0)
		err_make(e, ERR_CHILD, ENOMEM, "container init was OOM-killed (memory limit too low?)");
	else if (WIFSIGNALED(status))
		err_make(e, ERR_CHILD, EPIPE, "the %s process was killed by signal %d during set-up", who,
			 WTERMSIG(status));
	else
		err_make(e, ERR_CHILD, EPIPE, "the %s process ended with status %d during set-up", who,
			 WEXITSTATUS(status));
}

/* Every process of a failed chain is ended and reaped: nobody may keep the caller's stderr open. */
static int fail(struct parent *p, struct err *e)
{
	bool silent = e->kind == ERR_CHILD && e->errnum == EPIPE;
	int status = 0, r = -e->errnum;

	chan_close(&p->stage);
	chan_close(&p->init);
	if (p->stage_pid > 0)
		(silent ? let_end : end_process)(p->stage_pid, FD_NONE, &status);
	if (p->init_pid > 0)
		(silent ? let_end : end_process)(p->init_pid, p->init_pidfd, &status);
	if (silent)
		explain_death(p, p->init_pid > 0 ? "init" : "stage", status, e);
	if (p->init.peer_failed && !p->job->script.join)
		err_wrap(e, "error during container init"); /* runc's words */
	fd_close(p->init_pidfd);
	return r;
}

int chain_start(struct chain_job *job, struct chain_result *ret, struct err *e)
{
	struct parent p = {
		.job = job, .stage = CHAN_NONE, .init = CHAN_NONE, .init_pidfd = FD_NONE,
	};
	int r = spawn(&p, e);

	if (job->mounts)
		mount_plan_close_sources(job->mounts);
	if (r == 0 && log_enabled(LOG_LEVEL_DEBUG)) {
		char text[256];

		script_format(&job->script, text, sizeof(text));
		log_debug("process %d is to say: %s", p.stage_pid > 0 ? p.stage_pid : p.init_pid, text);
	}
	for (size_t i = 0; r == 0 && i < job->script.n_messages; i++) {
		TIMELINE(msg_table[job->script.messages[i]].meaning);
		r = handlers[job->script.messages[i]](&p, e);
	}
	/* What fails here may be no more than the end of init, which may be before it was told to begin: then its word counts. */
	if (r < 0 && !p.init.peer_failed)
		chan_has_error(&p.init, e);
	if (r < 0)
		return fail(&p, e);
	chan_close(&p.stage);
	chan_close(&p.init);
	ret->pid = p.init_pid;
	ret->pidfd = p.init_pidfd;
	return 0;
}
