/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of CPUs or memory nodes as text: "0-3,7".
 * Runs in: parent | init. In fixed memory: no allocation.
 */
#pragma once

#include "base/util.h"

/* Sanity limit, as in runc: numbers beyond are a mistake, not a machine. */
#define CPULIST_MAX 65536u
#define CPULIST_WORD_BITS (8 * sizeof(unsigned long))

struct cpulist {
	unsigned long bits[CPULIST_MAX / CPULIST_WORD_BITS + 1];
	unsigned n; /* the largest number + 1; 0 when empty */
};

/* Decimal numbers and ranges (first <= last) between commas; blanks around an element and empty
 * elements are let pass, as in runc. -EINVAL, also when nothing is in it; -ERANGE. */
int cpulist_parse(const char *text, struct cpulist *ret);
unsigned cpulist_count(const struct cpulist *l);
bool cpulist_has(const struct cpulist *l, unsigned n);
/* The bytes of bits that matter, in whole words as the kernel wants them. */
size_t cpulist_bytes(const struct cpulist *l);
