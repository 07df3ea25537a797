/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the parent's role share.
 * Runs in: parent.
 */
#pragma once

#include "proc/job.h"

/* The parent's side of one conversation. */
struct parent {
	struct chain_job *job;
	struct chan stage, init;
	pid_t stage_pid, init_pid; /* 0 while there is none */
	int init_pidfd;
	bool in_cgroup;
};

/* MSG_BEGIN: all that init waits for: its ids, limits, cgroup, device rules and links. */
int parent_begin(struct parent *p, struct err *e);
/* MSG_SOURCES_REQUEST: a helper opens them where init is, and sends them. */
int parent_open_sources(struct parent *p, struct err *e);
