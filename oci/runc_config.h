/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a config as runc keeps them in its state.json, for a runc that takes over: the
 * seccomp filter for `exec`, the hooks and the resctrl group for `delete`.
 * Runs in: parent.
 * Must not happen here: reading them back; strake has its own snapshot of the config.
 */
#pragma once

#include "json/field.h"
#include "oci/spec.h"

struct runc_seccomp;

/* In a; *ret is NULL where there is nothing to write. 0 or -ENOMEM. */
int runc_seccomp_of(struct arena *a, const struct spec_seccomp *s, struct runc_seccomp **ret);
/* For fields_hooks: runc has the timeouts in nanoseconds. */
int runc_hooks_of(struct arena *a, const struct spec_hooks *h, struct spec_hooks **ret);

extern const struct json_field fields_runc_seccomp[];   /* struct runc_seccomp */
extern const struct json_field fields_runc_intel_rdt[]; /* struct spec_intel_rdt */
