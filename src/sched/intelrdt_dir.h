/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resctrl group, given the file system's root: what intelrdt_apply() does once it has found it.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "oci/stats.h"

/* Refuses a closID that is not one directory below the root ("/" alone is the root itself). */
int intelrdt_check(const struct spec_intel_rdt *r, struct err *e);
int intelrdt_apply_at(int root, const struct spec_intel_rdt *r, const char *id, pid_t pid,
		      struct err *e);
/* Refuses a group whose schemata differ from what the config's two schemas name. name: for words. */
int intelrdt_match_at(int group, const char *name, const struct spec_intel_rdt *r, struct err *e);
int intelrdt_set_at(int root, const struct spec_intel_rdt *r, const char *id, struct err *e);
int intelrdt_remove_at(int root, const struct spec_intel_rdt *r, const char *id, struct err *e);
int intelrdt_stats_at(int root, const struct spec_intel_rdt *r, const char *id, struct arena *a,
		      struct stats_intel_rdt *ret, struct err *e);

/* The directory of the container's group below the root. */
const char *intelrdt_group(const struct spec_intel_rdt *r, const char *id);
/* An O_PATH descriptor of the resctrl file system; -ENODEV when it is not mounted. */
int intelrdt_open_root(void);
