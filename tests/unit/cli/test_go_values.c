/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/go_values.h"
#include "tests/unit/test.h"

static const char *why(const struct err *e)
{
	static char text[ERR_TEXT_MAX];

	err_format(e, text, sizeof(text));
	return text;
}

static void numbers(void **state)
{
	static const char *const bad[] = { "", "-", "x", "1x", " 1", "1 ", "0x1", "1.5", "--1" };
	struct err e;
	uint64_t u = 0;
	int64_t i = 0;

	(void)state;
	err_init(&e);
	assert_int_equal(go_uint("18446744073709551615", &u, &e), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(go_int("-9223372036854775808", &i, &e), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(go_int("+7", &i, &e), 0);
	assert_int_equal(i, 7);
	for (size_t k = 0; k < ARRAY_SIZE(bad); k++) {
		assert_true(go_uint(bad[k], &u, &e) < 0);
		assert_true(go_int(bad[k], &i, &e) < 0);
	}
	assert_true(go_uint("+1", &u, &e) < 0);
	err_init(&e);
	assert_true(go_uint("18446744073709551616", &u, &e) < 0);
	assert_string_equal(why(&e),
			    "strconv.ParseUint: parsing \"18446744073709551616\": value out of "
			    "range");
	err_init(&e);
	assert_true(go_int("9223372036854775808", &i, &e) < 0);
	assert_string_equal(why(&e),
			    "strconv.ParseInt: parsing \"9223372036854775808\": value out of "
			    "range");
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		int64_t v;
	} good[] = {
		{ "0", 0 }, { "7", 7 }, { "7b", 7 }, { "7 B", 7 }, { "1k", 1024 }, { "1K", 1024 },
		{ "1kb", 1024 }, { "1 KiB", 1024 }, { "1.5g", 1610612736 }, { ".5m", 524288 },
		{ "2t", 2199023255552 }, { "1P", 1125899906842624 }, { "0.1", 0 },
		{ "9007199254740991", 9007199254740991 },
	};
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "invalid size: ''" },
		{ "k", "invalid size: 'k'" },
		{ "-1k", "invalid size: '-1k'" },
		{ "1x", "invalid suffix: 'x'" },
		{ "1kx", "invalid suffix: 'kx'" },
		{ "1kibs", "invalid suffix: 'kibs'" },
		{ "1bb", "invalid suffix: 'bb'" },
		{ "9223372036854775808", "invalid size: '9223372036854775808'" },
		{ "8388608t", "invalid size: '8388608t'" },
	};
	struct err e;
	int64_t v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		err_init(&e);
		assert_int_equal(go_size(good[i].text, &v, &e), 0);
		assert_true(v == good[i].v);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		err_init(&e);
		assert_true(go_size(bad[i].text, &v, &e) < 0);
		assert_string_equal(why(&e), bad[i].why);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t v;
	} good[] = {
		{ "0", 0 },
		{ "5s", 5000000000 },
		{ "1h2m3s", 3723000000000 },
		{ "500ms", 500000000 },
		{ "1.5s", 1500000000 },
		{ "-1m", -60000000000 },
		{ "+2us", 2000 },
		{ "2\xc2\xb5s", 2000 },
		{ "3ns", 3 },
		{ ".5h", 1800000000000 },
		{ "9223372036854775807ns", INT64_MAX },
	};
	static const char *const bad[] = { "",         "-",   "5",   "s",
					   "5x",       "5 s", "1s2", "9223372036854775808ns",
					   "3000000h", "." };
	int64_t v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(go_duration(good[i].text, &v), 0);
		assert_true(v == good[i].v);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(go_duration(bad[i], &v) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests_name("cli-go-values", tests, NULL, NULL);
}
