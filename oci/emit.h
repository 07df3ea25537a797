/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model back to JSON, by the same rows that parse it.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "oci/spec.h"

/* indent: the text of one level ("\t", "    "); NULL for one line. No final newline. */
int spec_emit(const struct spec *s, const char *indent, struct str *out, struct err *e);
/* The LinuxResources object alone. */
int spec_emit_resources(const struct spec_resources *r, const char *indent, struct str *out,
			struct err *e);

struct spec_default_options {
	bool rootless;  /* user namespace with one-entry maps, /sys as rbind, no network namespace */
	bool cgroup_v2; /* adds the cgroup namespace, as runc does on a v2 host */
	uint32_t uid, gid; /* the caller's, for the maps */
};
/* What `spec` writes: the content of runc spec. Builds into *s (spec_fini() it). */
int spec_default(struct spec *s, const struct spec_default_options *o, struct err *e);
