/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The freezer while CRIU dumps.
 * Runs in: parent.
 */
#pragma once

#include "checkpoint/swrk.h"
#include "container/opened.h"

/* The directory that holds all of its processes, which CRIU then freezes instead of chasing each; NULL
 * where it has to do without, and a paused container goes on: freezer_as_before() has to follow. */
const char *freezer_for_criu(struct opened *c);
/*
 * When CRIU is silent, on cgroup v1: a process may have stopped after freezer_for_criu() looked, and then
 * been frozen. CRIU's PTRACE_SEIZE waits for it, as long as all is frozen: all is thawed, as CRIU is about
 * to do itself. If the kernel has lost what CRIU wants of it, it gets a SIGCONT, which wakes it to obey
 * CRIU, and a SIGSTOP, which waits: it comes with the images, and to the process when it goes on.
 * True: there was something to be done.
 */
bool freezer_help_criu(struct opened *c, const struct criu *criu);
/* CRIU may have died before it let go. A container that was paused stays so. */
void freezer_as_before(struct opened *c, enum container_status before);
