/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of init and of the joiner: each does one thing and knows by itself whether the config
 * asks for it. The tables in init.c and join.c give the order, which is a security property.
 * Runs in: init before pivot (BEFORE_PIVOT) | init after pivot (AFTER_PIVOT, SEAL).
 * Must not happen here: reading config text, resolving host paths, surviving a failure.
 */
#pragma once

#include "proc/job.h"

enum step_phase {
	BEFORE_PIVOT, /* the host's file system is still in reach */
	AFTER_PIVOT,  /* inside, with the privileges of set-up */
	SEAL,         /* privileges go, one after the other; nothing is set up any more */
};

#define CTX_EXE_MAX 4096

/* Its order is that of use: one page for what a usual container needs. */
struct init_ctx {
	struct chain_job *job;
	struct chan *parent;
	uint32_t uid, gid;    /* all that init has; UINT32_MAX: who knows */
	bool no_groups;       /* none but gid; false: who knows */
	uint64_t bounding;    /* the set as it was, or more */
	uint64_t ignored_signals; /* msg.h */
	bool stdio_done[3];   /* the user's own, or the container's /dev/null: not to be handed over */
	int listener;         /* seccomp's, until the parent has it */
	int fifo_path, links; /* exec.fifo to be opened later, and /proc/thread-self/fd to do it by; FD_NONE */
	bool confined;        /* the filter of step_seccomp_late is loaded */
	int fifo;             /* exec.fifo, open for writing from the start on; FD_NONE */
	uint64_t enough_fds;  /* a limit of descriptors that is below waits for step_low_rlimits */
	bool cwd_done;        /* chdir succeeded before the user was changed */
	struct beside_got got; /* from the helper */
	size_t home;          /* length of what text begins with: "HOME=..." and its NUL, or nothing */
	char text[4096 + CTX_EXE_MAX]; /* behind it: what execve gets */
	struct err err;
};

/* What execve gets, CTX_EXE_MAX bytes; before it is known, room for as much. */
static inline char *ctx_exe(struct init_ctx *ctx)
{
	return ctx->text + ctx->home;
}

struct init_step {
	enum step_phase phase;
	const char *words; /* "setting the hostname": put before an error */
	int (*run)(struct init_ctx *ctx, struct err *e);
	const char *name;  /* in --timeline, where there are no words */
};

/* What init and the joiner do alike. That the order is the same in both is part of the security
 * argument in init.c, so it is written down once. */
#define STEPS_SEAL \
	{ SEAL, "dropping the bounding set", step_bounding_set }, \
	{ SEAL, "waiting for the parent", step_late_begin }, \
	{ SEAL, "dropping the bounding set", step_newer_bounding_set }, \
	{ SEAL, "setting the LSM label", step_labels }, \
	{ SEAL, "setting no_new_privs", step_no_new_privileges }, \
	{ SEAL, "setting rlimits", step_rlimits }, \
	{ SEAL, NULL, step_cwd_as_root, "changing to the working directory" }, \
	{ SEAL, NULL, step_settle, "waiting for what set-up has freed" }, \
	{ SEAL, "loading the seccomp filter", step_seccomp_early }, \
	{ SEAL, "setting the user", step_user }, \
	{ SEAL, "setting capabilities", step_capabilities }, \
	{ SEAL, NULL, step_cwd, "changing to the working directory" }, \
	{ SEAL, NULL, step_find_program, "finding the program" }, \
	{ SEAL, "resetting signals", step_signals }, \
	{ SEAL, "loading the seccomp filter", step_seccomp_listener }, \
	{ SEAL, "reporting to the parent", step_ready },

#define STEPS_LEAVE \
	{ SEAL, "closing descriptors", step_leave_descriptors }, \
	{ SEAL, "setting rlimits", step_low_rlimits }, \
	{ SEAL, "loading the seccomp filter", step_seccomp_late },

/* steps_ns.c */
int step_begin(struct init_ctx *ctx, struct err *e);
int step_late_begin(struct init_ctx *ctx, struct err *e);
int step_user_namespace_root(struct init_ctx *ctx, struct err *e);
int step_session(struct init_ctx *ctx, struct err *e);
int step_join_namespaces(struct init_ctx *ctx, struct err *e);
int step_late_namespaces(struct init_ctx *ctx, struct err *e);
int step_delegated_cgroup(struct init_ctx *ctx, struct err *e);
int step_time_namespace(struct init_ctx *ctx, struct err *e);
int step_keyring(struct init_ctx *ctx, struct err *e);
int step_network(struct init_ctx *ctx, struct err *e);
int step_names(struct init_ctx *ctx, struct err *e);
int step_sysctls(struct init_ctx *ctx, struct err *e);

/* steps_fs.c */
int step_mount_namespace(struct init_ctx *ctx, struct err *e);
int step_rootfs(struct init_ctx *ctx, struct err *e);
int step_mounts(struct init_ctx *ctx, struct err *e);
int step_devices(struct init_ctx *ctx, struct err *e);
int step_make_cwd(struct init_ctx *ctx, struct err *e);
int step_host_hooks(struct init_ctx *ctx, struct err *e);
int step_create_container_hooks(struct init_ctx *ctx, struct err *e);
int step_pivot(struct init_ctx *ctx, struct err *e);
int step_null_stdio(struct init_ctx *ctx, struct err *e);
int step_terminal(struct init_ctx *ctx, struct err *e);
int step_finish_mounts(struct init_ctx *ctx, struct err *e);

/* steps_process.c */
int step_personality(struct init_ctx *ctx, struct err *e);
int step_scheduler(struct init_ctx *ctx, struct err *e);
int step_io_priority(struct init_ctx *ctx, struct err *e);
int step_mark(struct init_ctx *ctx, struct err *e);
int step_memory_policy(struct init_ctx *ctx, struct err *e);
int step_affinity(struct init_ctx *ctx, struct err *e);
int step_labels(struct init_ctx *ctx, struct err *e);
int step_no_new_privileges(struct init_ctx *ctx, struct err *e);
int step_seccomp_early(struct init_ctx *ctx, struct err *e);
int step_own_stdio(struct init_ctx *ctx, struct err *e);
int step_rlimits(struct init_ctx *ctx, struct err *e);
int step_low_rlimits(struct init_ctx *ctx, struct err *e);
int step_newer_bounding_set(struct init_ctx *ctx, struct err *e);
int step_bounding_set(struct init_ctx *ctx, struct err *e);
int step_settle(struct init_ctx *ctx, struct err *e);
int step_cwd_as_root(struct init_ctx *ctx, struct err *e);
int step_user(struct init_ctx *ctx, struct err *e);
int step_cwd(struct init_ctx *ctx, struct err *e);
int step_capabilities(struct init_ctx *ctx, struct err *e);

/* steps_exec.c */
int step_home(struct init_ctx *ctx, struct err *e);
int step_find_program(struct init_ctx *ctx, struct err *e);
int step_signals(struct init_ctx *ctx, struct err *e);
int step_seccomp_listener(struct init_ctx *ctx, struct err *e);
int step_ready(struct init_ctx *ctx, struct err *e);
int step_wait_for_start(struct init_ctx *ctx, struct err *e);
int step_start_container_hooks(struct init_ctx *ctx, struct err *e);
int step_leave_descriptors(struct init_ctx *ctx, struct err *e);
int step_seccomp_late(struct init_ctx *ctx, struct err *e);

/* The tables; the order is tested. */
extern const struct init_step init_steps[], join_steps[];
extern const size_t init_steps_n, join_steps_n;
