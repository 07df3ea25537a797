/* SPDX-License-Identifier: Apache-2.0 */
/* src/musl/heap.c before the malloc of this test's own libc, by the same --wrap. */
#include "tests/unit/test.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 6000

static unsigned char *fill(unsigned char *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(seed + i);
	return p;
}

static bool is_filled(const unsigned char *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (unsigned char)(seed + i))
			return false;
	return true;
}

/* More than the room has, so from both heaps; whatever is given back, the others stay as they are. */
static void blocks_are_apart(void **state)
{
	static unsigned char *v[BLOCKS];
	static size_t size[BLOCKS];

	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++) {
		size[i] = i % 97 == 0 ? 20000 : i * 7 % 300;
		v[i] = malloc(size[i]);
		assert_non_null(v[i]);
		assert_int_equal((uintptr_t)v[i] % 16, 0);
		fill(v[i], size[i], i);
		if (i % 3 == 2) {
			free(v[i - 1]);
			v[i - 1] = NULL;
		}
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		assert_true(!v[i] || is_filled(v[i], size[i], i));
		free(v[i]);
	}
}

static void what_grows_keeps_its_content(void **state)
{
	unsigned char *p = NULL;
	size_t have = 0;

	(void)state;
	for (size_t n = 1; n < 300000; n = n * 3 / 2 + 1) {
		p = realloc(p, n);
		assert_non_null(p);
		assert_true(is_filled(p, have, 5));
		fill(p, n, 5);
		have = n;
	}
	p = realloc(p, 10);
	assert_true(is_filled(p, 10, 5));
	free(p);
	p = realloc(fill(malloc(100), 100, 9), 40);
	assert_true(is_filled(p, 40, 9));
	free(p);
}

static void calloc_is_zeroed(void **state)
{
	volatile size_t too_many = SIZE_MAX / 2;

	(void)state;
	for (size_t n = 1; n < 100000; n = n * 2 + 3) {
		unsigned char *p = calloc(n, 3);

		assert_non_null(p);
		for (size_t i = 0; i < 3 * n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 3 * n);
		free(p);
	}
	assert_null(calloc(too_many, 3));
	free(NULL);
}

static void *allocate(void *arg)
{
	unsigned seed = *(unsigned *)arg;
	unsigned char *v[400];

	for (unsigned i = 0; i < 400; i++)
		v[i] = fill(malloc(i % 50), i % 50, seed + i);
	for (unsigned i = 0; i < 400; i++) {
		if (!is_filled(v[i], i % 50, seed + i))
			return NULL;
		free(v[i]);
	}
	return arg;
}

/* `list` has some. */
static void threads_get_blocks_of_their_own(void **state)
{
	unsigned seed[4] = { 1, 50, 100, 150 };
	pthread_t t[4];
	void *r;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, allocate, &seed[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], &r), 0);
		assert_ptr_equal(r, &seed[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* While there is room. */
		cmocka_unit_test(threads_get_blocks_of_their_own),
		cmocka_unit_test(calloc_is_zeroed),
		cmocka_unit_test(what_grows_keeps_its_content),
		cmocka_unit_test(blocks_are_apart),
		cmocka_unit_test(calloc_is_zeroed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
