/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/go_values.h"

#include <errno.h>
#include <string.h>

#include "cli/quote.h"

static int syntax_error(const char *func, const char *s, const char *why, int r, struct err *e)
{
	auto_str quoted = {};

	quote_go(&quoted, s);
	return err_make(e, ERR_USAGE, r, "strconv.%s: parsing %s: %s", func, str_text(&quoted),
			why);
}

/* Digits alone, at least one, up to max. */
static int digits(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;
	bool large = false;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		large |= __builtin_mul_overflow(v, 10u, &v);
		large |= __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v);
	}
	*ret = v;
	return large || v > max ? -ERANGE : 0;
}

static int number_error(const char *func, const char *s, int r, struct err *e)
{
	const char *why = r == -ERANGE ? "value out of range" : "invalid syntax";

	return r < 0 ? syntax_error(func, s, why, -r, e) : 0;
}

int go_uint(const char *s, uint64_t *ret, struct err *e)
{
	return number_error("ParseUint", s, digits(s, UINT64_MAX, ret), e);
}

int go_int(const char *s, int64_t *ret, struct err *e)
{
	bool minus = *s == '-';
	uint64_t v = 0;
	int r = digits(s + (minus || *s == '+'), (uint64_t)INT64_MAX + minus, &v);

	if (r == 0)
		*ret = minus ? (int64_t)(0 - v) : (int64_t)v;
	return number_error("ParseInt", s, r, e);
}

/*
 * "12", "12.5", ".5": whole and a fraction in 1/10^18 (more digits are below anything that counts
 * here). Returns the characters read, 0 when there is no number, or -ERANGE.
 */
#define FRACTION 1000000000000000000u
static int decimal(const char *s, uint64_t *ret_whole, uint64_t *ret_fraction)
{
	uint64_t whole = 0, fraction = 0, unit = FRACTION;
	bool any = false;
	int n = 0;

	for (; s[n] >= '0' && s[n] <= '9'; n++, any = true)
		if (__builtin_mul_overflow(whole, 10u, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(s[n] - '0'), &whole))
			return -ERANGE;
	if (s[n] == '.')
		for (n++; s[n] >= '0' && s[n] <= '9'; n++, any = true) {
			unit /= 10;
			fraction += (uint64_t)(s[n] - '0') * unit;
		}
	if (!any)
		return 0;
	*ret_whole = whole;
	*ret_fraction = fraction;
	return n;
}

/* (whole + fraction) * unit, rounded down; up to max. */
static int scaled(uint64_t whole, uint64_t fraction, uint64_t unit, uint64_t max, uint64_t *ret)
{
	__extension__ typedef unsigned __int128 u128;
	u128 v = (u128)whole * unit + (u128)fraction * unit / FRACTION;

	if (v > max)
		return -ERANGE;
	*ret = (uint64_t)v;
	return 0;
}

/* "", "b", "k", "kb", "kib": the factor, or 0. */
static uint64_t size_factor(const char *s)
{
	static const char letters[] = "kmgtp";
	const char *at = *s ? strchr(letters, *s | 0x20) : NULL;
	uint64_t factor = 1;

	if (!*s || ((*s | 0x20) == 'b' && !s[1]))
		return 1;
	if (!at || (s[1] && strcasecmp(s + 1, "b") != 0 && strcasecmp(s + 1, "ib") != 0))
		return 0;
	for (long i = at - letters; i >= 0; i--)
		factor *= 1024;
	return factor;
}

int go_size(const char *s, int64_t *ret, struct err *e)
{
	uint64_t whole, fraction, factor, v;
	int n = decimal(s, &whole, &fraction);

	if (n == 0)
		return err_make(e, ERR_USAGE, EINVAL, "invalid size: '%s'", s);
	if (n > 0) {
		const char *suffix = s + n + (s[n] == ' ');

		factor = size_factor(suffix);
		if (!factor)
			return err_make(e, ERR_USAGE, EINVAL, "invalid suffix: '%s'", suffix);
		n = scaled(whole, fraction, factor, INT64_MAX, &v);
	}
	if (n < 0)
		return err_make(e, ERR_USAGE, ERANGE, "invalid size: '%s'", s);
	*ret = (int64_t)v;
	return 0;
}

static const struct {
	const char *name;
	uint64_t ns;
} duration_units[] = {
	/* The longer name first: "ms" is not minutes. */
	{ "ns", 1 }, { "us", 1000 }, { "\xc2\xb5s", 1000 }, { "\xce\xbcs", 1000 },
	{ "ms", 1000000 }, { "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
};

int go_duration(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	uint64_t sum = 0;

	s += minus || *s == '+';
	if (strcmp(s, "0") == 0) {
		*ret = 0;
		return 0;
	}
	if (!*s)
		return -EINVAL;
	while (*s) {
		uint64_t whole, fraction, v;
		size_t i = 0;
		int n = decimal(s, &whole, &fraction);

		if (n <= 0)
			return -EINVAL;
		s += n;
		while (i < ARRAY_SIZE(duration_units) && !str_starts(s, duration_units[i].name))
			i++;
		if (i == ARRAY_SIZE(duration_units) ||
		    scaled(whole, fraction, duration_units[i].ns, INT64_MAX, &v) < 0 ||
		    __builtin_add_overflow(sum, v, &sum) || sum > INT64_MAX)
			return -EINVAL;
		s += strlen(duration_units[i].name);
	}
	*ret = minus ? -(int64_t)sum : (int64_t)sum;
	return 0;
}
