/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "cli/quote.h"

#define COLUMN_MIN 12
#define COLUMN_GAP 3

void table_init(struct table *t, size_t n_columns)
{
	*t = (struct table){ .n_columns = n_columns };
}

void table_fini(struct table *t)
{
	str_fini(&t->cells);
}

void table_add(struct table *t, const char *const *cells)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const char *cell = cells[i] ? cells[i] : "";

		str_add_n(&t->cells, cell, strlen(cell) + 1);
		t->n_cells++;
	}
}

static void add_cell(struct str *out, const char *cell, size_t width)
{
	static const char blanks[] = "                                ";

	str_add(out, cell);
	for (size_t left = width - text_width(cell), n; left > 0; left -= n) {
		n = left < sizeof(blanks) - 1 ? left : sizeof(blanks) - 1;
		str_add_n(out, blanks, n);
	}
}

void table_print(const struct table *t, struct str *out)
{
	size_t widths[TABLE_COLUMNS_MAX];
	const char *cell = t->cells.s;

	if (str_failed(&t->cells)) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < t->n_columns; i++)
		widths[i] = COLUMN_MIN;
	for (size_t i = 0; i < t->n_cells; i++, cell += strlen(cell) + 1)
		if (text_width(cell) + COLUMN_GAP > widths[i % t->n_columns])
			widths[i % t->n_columns] = text_width(cell) + COLUMN_GAP;
	cell = t->cells.s;
	for (size_t i = 0; i < t->n_cells; i++, cell += strlen(cell) + 1) {
		size_t column = i % t->n_columns;

		if (column + 1 < t->n_columns) {
			add_cell(out, cell, widths[column]);
		} else {
			str_add(out, cell);
			str_add(out, "\n");
		}
	}
}
