/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"
#include "tests/unit/test.h"

static void clean(void **state)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "", "." }, { "/", "/" }, { "//a//b/", "/a/b" }, { "/a/./b/../c", "/a/c" },
		{ "/../..", "/" }, { "../a", "../a" }, { "a/..", "." }, { "a/../../b", "../b" },
		{ "../../x/..", "../.." }, { "/a/b/../../..", "/" }, { ".", "." }, { "a/b/..", "a" },
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(path_clean(&a, rows[i].in), rows[i].out);
	assert_string_equal(path_join(&a, "/r", "/x/../y"), "/r/y");
	arena_fini(&a);
}

static void below(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_false(path_is_below("/ab", "/a"));
}

static void arena_limit(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	a.limit = 1024;
	assert_non_null(arena_alloc(&a, 512));
	assert_null(arena_alloc(&a, 1024));
	assert_null(arena_array(&a, SIZE_MAX / 2, 4));
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean),
		cmocka_unit_test(below),
		cmocka_unit_test(arena_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
