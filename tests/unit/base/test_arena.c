/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "tests/unit/test.h"

#if SANITIZED
int __asan_address_is_poisoned(const volatile void *p);
#else
#define __asan_address_is_poisoned(p) ((void)(p), 1)
#endif

static void memory_is_zero(void **state)
{
	struct arena a;

	(void)state;
	for (int round = 0; round < 2; round++) {
		arena_init(&a);
		for (int i = 0; i < 400; i++) { /* more than the blocks that are ready */
			char *p = arena_alloc(&a, 1000);

			assert_non_null(p);
			for (int k = 0; k < 1000; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xff, 1000);
		}
		arena_fini(&a);
	}
}

/* Room is as it was left; what is said to be zero, and the end of a text, are written. */
static void room_is_not_zeroed(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	if (SANITIZED)
		skip(); /* no block is used again */
	for (int round = 0; round < 2; round++) {
		arena_init(&a);
		p = arena_room(&a, 1000);
		assert_non_null(p);
		if (round > 0)
			assert_int_equal(p[999], 'x');
		memset(p, 'x', 1000);
		p = arena_room(&a, 1000);
		memset(p, 'x', 1000);
		arena_fini(&a);
	}
	arena_init(&a);
	p = arena_strndup(&a, "text and more", 4);
	assert_string_equal(p, "text");
	p = arena_alloc(&a, 1000);
	for (int k = 0; k < 1000; k++)
		assert_int_equal(p[k], 0);
	arena_fini(&a);
}

static void two_share_nothing(void **state)
{
	struct arena a, b;
	char *p, *q;

	(void)state;
	arena_init(&a);
	arena_init(&b);
	p = arena_strdup(&a, "one");
	q = arena_strdup(&b, "two");
	assert_string_equal(p, "one");
	arena_fini(&a);
	assert_string_equal(q, "two");
	arena_fini(&b);
}

static void a_sanitizer_sees_the_end(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	if (!SANITIZED)
		skip();
	arena_init(&a);
	p = arena_strdup(&a, "text");
	assert_non_null(p);
	arena_fini(&a);
	assert_true(__asan_address_is_poisoned(p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zero),
		cmocka_unit_test(room_is_not_zeroed),
		cmocka_unit_test(two_share_nothing),
		cmocka_unit_test(a_sanitizer_sees_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
