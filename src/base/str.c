/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void str_init(struct str *b)
{
	*b = (struct str){ 0 };
}

void str_fini(struct str *b)
{
	if (!b)
		return;
	free(b->s);
	str_init(b);
}

static bool reserve(struct str *b, size_t more)
{
	size_t need, size;
	char *p;

	if (b->failed || __builtin_add_overflow(b->len, more, &need) || need == SIZE_MAX) {
		b->failed = true;
		return false;
	}
	if (need + 1 <= b->size)
		return true;
	size = b->size ? b->size : 1024; /* more than most need: each growth is another page of the heap */
	while (size < need + 1)
		size *= 2;
	p = realloc(b->s, size);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->s = p;
	b->size = size;
	return true;
}

void str_add_n(struct str *b, const char *s, size_t n)
{
	if (!reserve(b, n))
		return;
	memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void str_add(struct str *b, const char *s)
{
	str_add_n(b, s, strlen(s));
}

void str_addf(struct str *b, const char *fmt, ...)
{
	size_t room = b->size - b->len;
	va_list ap;
	int n;

	if (b->failed)
		return;
	/* What fits is there at once. */
	va_start(ap, fmt);
	n = vsnprintf(room ? b->s + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= room && reserve(b, (size_t)n)) {
		va_start(ap, fmt);
		vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->failed = b->failed || n < 0;
	if (!b->failed)
		b->len += (size_t)n;
	else if (b->s)
		b->s[b->len] = '\0';
}

bool str_failed(const struct str *b)
{
	return b->failed;
}

const char *str_text(const struct str *b)
{
	return b->s ? b->s : "";
}

char *str_take(struct str *b)
{
	char *s;

	if (!b->s)
		str_add_n(b, "", 0);
	if (b->failed)
		return NULL;
	s = b->s;
	str_init(b);
	return s;
}
