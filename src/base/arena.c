/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE (32 * 1024)
#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

/*
 * The first blocks of a process cost no system call: musl asks the kernel for each of that size and gives
 * each back. What is not used is no memory either. A sanitizer would see no leak, and no use after the end.
 */
#define READY_BLOCKS 8

/* On pages of their own: so is all that is zero in the beginning, and what each child copies once more of the
 * initialised variables (os/exe.c) is one page. Whether one is taken lies in its first page, which is touched with it. */
static struct {
	_Alignas(PAGE_MAX) atomic_bool taken;
	union {
		struct arena_block block;
		char room[sizeof(struct arena_block) + BLOCK_SIZE];
	};
} ready[READY_BLOCKS];

static struct arena_block *block_new(size_t size)
{
	for (size_t i = 0; !SANITIZED && size == BLOCK_SIZE && i < READY_BLOCKS; i++)
		if (!atomic_exchange(&ready[i].taken, true))
			return &ready[i].block;
	return malloc(sizeof(struct arena_block) + size);
}

static void block_free(struct arena_block *b)
{
	for (size_t i = 0; i < READY_BLOCKS; i++)
		if (b == &ready[i].block) {
			atomic_store(&ready[i].taken, false);
			return;
		}
	free(b);
}

void arena_init(struct arena *a)
{
	a->head = NULL;
	a->total = 0;
	a->limit = 0;
}

void arena_fini(struct arena *a)
{
	if (!a)
		return;
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		block_free(b);
	}
	arena_init(a);
}

void *arena_room(struct arena *a, size_t size)
{
	struct arena_block *b = a->head;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	need = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (need == 0)
		need = ALIGN;
	if (a->limit && a->total + need > a->limit)
		return NULL;
	if (!b || b->size - b->used < need) {
		size_t block = need > BLOCK_SIZE ? need : BLOCK_SIZE;

		b = block_new(block);
		if (!b)
			return NULL;
		b->used = 0;
		b->size = block;
		b->next = a->head;
		a->head = b;
	}
	p = b->data + b->used;
	b->used += need;
	a->total += need;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_room(a, size);

	return p ? memset(p, 0, size) : NULL;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_room(a, len + 1);

	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	p = arena_alloc(a, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
