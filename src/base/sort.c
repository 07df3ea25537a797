/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sort.h"

/* Two sorted runs, [0, middle) and [middle, n), into to. */
static void merge(uint64_t *to, const uint64_t *from, size_t middle, size_t n)
{
	size_t left = 0, right = middle;

	for (size_t i = 0; i < n; i++)
		to[i] = right == n || (left < middle && from[left] <= from[right]) ? from[left++] : from[right++];
}

void sort_u64(uint64_t *v, size_t n, uint64_t *room)
{
	uint64_t *from = v, *to = room;

	for (size_t run = 1; run < n; run *= 2) {
		uint64_t *swap = from;

		for (size_t at = 0; at < n; at += 2 * run) {
			size_t left = n - at;

			merge(to + at, from + at, run < left ? run : left, 2 * run < left ? 2 * run : left);
		}
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
}
