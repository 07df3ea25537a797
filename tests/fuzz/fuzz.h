/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share. A target is libFuzzer's function in a file of its own; with -Dfuzz
 * libFuzzer calls it, otherwise driver.c calls it for each file of the corpus.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert(), not to be compiled out. */
#define MUST(condition)          \
	do {                     \
		if (!(condition)) \
			abort();  \
	} while (0)

/* A failure always says why, in a shape that the chain would take. */
static inline void check_error(const struct err *e)
{
	char text[64];

	MUST(err_is_valid(e));
	MUST(err_format(e, text, sizeof(text)) > 0);
}

/* The bytes as a string on the heap, so that a read beyond its end is seen. */
static inline char *text_of(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	MUST(s);
	if (size)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}
