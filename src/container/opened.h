/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that exists, as every later command needs it: its directory, its state, its
 * status now, its cgroup.
 * Runs in: parent.
 * Must not happen here: believing a pid without its start time (PID reuse).
 */
#pragma once

#include "cgroup/cgroup.h"
#include "container/container.h"
#include "store/store.h"

struct opened {
	struct runtime *rt;
	struct store_dir dir;
	struct state state;
	struct cgroup *cgroup; /* NULL before opened_cgroup() */
	enum container_status status;
	bool init_alive;
	bool by_pidfd;         /* the look at init is preceded by opening this: */
	int pidfd;             /* < 0: not open */
	bool abandoned;        /* its create died half-way: for delete --force */
};

enum open_lock {
	OPEN_UNLOCKED,
	OPEN_TO_ENTER, /* unlocked, and init will be asked for by opened_pidfd() */
	OPEN_LOCKED,   /* the same, locked */
	OPEN_TO_END,   /* the same; who only starts it is not waited for, but ended with its init */
	OPEN_STATE_ALONE, /* unlocked, and without a look at what became of it: no status, no init_alive */
};

/* How long a command waits for another one on the same container. */
#define LOCK_TIMEOUT_MS 30000

/* ERR_NOT_FOUND "container does not exist" when there is none. On failure nothing is held. */
int opened_init(struct opened *c, struct runtime *rt, const char *id, enum open_lock lock, struct err *e);
void opened_fini(struct opened *c);
/* Loads the cgroup, once. */
int opened_cgroup(struct opened *c, struct err *e);
/* Looks again: alive, created, running, paused? */
int opened_refresh(struct opened *c, struct err *e);
/* ERR_STATE "container not running" when init is gone, whoever has its number now. */
int opened_check_alive(struct opened *c, struct err *e);
/* A verified pidfd of init, borrowed; FD_NONE (0) on kernels without them; ERR_STATE "container not
 * running" when init is gone. */
int opened_pidfd(struct opened *c, int *ret_pidfd, struct err *e);
/* Signals init through a verified pidfd. */
int opened_signal(struct opened *c, int sig, struct err *e);
