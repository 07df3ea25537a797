/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/cpulist.h"
#include "tests/unit/test.h"

static struct cpulist l;

static void good_lists(void **state)
{
	static const struct {
		const char *text;
		uint64_t low; /* the first 64 */
		unsigned n, count;
	} cases[] = {
		{ "0", 0x1, 1, 1 },
		{ "0-3,7", 0x8f, 8, 5 },
		{ "7,0-3", 0x8f, 8, 5 },
		{ "5-5", 0x20, 6, 1 },
		{ "0-3,2-4", 0x1f, 5, 5 },
		{ " 1 , 3 ", 0xa, 4, 2 },
		{ ",1,,2,", 0x6, 3, 2 },
		{ "007", 0x80, 8, 1 },
		{ "64", 0, 65, 1 },
		{ "65536", 0, 65537, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(cpulist_parse(cases[i].text, &l), 0);
		assert_int_equal(l.n, cases[i].n);
		for (unsigned k = 0; k < 64; k++)
			assert_int_equal(cpulist_has(&l, k), cases[i].low >> k & 1);
		assert_true(cpulist_has(&l, l.n - 1));
		assert_int_equal(cpulist_count(&l), cases[i].count);
		assert_int_equal(cpulist_bytes(&l), (l.n + 63) / 64 * 8);
	}
	assert_false(cpulist_has(&l, 65537));
}

static void bad_lists(void **state)
{
	static const struct {
		const char *text;
		int r;
	} cases[] = {
		{ "", -EINVAL },
		{ ",", -EINVAL },
		{ " ", -EINVAL },
		{ "a", -EINVAL },
		{ "-1", -EINVAL },
		{ "1-", -EINVAL },
		{ "-", -EINVAL },
		{ "3-1", -EINVAL },
		{ "1-2-3", -EINVAL },
		{ "+1", -EINVAL },
		{ "0x1", -EINVAL },
		{ "1 2", -EINVAL },
		{ "1;2", -EINVAL },
		{ "0 - 3", -EINVAL },
		{ "65537", -ERANGE },
		{ "0-65537", -ERANGE },
		{ "18446744073709551616", -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		l.n = 77;
		assert_int_equal(cpulist_parse(cases[i].text, &l), cases[i].r);
		assert_int_equal(l.n, 77); /* untouched */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lists),
		cmocka_unit_test(bad_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
