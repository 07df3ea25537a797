/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in columns, as Go's tabwriter sets them for `list`: at least 12 wide, 3 blanks apart,
 * nothing cut, the last column not padded.
 * Runs in: parent.
 */
#pragma once

#include "base/str.h"

#define TABLE_COLUMNS_MAX 8

struct table {
	size_t n_columns, n_cells;
	struct str cells; /* each ended by NUL */
};

void table_init(struct table *t, size_t n_columns);
void table_fini(struct table *t);
/* One row: n_columns strings; NULL is empty. */
void table_add(struct table *t, const char *const *cells);
void table_print(const struct table *t, struct str *out);
