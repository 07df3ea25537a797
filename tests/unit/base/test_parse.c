/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/parse.h"
#include "tests/unit/test.h"

static void ids_are_strict(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1", "4294967295", "4294967296", "1:1" };
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		id = 77;
		assert_true(parse_id(bad[i], &id) < 0);
		assert_int_equal(id, 77); /* untouched on failure */
	}
	assert_int_equal(parse_id("4294967294", &id), 0);
	assert_int_equal(id, 4294967294u);
}

static void signed_range(void **state)
{
	int64_t v;

	(void)state;
	assert_int_equal(parse_i64("-9223372036854775808", &v), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(parse_i64("9223372036854775808", &v), -ERANGE);
	assert_int_equal(parse_i64("-", &v), -EINVAL);
	assert_int_equal(parse_i64("18446744073709551616", &v), -ERANGE);
}

static void sizes(void **state)
{
	int64_t v;

	(void)state;
	assert_int_equal(parse_size("2k", false, &v), 0);
	assert_int_equal(v, 2048);
	assert_int_equal(parse_size("1Gb", false, &v), 0);
	assert_int_equal(v, 1 << 30);
	assert_int_equal(parse_size("-1", true, &v), 0);
	assert_int_equal(v, -1);
	assert_int_equal(parse_size("-1", false, &v), -EINVAL);
	assert_int_equal(parse_size("9999999t", false, &v), -ERANGE);
	assert_int_equal(parse_size("1kk", false, &v), -EINVAL);
	assert_int_equal(parse_size("k", false, &v), -EINVAL);
}

static void lines_of_proc(void **state)
{
	unsigned long long v[3];

	(void)state;
	assert_int_equal(parse_numbers("         0       1000 4294967295\n", v, 3), 0);
	assert_true(v[0] == 0 && v[1] == 1000 && v[2] == 4294967295);
	assert_int_equal(parse_numbers("7 -1 18446744073709551615 x", v, 3), 0);
	assert_true(v[0] == 7 && v[2] == UINT64_MAX);
	assert_int_equal(parse_numbers("1 2", v, 3), -EINVAL);
	assert_int_equal(parse_numbers("1 x 2", v, 3), -EINVAL);
	assert_int_equal(parse_numbers("", v, 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_strict),
		cmocka_unit_test(signed_range),
		cmocka_unit_test(sizes),
		cmocka_unit_test(lines_of_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
