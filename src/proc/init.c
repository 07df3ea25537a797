/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/timeline.h"
#include "os/exe.h"
#include "proc/missing.h"
#include "proc/steps.h"

/*
 * The order is the security argument:
 *  - nothing before BEGIN but waiting, where the ids, the cgroup or a hook are the parent's to give;
 *    else nothing of the container's own is run before it, and no privilege given up but the bounding
 *    set, while it waits: the device rules and the state that names init are there by then;
 *  - mounts, then hooks, then pivot: createRuntime sees the mounts, the payload never the host;
 *  - the terminal after the pivot, on the container's own devpts (CVE-2025-52565);
 *  - without no_new_privs the filter needs CAP_SYS_ADMIN, so it is loaded right before the user
 *    changes; with it, it is loaded last, so that a profile need not allow what set-up does;
 *  - every descriptor is closed before execve resolves args[0] (CVE-2024-21626).
 */
const struct init_step init_steps[] = {
	{ BEFORE_PIVOT, "waiting for the parent", step_begin },
	{ BEFORE_PIVOT, "resetting the CPU affinity", step_affinity },
	{ BEFORE_PIVOT, "becoming root in the user namespace", step_user_namespace_root },
	{ BEFORE_PIVOT, "starting a session", step_session },
	{ BEFORE_PIVOT, "entering namespaces", step_join_namespaces },
	{ BEFORE_PIVOT, "making the cgroup and ipc namespaces", step_late_namespaces },
	{ BEFORE_PIVOT, NULL, step_delegated_cgroup, "waiting for the delegated cgroup" },
	{ BEFORE_PIVOT, "making the time namespace", step_time_namespace },
	{ BEFORE_PIVOT, "joining the session keyring", step_keyring },
	{ BEFORE_PIVOT, "setting up the network namespace", step_network },
	{ BEFORE_PIVOT, NULL, step_mount_namespace, "making the mount namespace" },
	{ BEFORE_PIVOT, "preparing the root filesystem", step_rootfs },
	{ BEFORE_PIVOT, NULL, step_mounts, "mounting" },
	{ BEFORE_PIVOT, "setting up /dev", step_devices },
	{ BEFORE_PIVOT, "making the working directory", step_make_cwd },
	{ BEFORE_PIVOT, NULL, step_host_hooks, "waiting for the hooks of the runtime" },
	{ BEFORE_PIVOT, NULL, step_create_container_hooks, "running createContainer hooks" },
	{ BEFORE_PIVOT, "changing the root filesystem", step_pivot },
	{ AFTER_PIVOT, "opening /dev/null", step_null_stdio },
	{ AFTER_PIVOT, "setting up the terminal", step_terminal },
	{ AFTER_PIVOT, NULL, step_mark, "leaving the mark of who waits" },
	{ AFTER_PIVOT, "setting the hostname", step_names },
	{ AFTER_PIVOT, "setting sysctls", step_sysctls },
	{ AFTER_PIVOT, "finishing the mounts", step_finish_mounts },
	{ AFTER_PIVOT, "setting the personality", step_personality },
	{ AFTER_PIVOT, "setting the memory policy", step_memory_policy },
	{ AFTER_PIVOT, "setting the scheduler", step_scheduler },
	{ AFTER_PIVOT, "setting the I/O priority", step_io_priority },
	{ AFTER_PIVOT, "handing over stdio", step_own_stdio },
	{ AFTER_PIVOT, "finding the home directory", step_home },
	STEPS_SEAL
	{ SEAL, "waiting for start", step_wait_for_start },
	{ SEAL, NULL, step_start_container_hooks, "running startContainer hooks" },
	STEPS_LEAVE
};
const size_t init_steps_n = ARRAY_SIZE(init_steps);

static int run_steps(struct init_ctx *ctx, const struct init_step *steps, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		TIMELINE(steps[i].name ? steps[i].name : steps[i].words);
		int r = steps[i].run(ctx, e);

		if (r < 0)
			return steps[i].words ? err_wrap(e, "%s", steps[i].words) : r;
	}
	return 0;
}

/*
 * _exit(2) for who has a filter, which may refuse that, too: musl would try for ever then, deaf to all signals but
 * SIGKILL as the first process of a pid namespace. What a fault brings is not refused by anybody.
 */
static void __attribute__((noreturn)) end(int status)
{
	syscall(SYS_exit_group, status);
	syscall(SYS_exit, status);
	__builtin_trap();
}

/* To whoever still listens: the parent, then `start` behind the fifo, then the container's stderr. */
static __attribute__((noinline)) void report(struct init_ctx *ctx, const struct err *e)
{
	char text[ERR_TEXT_MAX + 2];
	size_t n;

	if (ctx->parent->fd >= 0) {
		chan_send_error(ctx->parent, e);
		return;
	}
	n = err_format(e, text, sizeof(text) - 1);
	if (n > sizeof(text) - 2)
		n = sizeof(text) - 2;
	text[n] = '\n';
	if (ctx->fifo >= 0)
		io_write_all(ctx->fifo, text, n);
	else
		io_write_all(STDERR_FILENO, text, n + 1);
}

/*
 * runc's way for what execve refuses (a bad ELF): start has succeeded, the container says why. What
 * is known goes out before the interpreter is looked at, which a filter may not survive.
 */
static void __attribute__((noreturn, noinline)) exec_program(struct init_ctx *ctx)
{
	const char *exe = ctx_exe(ctx);
	char why[256], *cr;
	int saved;

	if (timeline)
		timeline_add("execve", timeline_now());
	execve(exe, ctx->job->argv, ctx->job->envp);
	saved = errno;
	dprintf(STDERR_FILENO, "exec %s: %s", exe, err_strerror(saved));
	if (saved == ENOENT && missing_interpreter(exe, why, sizeof(why))) {
		cr = strchr(why, '\r');
		if (cr)
			*cr = '\0';
		dprintf(STDERR_FILENO, ": its interpreter %s%s is missing", why,
			cr ? " and a carriage return" : "");
	}
	if (saved == ENOEXEC && unfit_program(exe, why, sizeof(why)))
		dprintf(STDERR_FILENO, ": %s", why);
	dprintf(STDERR_FILENO, "\n");
	end(255);
}

void init_main(struct chain_job *job, struct chan *to_parent)
{
	static struct init_ctx ctx; /* there is one; on the stack each page of its texts would be touched */
	const struct init_step *steps = job->script.join ? join_steps : init_steps;
	size_t n = job->script.join ? join_steps_n : init_steps_n;
	struct err *e = &ctx.err;
	int r = os_exe_leave(e);

	ctx.job = job;
	ctx.parent = to_parent;
	ctx.listener = ctx.fifo_path = ctx.links = ctx.fifo = FD_NONE;
	timeline_role(TIMELINE_INIT);
	log_set_sink(chan_log_sink, to_parent);
	/* What people look for in a log, in runc's words. */
	log_debug("nsexec container setup");
	log_debug("child process in init()");
	if (r < 0 || run_steps(&ctx, steps, n, e) < 0) {
		report(&ctx, e);
		end(255);
	}
	exec_program(&ctx);
}
