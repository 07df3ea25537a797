/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `state` and `list` tell of a container.
 * Runs in: parent.
 */
#pragma once

#include "container/opened.h"

/* The state goes over to i, whose owner calls state_fini() on it. */
void info_take(struct opened *c, struct container_info *i);
