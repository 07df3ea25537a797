/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator: everything that one config or one plan needs lives and dies together.
 * Runs in: parent (init inherits the pages and only reads them).
 * Must not happen here: freeing a part.
 */
#pragma once

#include <stdarg.h>

#include "base/util.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t total; /* bytes handed out */
	size_t limit; /* 0: none; otherwise allocation beyond it fails like out of memory */
};

void arena_init(struct arena *a);
void arena_fini(struct arena *a);

/* Zeroed memory, aligned for any type; NULL only when out of memory or over the limit. */
void *arena_alloc(struct arena *a, size_t size);
/* The same, but as it is: what is not used of it is not touched. */
void *arena_room(struct arena *a, size_t size);
/* n * size with overflow check. */
void *arena_array(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
