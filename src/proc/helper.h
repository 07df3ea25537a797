/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that does one thing elsewhere, and tells what went wrong.
 * Runs in: parent and its child. Whoever clones it has the function apart (os/exe_parts.h).
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

/* In the child, first. On its way it is the host's root still, with all that the caller has open: where the host's
 * processes are seen, nobody may get hold of it (CVE-2016-9962). An unprivileged caller's own they may. */
int helper_begin(pid_t caller, struct err *e);
/* Again, once it is in another user namespace: the kernel may have undone both. */
void helper_guard(pid_t caller, bool hidden);
/* Its end: words is the pipe, with nothing in it where r is 0. */
void helper_end(int words, int r, const struct err *e) __attribute__((noreturn));
/* In the child, where it stays: the first half is done. */
void helper_say_done(int words);
/* In the caller: 1 when the child has said so, 0 when it ended without a word, or what it failed of. */
int helper_listen(int words, struct err *e);
/* The same until the child has ended. what: "the process that mounts". */
int helper_wait(int words, pid_t pid, const char *what, struct err *e);
