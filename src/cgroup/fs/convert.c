/* SPDX-License-Identifier: Apache-2.0 */
/* The spec speaks in v1's units; these are v2's. */
#include <inttypes.h>

#include "cgroup/fs/rows.h"

/*
 * 2 → 1, 1024 → 100, 262144 → 10000, and between them the quadratic curve in log2 that runc 1.4
 * and systemd 258 use: 10^((l² + 125 l) / 612 - 7/34), rounded up. Two small series stand in for
 * libm.
 */
static long double log2_of(uint64_t n)
{
	long double frac = 0, bit = 0.5L, x;
	int exp = 63 - __builtin_clzll(n);

	x = (long double)n / (long double)(1ull << exp);
	for (int i = 0; i < 60; i++, bit /= 2) {
		x *= x;
		if (x >= 2) {
			x /= 2;
			frac += bit;
		}
	}
	return exp + frac;
}

/* 10^x for 0 <= x < 5: the whole part by multiplying, the rest by the series of e^(x ln 10). */
static long double pow10_of(long double x)
{
	const long double ln10 = 2.302585092994045684017991454684364208L;
	long double whole = 1, term = 1, sum = 1;

	for (; x >= 1; x -= 1)
		whole *= 10;
	for (int i = 1; i < 60; i++) {
		term *= x * ln10 / i;
		sum += term;
	}
	return whole * sum;
}

uint64_t cg_weight_of_shares(uint64_t shares)
{
	long double l, w;
	uint64_t n;

	if (shares == 0)
		return 0;
	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2_of(shares);
	w = pow10_of((l * l + 125 * l) / 612 - 7.0L / 34);
	n = (uint64_t)w;
	/* Rounded up, but what is whole but for the last digits is whole (1024 → 100). */
	return w - (long double)n > 1e-9L ? n + 1 : n;
}

uint64_t cg_io_weight(uint16_t blkio_weight)
{
	if (blkio_weight == 0)
		return 0;
	/* 10 .. 1000 → 1 .. 10000; what is below 10 is the kernel's to refuse, as 0 would be. */
	return blkio_weight < 10 ? 0 : 1 + ((uint64_t)blkio_weight - 10) * 9999 / 990;
}

int cg_swap_max(int64_t memory, int64_t memory_and_swap, int64_t *ret, struct err *e)
{
	if (memory_and_swap == 0) {
		/* Unlimited memory alone means both, as it did on v1. */
		*ret = memory == -1 ? -1 : CG_NOTHING;
		return 0;
	}
	if (memory_and_swap == -1 || memory == -1) {
		*ret = memory_and_swap;
		return 0;
	}
	if (memory == 0)
		return err_make(e, ERR_CONFIG, EINVAL, "unable to set swap limit without memory limit");
	if (memory < 0)
		return err_make(e, ERR_CONFIG, EINVAL, "invalid memory value: %" PRId64, memory);
	if (memory_and_swap < memory)
		return err_make(e, ERR_CONFIG, EINVAL, "memory+swap limit should be >= memory limit");
	*ret = memory_and_swap - memory;
	return 0;
}
