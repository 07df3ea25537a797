/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a helper program (hooks, newuidmap, criu): exact argv and environment, captured output,
 * a deadline.
 * Runs in: parent | init for container-side hooks.
 */
#pragma once

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* INT, QUIT, TERM and HUP, but for those that are ignored or handled. */
struct spawn_signals {
	int fd; /* signalfd, FD_NONE: it could not be made */
	sigset_t set, saved;
	uint64_t passed; /* and borne by a child that ended with 0: a bit for each */
};
/* From here on they are blocked, for children that get them instead of us. */
void spawn_signals_take(struct spawn_signals *p);
/* failed: what has ended a child, and is told of as its end, must not end us on the way out. Else a signal that
 * was borne comes once more. */
void spawn_signals_give_back(struct spawn_signals *p, bool failed);

struct spawn {
	const char *path;       /* execve'd as it is: no PATH search */
	char *const *argv, *const *envp;
	const char *cwd;        /* NULL: unchanged */
	const void *input;      /* stdin's content; NULL: /dev/null or nothing */
	size_t input_len;
	struct spawn_signals *signals; /* of these those that come for us go to its process group; NULL: none */
	int64_t timeout_ms;     /* -1: none; then SIGKILL to its process group */
	char *out, *err;        /* buffers for stdout and stderr, NUL-terminated; NULL: not captured */
	const int *output;      /* [2]: descriptors for stdout and stderr in place of pipes (FD_NONE: a
				 * pipe); NULL: pipes */
	size_t out_size, err_size; /* what is beyond is read and dropped */
};
/* 0 and *ret_status as from waitpid(2); -ETIMEDOUT; or -errno when it could not be started (the
 * execve error of the child comes back as such). e is set when negative. */
int os_spawn(const struct spawn *s, int *ret_status, struct err *e);

/* vfork(2) with every signal blocked around it. child must exec; where it returns the child ends with 127. The
 * child's pid, or -errno. No page table is copied, and what child writes to arg is seen here. */
pid_t os_vfork(void (*child)(void *), void *arg);
/* For who execs: in its child after vfork(), every signal blocked, so nothing but system
 * calls. A process group of its own, and no signal is handled or ignored. */
void os_child_begin(void);
void os_child_close_from(unsigned first);
