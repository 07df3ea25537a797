/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorting many small numbers quickly: musl's qsort(3) takes hundreds of microseconds for the rules of a
 * seccomp profile, one memcpy(3) an exchange.
 * Runs in: anywhere. Pure.
 */
#pragma once

#include "base/util.h"

/* Ascending. room: for n numbers more. */
void sort_u64(uint64_t *v, size_t n, uint64_t *room);
