/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CRIU process of ours ("criu swrk 3") and the talk with it.
 * Runs in: parent.
 * Must not happen here: knowing what is dumped or restored.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "checkpoint/rpc.h"
#include "os/procfs.h"

/* Older ones cannot be told of a profile, nor say that the page server is ready: 3.16 is of 2021. */
#define CRIU_VERSION_MIN 31600

struct criu {
	pid_t pid;    /* 0: none */
	int sock;
	int version;  /* 40201 is 4.2.1 */
	/* Asked now and then while nothing is heard of it: does it wait for what cannot happen? When that
	 * stays so it is killed, and stuck says why. May be NULL. */
	bool (*is_stuck)(void *data);
	const char *stuck;
	void *data;
};
#define CRIU_NONE { .pid = 0, .sock = -EBADF, .version = 0 }

struct criu_start {
	bool own_stdio;    /* fds 0-2 are ours, else /dev/null */
	const int *fds;    /* it gets these as CRIU_FIRST_FD and on */
	size_t n_fds;
	/* In the child, before it becomes CRIU; may be NULL. */
	int (*prepare)(void *data, struct err *e);
	void *data;
};
/* 3 is the socket. */
#define CRIU_FIRST_FD 4

/* Starts it and asks for its version. */
int criu_start(struct criu *c, const struct criu_start *s, struct err *e);

/* What CRIU tells while it works, and the descriptor that came with it or FD_NONE, to be taken. A
 * failure makes CRIU undo its work, and is the result of the call. */
typedef int (*criu_notify_fn)(void *data, const struct criu_response *r, int *fd, struct err *e);
/* One request to its end. fn may be NULL. */
int criu_call(struct criu *c, const struct criu_request *req, criu_notify_fn fn, void *data,
	      struct criu_response *ret, struct err *e);
/* ERR_UNSUPPORTED unless CRIU is new enough; part of criu_start(). */
int criu_check_version(struct criu *c, struct err *e);
/* ERR_UNSUPPORTED unless CRIU and the kernel can do that. */
int criu_check_features(struct criu *c, bool mem_track, bool lazy_pages, struct err *e);
/* ERR_UNSUPPORTED unless a CRIU of ours could have the pipe that serves lazy pages. */
int criu_check_lazy_pipe(struct err *e);

/* The letter of pid's state when CRIU traces it, else '\0'. */
char criu_traced_state(const struct criu *c, struct procfs *proc, pid_t pid);
/* Lets it end. *ret_status as from waitpid(2). Takes an empty one. */
int criu_end(struct criu *c, int *ret_status);

/* Runs fn in a child, in a mount namespace of its own whose mounts reach nobody, and waits. */
int criu_in_own_mounts(int (*fn)(void *data, struct err *e), void *data, struct err *e);
/* Of the calling child: the same namespace for what it becomes. */
int criu_own_mounts(struct err *e);
