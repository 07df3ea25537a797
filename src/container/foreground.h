/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Staying with a process until it ends: signals go to it, the terminal is relayed.
 * Runs in: parent.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "base/err.h"
#include "cgroup/cgroup.h"

struct foreground {
	sigset_t old_mask;
	int signals; /* signalfd */
	int notify;  /* notify_bind()'s, borrowed; FD_NONE */
	bool ended;  /* the process has */
	struct cgroup_watch *oom; /* borrowed; NULL: nobody wants to know */
};

/* Before the chain: blocks the signals that are to be forwarded, so that none is lost; makes us
 * the reaper of what the container leaves behind unless no_subreaper. */
int foreground_init(struct foreground *f, bool no_subreaper, struct err *e);
void foreground_fini(struct foreground *f);

/* Until pid (our child) has ended. tty: the pty's master (taken), or FD_NONE. *ret_exit: its
 * status, 128+n when a signal ended it. */
int foreground_wait(struct foreground *f, pid_t pid, int pidfd, int tty, int *ret_exit, struct err *e);
