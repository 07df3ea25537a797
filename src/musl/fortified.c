/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What glibc's headers make of sprintf() and the like with FORTIFY (LSB, "__sprintf_chk" and so on). The
 * distribution's archives of libseccomp and yajl were compiled with them and call nothing else that
 * musl lacks.
 * Runs in: parent.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...);
int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...);
void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);

int gen_pfc_generate(const void *filters, int fd);

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vfprintf(f, format, ap);
	va_end(ap);
	return n;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vsnprintf(to, room, format, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= room)
		abort();
	return n;
}

int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	if (room < size)
		abort();
	va_start(ap, format);
	n = vsnprintf(to, size, format, ap);
	va_end(ap);
	return n;
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
	if (room < n)
		abort();
	return memcpy(to, from, n);
}

/* libseccomp's filters as a text for people, which nobody asks for: 6 KiB with the stdio that it takes. */
int gen_pfc_generate(const void *filters, int fd)
{
	(void)filters;
	(void)fd;
	return -EOPNOTSUPP;
}
