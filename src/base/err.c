/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Appends one frame; when there is no room the outer context is what gets lost. */
PRINTF_LIKE(2, 0)
static void add_frame(struct err *e, const char *fmt, va_list ap, const char *suffix)
{
	size_t room = ERR_TEXT_MAX - e->used;
	char *at = e->text + e->used;
	size_t len;
	int n;

	if (room < 2)
		return;
	n = vsnprintf(at, room, fmt, ap);
	if (n < 0)
		return;
	len = (size_t)n < room ? (size_t)n : room - 1;
	if (suffix && len + 2 < room) {
		n = snprintf(at + len, room - len, ": %s", suffix);
		if (n > 0)
			len += (size_t)n < room - len ? (size_t)n : room - len - 1;
	}
	e->used = (uint16_t)(e->used + len + 1);
}

int err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	va_list ap;

	err_init(e);
	e->errnum = errnum > 0 ? errnum : EIO;
	e->kind = ERR_SYS;
	va_start(ap, fmt);
	add_frame(e, fmt, ap, err_strerror(e->errnum));
	va_end(ap);
	return -e->errnum;
}

int err_make(struct err *e, enum err_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;

	err_init(e);
	e->errnum = errnum > 0 ? errnum : EIO;
	e->kind = (uint16_t)kind;
	va_start(ap, fmt);
	add_frame(e, fmt, ap, NULL);
	va_end(ap);
	return -e->errnum;
}

PRINTF_LIKE(2, 0)
static int wrap(struct err *e, const char *fmt, va_list ap)
{
	if (!err_is_set(e)) {
		e->errnum = EIO;
		e->kind = ERR_CHILD;
	}
	add_frame(e, fmt, ap, NULL);
	return -e->errnum;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	wrap(e, fmt, ap);
	va_end(ap);
	return -e->errnum;
}

int err_place(struct err *e, const char *fmt, ...)
{
	uint16_t start = e->used;
	va_list ap;

	va_start(ap, fmt);
	wrap(e, fmt, ap);
	va_end(ap);
	if (e->used > start)
		e->place = (uint16_t)(start + 1);
	return -e->errnum;
}

const char *err_place_text(const struct err *e)
{
	return e->place ? e->text + e->place - 1 : NULL;
}

void err_locate(struct err *e, const char *file, size_t line, size_t column)
{
	char words[320]; /* a name has 255 bytes at most */
	int n = snprintf(words, sizeof(words), "%s:%zu:%zu: ", file, line, column);
	size_t at = e->place - 1U;

	if (!e->place || n < 0 || (size_t)n >= sizeof(words) || e->used + (size_t)n > ERR_TEXT_MAX)
		return;
	memmove(e->text + at + n, e->text + at, e->used - at);
	memcpy(e->text + at, words, (size_t)n);
	e->used = (uint16_t)(e->used + n);
	e->place = (uint16_t)(e->place + n);
}

bool err_is_valid(const struct err *e)
{
	return e->kind > ERR_NONE && e->kind < ERR_KIND_MAX && e->errnum > 0 && e->errnum < 4096 &&
	       e->used > 0 && e->used <= ERR_TEXT_MAX && e->text[e->used - 1] == '\0' &&
	       e->text[0] && e->place <= e->used;
}

size_t err_format(const struct err *e, char *buf, size_t size)
{
	size_t total = 0, end = e->used;

	if (size)
		buf[0] = '\0';
	while (end > 0) {
		size_t start = end - 1; /* at the NUL that ends this frame */
		int n;

		while (start > 0 && e->text[start - 1] != '\0')
			start--;
		n = snprintf(total < size ? buf + total : NULL, total < size ? size - total : 0, "%s%s",
			     total ? ": " : "", e->text + start);
		if (n > 0)
			total += (size_t)n;
		end = start;
	}
	return total;
}
