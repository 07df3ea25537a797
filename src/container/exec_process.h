/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `exec` runs: a process.json, or the container's process changed by flags.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "container/container.h"
#include "oci/spec.h"

/* Built in a; spec is the container's snapshot. *ret borrows from both. */
int exec_process_build(struct arena *a, const struct spec *spec, const struct strake_exec_options *o,
		       struct spec_process **ret, struct err *e);
