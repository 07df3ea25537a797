/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The freezer while CRIU dumps.
 * Runs in: parent.
 */
#pragma once

#include "container/opened.h"

/* The directory that holds all of its processes, which CRIU then freezes instead of chasing each; NULL
 * where it has to do without, and a paused container goes on: freezer_as_before() has to follow. */
const char *freezer_for_criu(struct opened *c);
/* CRIU may have died before it let go. A container that was paused stays so. */
void freezer_as_before(struct opened *c, enum container_status before);
