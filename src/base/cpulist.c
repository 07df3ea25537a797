/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpulist.h"

#include <errno.h>

#include "base/parse.h"

/* One number from the n bytes at s. */
static int parse_number(const char *s, size_t n, unsigned *ret)
{
	char text[16];
	uint64_t v;
	int r;

	if (n >= sizeof(text))
		return -ERANGE;
	memcpy(text, s, n);
	text[n] = '\0';
	r = parse_u64(text, CPULIST_MAX, &v);
	if (r < 0)
		return r;
	*ret = (unsigned)v;
	return 0;
}

/* "7" or "0-3", in the n bytes at s. */
static int parse_element(const char *s, size_t n, struct cpulist *l)
{
	const char *dash = memchr(s, '-', n);
	unsigned first, last;
	int r = parse_number(s, dash ? (size_t)(dash - s) : n, &first);

	if (r < 0)
		return r;
	last = first;
	if (dash)
		r = parse_number(dash + 1, n - (size_t)(dash - s) - 1, &last);
	if (r < 0)
		return r;
	if (last < first)
		return -EINVAL;
	for (unsigned i = first; i <= last; i++)
		l->bits[i / CPULIST_WORD_BITS] |= 1ul << (i % CPULIST_WORD_BITS);
	if (last + 1 > l->n)
		l->n = last + 1;
	return 0;
}

int cpulist_parse(const char *text, struct cpulist *ret)
{
	struct cpulist l = { .n = 0 };

	for (;;) {
		const char *end;
		size_t n;

		text += strspn(text, " \t\n");
		n = strcspn(text, ",");
		end = text + n;
		while (n > 0 && strchr(" \t\n", text[n - 1]))
			n--;
		if (n > 0) {
			int r = parse_element(text, n, &l);

			if (r < 0)
				return r;
		}
		if (!*end)
			break;
		text = end + 1;
	}
	if (l.n == 0)
		return -EINVAL;
	*ret = l;
	return 0;
}

bool cpulist_has(const struct cpulist *l, unsigned n)
{
	return n <= CPULIST_MAX && l->bits[n / CPULIST_WORD_BITS] >> (n % CPULIST_WORD_BITS) & 1;
}

unsigned cpulist_count(const struct cpulist *l)
{
	unsigned n = 0;

	for (size_t i = 0; i < cpulist_bytes(l) / sizeof(l->bits[0]); i++)
		n += (unsigned)__builtin_popcountl(l->bits[i]);
	return n;
}

size_t cpulist_bytes(const struct cpulist *l)
{
	return (l->n + CPULIST_WORD_BITS - 1) / CPULIST_WORD_BITS * sizeof(l->bits[0]);
}
