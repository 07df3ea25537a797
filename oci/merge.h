/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `update` brings against what the container has: which limits to write, which to keep.
 * Runs in: parent.
 * Must not happen here: anything about devices; update leaves them alone.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

/*
 * update, with the other half of each pair that the kernel knows only together (quota and period,
 * memory and memory+swap) taken from stored (may be NULL) when only one half is given. A zero is
 * "not given" where the spec's numbers have it so. *ret lives in a and points into both.
 */
int spec_update_complete(struct arena *a, const struct spec_resources *stored,
			 const struct spec_resources *update, struct spec_resources **ret,
			 struct err *e);
/* stored (may be NULL) as it is after update was written; in a, pointing into both. */
int spec_update_merge(struct arena *a, const struct spec_resources *stored,
		      const struct spec_resources *update, struct spec_resources **ret,
		      struct err *e);
/* The limits that a state.json of runc tells of, in a. */
int spec_resources_of_runc(struct arena *a, const char *name, const char *text, size_t len,
			   struct spec_resources **ret, struct err *e);
