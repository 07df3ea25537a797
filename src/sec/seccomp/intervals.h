/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one architecture's system call numbers mean: all 2^32 of them, as runs of numbers with the
 * same verdict. A profile's 400 names are 60 to 120 of them.
 * Runs in: parent. Pure.
 */
#pragma once

#include "base/arena.h"

struct call_group;

struct verdict {
	uint32_t action;                /* when no arguments decide */
	const struct call_group *group; /* whose conditions decide; NULL: none */
};

struct interval {
	uint32_t start; /* to the next one's */
	struct verdict verdict;
};

struct intervals {
	struct arena *arena;
	struct interval *v;
	size_t n, room;
	bool failed; /* out of memory */
};

/* From start on, which is not below any start before. Starting where the last one starts replaces
 * that; equal neighbours become one. */
void intervals_from(struct intervals *iv, uint32_t start, struct verdict verdict);
