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
 * A process that stops when freezer_for_criu() has looked already, and is frozen by cgroup v1 then: the
 * kernel loses what CRIU tells it, and CRIU waits for ever after it has thawed all. True: there is one.
 * It gets a SIGCONT, which wakes it to obey CRIU, and a SIGSTOP, which waits: it comes with the images,
 * and to the process when it goes on.
 */
bool freezer_wake_stopped(struct opened *c, const struct criu *criu);
/* CRIU may have died before it let go. A container that was paused stays so. */
void freezer_as_before(struct opened *c, enum container_status before);
