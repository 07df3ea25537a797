/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing string (heap), for output of unknown length.
 * Runs in: parent; in init only where a header says so.
 * Failure is sticky: append freely, ask str_failed() once at the end.
 */
#pragma once

#include "base/util.h"

struct str {
	char *s; /* NUL-terminated; NULL while empty */
	size_t len, size;
	bool failed;
};

void str_init(struct str *b);
void str_fini(struct str *b);
#define auto_str __attribute__((cleanup(str_fini))) struct str

void str_add(struct str *b, const char *s);
void str_add_n(struct str *b, const char *s, size_t n);
void str_addf(struct str *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool str_failed(const struct str *b);
/* The text ("" while empty), owned by b. */
const char *str_text(const struct str *b);
/* Hands the buffer over (free() it); NULL when an append failed. */
char *str_take(struct str *b);
