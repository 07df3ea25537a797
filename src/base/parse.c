/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <errno.h>
#include <stdlib.h>

int parse_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (!s || !*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return -ERANGE;
	}
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int parse_u32(const char *s, uint32_t *ret)
{
	uint64_t v;
	int r = parse_u64(s, UINT32_MAX, &v);

	if (r < 0)
		return r;
	*ret = (uint32_t)v;
	return 0;
}

int parse_i64(const char *s, int64_t *ret)
{
	bool negative = s && *s == '-';
	uint64_t v;
	int r = parse_u64(negative ? s + 1 : s, (uint64_t)INT64_MAX + negative, &v);

	if (r < 0)
		return r;
	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

int parse_id(const char *s, uint32_t *ret)
{
	uint64_t v;
	int r = parse_u64(s, UINT32_MAX - 1, &v);

	if (r < 0)
		return r;
	*ret = (uint32_t)v;
	return 0;
}

int parse_size(const char *s, bool allow_minus_one, int64_t *ret)
{
	static const char units[] = "kmgt";
	char digits[24];
	const char *unit;
	size_t n = 0;
	uint64_t v;
	int r;

	if (!s)
		return -EINVAL;
	if (allow_minus_one && strcmp(s, "-1") == 0) {
		*ret = -1;
		return 0;
	}
	while (s[n] >= '0' && s[n] <= '9')
		n++;
	if (n >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, s, n);
	digits[n] = '\0';
	r = parse_u64(digits, INT64_MAX, &v);
	if (r < 0)
		return r;
	s += n;
	if (*s && (unit = strchr(units, *s | 0x20))) {
		for (long i = unit - units; i >= 0; i--)
			if (__builtin_mul_overflow(v, 1024u, &v) || v > INT64_MAX)
				return -ERANGE;
		s++;
	}
	if (*s == 'b' || *s == 'B')
		s++;
	if (*s)
		return -EINVAL;
	*ret = (int64_t)v;
	return 0;
}

int parse_numbers(const char *s, unsigned long long *v, size_t n)
{
	char *end;

	for (size_t i = 0; i < n; i++, s = end) {
		v[i] = strtoull(s, &end, 10);
		if (end == s)
			return -EINVAL;
	}
	return 0;
}
