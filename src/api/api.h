/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that implement include/strake share.
 * Runs in: parent (the embedding program).
 * Must not happen here: deciding anything. This is a thin skin over container/.
 */
#pragma once

#include <strake/container.h>

#include "base/err.h"
#include "container/container.h"

struct strake_runtime {
	struct runtime rt;
	char *program; /* our copy: the caller's string is borrowed for one call */
};

/* r as the library returns it: itself, or -1 with *err (may be NULL) filled from e. */
int api_result(int r, const struct err *e, struct strake_error *err);

/*
 * A caller's struct, which may be older (shorter) or newer (longer) than ours, into our own:
 * what is missing is zero. size is its first field.
 */
void api_copy_options(void *to, size_t to_size, const void *from);
