/* SPDX-License-Identifier: Apache-2.0 */
#include "json/utf8.h"
#include "tests/unit/test.h"

static void sequences(void **state)
{
	static const struct {
		const char *text;
		size_t good;
	} cases[] = {
		{ "", 0 },
		{ "plain", 5 },
		{ "\xc2\x80", 2 }, /* the least of two bytes */
		{ "\xe0\xa0\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 }, /* U+10FFFF */
		{ "12345678\xe2\x82\xac", 11 },
		{ "a\x80", 1 }, /* a continuation alone */
		{ "a\xc3", 1 }, /* cut */
		{ "a\xe2\x82", 1 },
		{ "a\xc3(", 1 },
		{ "a\xc0\x80", 1 }, /* overlong NUL */
		{ "a\xc1\xbf", 1 },
		{ "a\xe0\x9f\xbf", 1 },     /* overlong */
		{ "a\xed\xa0\x80", 1 },     /* surrogate */
		{ "a\xf0\x8f\xbf\xbf", 1 }, /* overlong */
		{ "a\xf4\x90\x80\x80", 1 }, /* above U+10FFFF */
		{ "a\xf5\x80\x80\x80", 1 },
		{ "12345678abc\xff"
		  "defghijk",
		  11 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(utf8_check(cases[i].text, strlen(cases[i].text)), cases[i].good);
}

static void escapes(void **state)
{
	static const struct {
		const char *raw;
		bool paired;
	} cases[] = {
		{ "", true },
		{ "abc", true },
		{ "\\u0041", true },
		{ "\\ud83d\\ude00", true },
		{ "\\uD83D\\uDE00x", true },
		{ "\\\\ud800", true },
		{ "\\ud7ff\\ue000", true },
		{ "\\ud800", false },
		{ "\\udc00", false },
		{ "\\ud800x", false },
		{ "\\ud800\\u0041", false },
		{ "\\ud800\\ud800", false },
		{ "\\udc00\\ud800", false },
		{ "\\ud800\\n12345", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(utf8_escapes_paired(cases[i].raw, strlen(cases[i].raw)),
				 cases[i].paired);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
