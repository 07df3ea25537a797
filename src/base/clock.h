/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time by which deadlines are kept.
 * Runs in: any role; a time namespace shifts it, so a number does not go with init into a new one.
 */
#pragma once

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in milliseconds. */
static inline int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
