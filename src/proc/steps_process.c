/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "os/fd.h"
#include "os/mark.h"
#include "proc/fds.h"
#include "proc/steps.h"
#include "sched/sched.h"
#include "sec/caps.h"
#include "sec/label.h"
#include "sec/seccomp.h"
#include "sec/user.h"

int step_personality(struct init_ctx *ctx, struct err *e)
{
	const struct spec_personality *p = ctx->job->spec->linux->personality;

	return p && sched_set_personality(p, e) < 0 ? err_place(e, "linux.personality") : 0;
}

/* For `list`, which does without where a sandbox around us refuses this. */
int step_mark(struct init_ctx *ctx, struct err *e)
{
	(void)e;
	if (ctx->job->mark)
		os_mark_set(ctx->job->mark);
	return 0;
}

int step_scheduler(struct init_ctx *ctx, struct err *e)
{
	const struct spec_scheduler *s = ctx->job->process->scheduler;

	return s && sched_set_policy(s, e) < 0 ? err_place(e, "process.scheduler") : 0;
}

int step_io_priority(struct init_ctx *ctx, struct err *e)
{
	const struct spec_ioprio *p = ctx->job->process->io_priority;

	return p && sched_set_ioprio(p, e) < 0 ? err_place(e, "process.ioPriority") : 0;
}

int step_memory_policy(struct init_ctx *ctx, struct err *e)
{
	const struct spec_memory_policy *p = ctx->job->spec->linux->memory_policy;

	return p && sched_set_memory_policy(p, e) < 0 ? err_place(e, "linux.memoryPolicy") : 0;
}

/* With --debug: what set-up runs on, in runc's words, as a mask of the first CPUs. */
static void say_affinity(void)
{
	unsigned long mask = 0;
	cpu_set_t cpus;

	if (!log_enabled(LOG_LEVEL_DEBUG) || sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return;
	for (size_t i = 0; i < 8 * sizeof(mask); i++)
		if (CPU_ISSET(i, &cpus))
			mask |= 1UL << i;
	log_debug("nsexec[%d]: affinity: 0x%lx", (int)getpid(), mask);
}

/*
 * execCPUAffinity is exec's alone; "initial" was the parent's, before the process came into its
 * cgroup. Without it the mask of whoever called us goes: CRI-O runs the runtime under taskset, and
 * the container is to have what its cpuset allows.
 */
int step_affinity(struct init_ctx *ctx, struct err *e)
{
	const struct spec_cpu_affinity *a =
		ctx->job->script.join ? ctx->job->process->exec_cpu_affinity : NULL;
	int r;

	say_affinity();
	if (a && a->final)
		return sched_set_affinity(0, a->final, e);
	if (a && a->initial)
		return 0;
	r = sched_reset_affinity();
	return r < 0 ? err_sys(e, -r, "sched_setaffinity") : 0;
}

int step_labels(struct init_ctx *ctx, struct err *e)
{
	struct chain_job *job = ctx->job;
	int r = job->apparmor ? lsm_apparmor.apply_exec(job->proc, job->apparmor, e) : 0;

	if (r == 0 && job->selinux)
		r = lsm_selinux.apply_exec(job->proc, job->selinux, e);
	return r;
}

int step_no_new_privileges(struct init_ctx *ctx, struct err *e)
{
	if (ctx->job->process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, errno, "prctl(PR_SET_NO_NEW_PRIVS)");
	return 0;
}

int step_own_stdio(struct init_ctx *ctx, struct err *e)
{
	return user_own_stdio(ctx->job->process->user.uid, ctx->stdio_done, e);
}

/* More than set-up has open at any time: see os_leave_fd(). */
#define SETUP_DESCRIPTORS 96
/* More than it opens from here on. */
#define LATE_DESCRIPTORS  12

/* Is there a filter that comes before the end, and may forbid to set a limit then? */
static bool filter_comes_first(const struct chain_job *job)
{
	return job->seccomp.filter &&
	       (!job->process->no_new_privileges || job->seccomp.notify ||
		(!job->script.join && job->spec->hooks.list[HOOK_START_CONTAINER].n));
}

/* Said now: by the time that it is set `create` has succeeded. */
static int check_refusal(const struct chain_job *job, uint64_t enough, struct err *e)
{
	const struct spec_rlimits *all = &job->process->rlimits;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].resource == RLIMIT_NOFILE && all->v[i].soft < enough &&
		    seccomp_refuses_rlimit(&job->seccomp, RLIMIT_NOFILE))
			return err_make(e, ERR_UNSUPPORTED, EPERM,
					"a limit of descriptors below %" PRIu64
					" cannot be set: the seccomp profile forbids prlimit64", enough);
	return 0;
}

/* What a limit must leave so that it can be set now. Where it cannot wait, everything that is not
 * needed any more is closed, and it is looked at closely, by the lowest number that is free. */
static int enough_descriptors(struct init_ctx *ctx, uint64_t *ret, struct err *e)
{
	struct chain_job *job = ctx->job;
	const struct spec_rlimits *all = &job->process->rlimits;
	int *const keep[] = { &ctx->parent->fd, &job->fifo_dir, &job->proc->host, &job->proc->own };
	auto_fd free_one = FD_NONE;
	bool low = false;
	int r;

	*ret = (uint64_t)job->extra_fds + SETUP_DESCRIPTORS;
	for (size_t i = 0; i < all->n; i++)
		low |= all->v[i].resource == RLIMIT_NOFILE && all->v[i].soft < *ret;
	if (!low || !filter_comes_first(job))
		return 0;
	r = fds_gather(job->extra_fds, keep, ARRAY_SIZE(keep), e);
	if (r < 0)
		return r;
	free_one = fcntl(ctx->parent->fd, F_DUPFD_CLOEXEC, 0);
	if (free_one >= 0)
		*ret = (uint64_t)free_one + LATE_DESCRIPTORS;
	return check_refusal(job, *ret, e);
}

/*
 * Too low a limit of descriptors would stop what is still to come: the exec fifo, a listener, hooks.
 * It is set at the very end, and nothing before that: a filter that comes between may forbid it.
 */
static int set_rlimits(const struct init_ctx *ctx, bool at_the_end, struct err *e)
{
	const struct spec_rlimits *all = &ctx->job->process->rlimits;
	uint64_t enough = ctx->enough_fds;

	for (size_t i = 0; i < all->n; i++) {
		struct spec_rlimit l = all->v[i];
		const struct spec_rlimits one = { .v = &l, .n = 1 };
		bool low = l.resource == RLIMIT_NOFILE && l.soft < enough;
		int r;

		if (at_the_end ? !low : low && l.hard < enough)
			continue;
		if (low && !at_the_end)
			l.soft = enough; /* the hard one may need a capability that goes soon */
		r = sched_set_rlimits(0, &one, e);
		if (r < 0)
			return r;
	}
	return 0;
}

int step_rlimits(struct init_ctx *ctx, struct err *e)
{
	int r = enough_descriptors(ctx, &ctx->enough_fds, e);

	return r < 0 ? r : set_rlimits(ctx, false, e);
}

int step_low_rlimits(struct init_ctx *ctx, struct err *e)
{
	return set_rlimits(ctx, true, e);
}

static const struct spec_caps no_caps;

/* An absent object is an empty one: no capability at all, as in runc before 1.2. Later runcs hand
 * on the caller's, which no spec asks for. */
static const struct spec_caps *caps_of(const struct init_ctx *ctx)
{
	const struct spec_caps *c = ctx->job->process->capabilities;

	return c ? c : &no_caps;
}

int step_bounding_set(struct init_ctx *ctx, struct err *e)
{
	return caps_drop_bounding(caps_of(ctx), ctx->job->process->user.uid, e);
}

int step_newer_bounding_set(struct init_ctx *ctx, struct err *e)
{
	return caps_drop_newer(caps_of(ctx), ctx->bounding, e);
}

#define TIGHT_MEMORY (512 * 1024) /* twenty times as much as it is about */

/*
 * What set-up has freed, some 20 KiB of descriptors, credentials and dentries, is the container's to pay for until an
 * RCU grace period has passed. A program that has hardly more memory waits for that (20 to 50 ms), before a filter that
 * may forbid it.
 */
int step_settle(struct init_ctx *ctx, struct err *e)
{
	const struct spec_resources *r = ctx->job->script.join ? NULL : ctx->job->spec->linux->resources;

	(void)e;
	if (!r || !r->memory || !r->memory->limit.set || r->memory->limit.v <= 0 || r->memory->limit.v > TIGHT_MEMORY)
		return 0;
	os_close_left();
	/* Linux 4.3; refused with full dynamic ticks: then luck decides. What is freed after the first period is so by
	 * the end of the second. */
	for (int i = 0; i < 2; i++)
		(void)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	return 0;
}

static int cwd_failed(const struct init_ctx *ctx, int errnum, struct err *e)
{
	const char *cwd = ctx->job->process->cwd;

	return err_sys(e, errnum, "chdir to cwd (\"%s\") set in config.json failed", cwd);
}

/*
 * A descriptor of the host as cwd ("/proc/self/fd/7") would put the payload outside its root; the
 * kernel then reports a path that does not begin with "/" (CVE-2024-21626). Of one that is too long it reports
 * nothing, and who can make such directories is not believed.
 */
static int check_cwd(struct init_ctx *ctx, struct err *e)
{
	char *buf = ctx_exe(ctx);

	/* No link is on the way to it. */
	if (str_eq(ctx->job->process->cwd, "/"))
		return 0;
	if (syscall(SYS_getcwd, buf, CTX_EXE_MAX) < 0)
		return err_sys(e, errno, "getcwd of cwd (\"%.64s\") set in config.json, which may be outside of the container's root",
			       ctx->job->process->cwd);
	if (buf[0] != '/')
		return err_make(e, ERR_CONFIG, ENOENT,
				"current working directory is outside of container mount namespace root "
				"-- possible container breakout detected");
	return 0;
}

/* Set-up's root can often enter what the user cannot; where it cannot (a FUSE or NFS mount of the
 * user's), the user tries. Checked here, before a filter may forbid getcwd. */
int step_cwd_as_root(struct init_ctx *ctx, struct err *e)
{
	if (chdir(ctx->job->process->cwd) == 0) {
		ctx->cwd_done = true;
		return check_cwd(ctx, e);
	}
	return errno == EACCES || errno == EPERM ? 0 : cwd_failed(ctx, errno, e);
}

int step_cwd(struct init_ctx *ctx, struct err *e)
{
	if (ctx->cwd_done)
		return 0;
	return chdir(ctx->job->process->cwd) < 0 ? cwd_failed(ctx, errno, e) : check_cwd(ctx, e);
}

int step_user(struct init_ctx *ctx, struct err *e)
{
	const struct spec_user *u = &ctx->job->process->user;
	bool same = u->uid == ctx->uid && u->gid == ctx->gid;
	int r = 0;

	/* Without a word in the config never the caller's: runc's default. */
	umask(u->umask.set ? u->umask.v : 022);
	if (u->n_additional_gids || !ctx->no_groups)
		r = user_set_groups(u, ctx->job->proc, e);
	if (r < 0 || same)
		return r;
	r = user_set_ids(u, e);
	/* Another uid makes us as dumpable as fs.suid_dumpable says, which may be "all". */
	if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, errno, "prctl(PR_SET_DUMPABLE)");
	return r;
}

int step_capabilities(struct init_ctx *ctx, struct err *e)
{
	int r = caps_apply(caps_of(ctx), ctx->job->process->user.uid, e);

	return r < 0 ? err_place(e, "process.capabilities") : 0;
}
