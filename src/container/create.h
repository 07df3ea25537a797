/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a container up to the point where its process is ready: the common part of create, run and
 * restore.
 * Runs in: parent.
 */
#pragma once

#include "container/build.h"
#include "container/config.h"
#include "container/container.h"
#include "store/store.h"

struct creation;

struct creation_how {
	const struct strake_create_options *o;
	bool wait_for_start;
	/* Makes the process in place of the chain, when everything else is there: it calls
	 * creation_on_pid() and sets c->init. NULL: the chain does. */
	int (*bring)(struct creation *c, struct err *e);
	void *data;
};

struct creation {
	struct runtime *rt;
	const struct strake_create_options *o;
	const char *id;
	bool wait_for_start;      /* create: an exec fifo; run: none */
	char *pid_file;           /* absolute; heap; NULL: none */
	struct bundle bundle;
	struct store_dir dir;     /* locked */
	bool dir_made, config_written, state_prepared;
	struct state state;
	struct cgroup *cgroup;
	bool cgroup_made;         /* what is in it is ours to kill */
	struct mount_plan *mounts;
	struct launch launch;
	bool launch_made;
	bool may_move;            /* the helper is to be told whether it makes the mount namespace */
	bool moves;               /* it does, and init moves there */
	struct chain_result init; /* pid, pidfd */
	int notify;               /* run: what the container notifies; FD_NONE */
	int (*bring)(struct creation *c, struct err *e);
	void *bring_data;
	bool started;             /* init was cloned: poststop hooks are due on failure */
};

/* describe.c: all that is known before the cgroup is made; then what the pid adds. */
int describe_creation(struct creation *c, struct err *e);
int describe_process(struct state *st, pid_t pid, struct err *e);

/* On failure everything is undone but c's memory; creation_fini() in both cases. */
int creation_make(struct creation *c, struct runtime *rt, const char *id, const struct creation_how *how,
		  struct err *e);
/* There is a process: from here on `delete` finds it. */
int creation_on_pid(struct creation *c, pid_t pid, int pidfd, struct err *e);
/* The last acts, when nothing can fail any more but these: the final state, and at the very end the
 * pid file, whose existence means success. */
int creation_publish(struct creation *c, struct err *e);
int creation_write_pid_file(struct creation *c, struct err *e);
/* run.c: makes it, and without o->detach stays with it to its end. */
int creation_run(struct runtime *rt, const char *id, const struct creation_how *how, int *ret_exit,
		 struct err *e);
/* Kills and removes all that was made; e keeps the reason. */
void creation_undo(struct creation *c);
void creation_fini(struct creation *c);
