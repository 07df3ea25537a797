/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap for commands that live for a millisecond, before musl's: the first blocks come out of one room and are
 * never given back, so that neither a mapping for each size of block nor a page of its own for each is needed.
 * What lives longer, or needs more, goes on with musl's malloc. Linked by --wrap.
 *
 * musl's own begins by brk(2), far from all other memory: with page tables of its own, three pages, which are
 * the container's in every init.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#define PAGE 4096
#define ROOM ((size_t)128 * 1024)
#define LARGEST ((size_t)4 * 1024)
#define ALIGN ((size_t)16)

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

struct block {
	_Alignas(ALIGN) size_t size; /* of what follows */
};

/* How much of it is taken lies in its first page, which is touched with it: one page less for each process. */
static struct {
	_Alignas(PAGE) atomic_size_t used;
	_Alignas(ALIGN) char room[ROOM];
} heap;

static int is_ours(const void *p)
{
	return (uintptr_t)p - (uintptr_t)heap.room < ROOM;
}

/* With what is before it; for nothing, too, or its address would be behind the room. */
static size_t space(size_t n)
{
	return sizeof(struct block) + (n / ALIGN + 1) * ALIGN;
}

/* Zeroed: nothing is used twice. NULL: not from here. */
static void *take(size_t n)
{
	/* Not looked at first: a page that was read is copied once it is written to. */
	size_t at = 0, need = space(n);
	struct block *b;

	if (n > LARGEST)
		return NULL;
	do
		if (need > ROOM - at)
			return NULL;
	while (!atomic_compare_exchange_weak(&heap.used, &at, at + need));
	b = (void *)(heap.room + at);
	b->size = n;
	return b + 1;
}

/* The last one can be longer where it is: texts grow by the half and more. */
static int grow(struct block *b, size_t n)
{
	size_t at = (size_t)((char *)b - heap.room), end = at + space(b->size);

	if (n > LARGEST || space(n) > ROOM - at || !atomic_compare_exchange_strong(&heap.used, &end, at + space(n)))
		return 0;
	b->size = n;
	return 1;
}

void *__wrap_malloc(size_t n)
{
	void *p = take(n);

	return p ? p : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	size_t all;
	void *p = __builtin_mul_overflow(n, size, &all) ? NULL : take(all);

	return p ? p : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	struct block *b = (struct block *)p - 1;
	void *new;

	if (!p)
		return __wrap_malloc(n);
	if (!is_ours(p))
		return __real_realloc(p, n);
	if (n <= b->size || grow(b, n))
		return p;
	new = __wrap_malloc(n);
	return new ? memcpy(new, p, b->size) : NULL;
}

void __wrap_free(void *p)
{
	if (!is_ours(p))
		__real_free(p);
}
