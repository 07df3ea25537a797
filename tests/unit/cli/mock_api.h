/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up libstrake: it remembers how it was called and answers as a test told it to.
 * Runs in: the tests' process.
 */
#pragma once

#include <strake/container.h>

struct mock {
	char called[64];             /* "create", "kill", ...; "" when nothing was */
	char id[64];
	int sig;
	bool all, force, rootless;
	int answer;                  /* what the call returns; -1 fails with failure */
	const char *failure;
	int failure_errnum;
	int seal_answer;
	unsigned seals;              /* how often strake_seal_self() was called */
	struct strake_runtime_options runtime;
	struct strake_create_options create;
	struct strake_exec_options exec;
	struct strake_events_options events;
	struct strake_checkpoint_options checkpoint;
	struct strake_restore_options restore;
	char text[512];              /* exec's and checkpoint's lists, joined; runtime's root */
	enum strake_detail detail;
	const struct strake_info *list;
	size_t n_list;
	const pid_t *pids;
	size_t n_pids;
};
extern struct mock mock;
