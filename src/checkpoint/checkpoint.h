/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint and restore: CRIU does the work, this folder tells it what belongs to the container and
 * what to the host.
 * Runs in: parent, but for what swrk.h says runs in a child.
 */
#pragma once

#include "container/container.h"

int container_checkpoint(struct runtime *rt, const char *id, const struct strake_checkpoint_options *o,
			 struct err *e);
/* *ret_exit as container_run(). */
int container_restore(struct runtime *rt, const char *id, const struct strake_restore_options *o,
		      int *ret_exit, struct err *e);
