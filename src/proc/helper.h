/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that does one thing elsewhere, and tells what went wrong.
 * Runs in: parent and its child. Whoever clones it has the function apart (os/exe_parts.h).
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "os/clone.h"

/*
 * As fork(2), with a pipe: *ret_words is the caller's end of it, or in the child its own. Inline, since children have what is
 * reached from a function that clones: the caller's, which is to do nothing else.
 */
static inline __attribute__((always_inline)) pid_t helper_clone(int *ret_words, struct err *e)
{
	const struct os_clone how = { .cgroup = FD_NONE };
	auto_fd pidfd = FD_NONE;
	bool in_cgroup;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	pid = os_clone(&how, &pidfd, &in_cgroup);
	if (pid < 0)
		err_sys(e, -pid, "clone");
	fd_close(ends[pid == 0 ? 0 : 1]);
	if (pid < 0)
		fd_close(ends[0]);
	else
		*ret_words = ends[pid == 0 ? 1 : 0];
	return pid;
}

/* In the child, first. On its way it is the host's root still, with all that the caller has open: where the host's
 * processes are seen, nobody may get hold of it (CVE-2016-9962). An unprivileged caller's own they may. */
int helper_begin(pid_t caller, struct err *e);
/* Again, once it is in another user namespace: the kernel may have undone both. hidden: nobody is to look into it. */
void helper_guard(pid_t caller, bool hidden);
/* Its end: words is the pipe, with nothing in it where r is 0. */
void helper_end(int words, int r, const struct err *e) __attribute__((noreturn));
/* In the child, where it stays: the first half is done. */
void helper_say_done(int words);
/* In the caller: 1 when the child has said so, 0 when it ended without a word, or what it failed of. */
int helper_listen(int words, struct err *e);
/* The same until the child has ended. what: "the process that mounts". */
int helper_wait(int words, pid_t pid, const char *what, struct err *e);
