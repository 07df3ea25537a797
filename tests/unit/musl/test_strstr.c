/* SPDX-License-Identifier: Apache-2.0 */
/* src/musl/strstr.c beside the strstr of this test's own libc. */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "tests/unit/test.h"

char *short_strstr(const char *text, const char *word);
#define strstr short_strstr
#include "musl/strstr.c"
#undef strstr

static void known_places(void **state)
{
	static const struct {
		const char *text, *word;
		int at; /* -1: nowhere */
	} rows[] = {
		{ "", "", 0 }, { "text", "", 0 }, { "", "x", -1 }, { "text", "text", 0 }, { "text", "texts", -1 },
		{ "a - b", " - ", 1 }, { "a -- - b", " - ", 4 }, { "aaab", "aab", 1 }, { "text", "t", 0 }, { "text", "xt", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *found = short_strstr(rows[i].text, rows[i].word);

		assert_ptr_equal(found, rows[i].at < 0 ? NULL : rows[i].text + rows[i].at);
	}
}

/* Of two letters, so that much of a word is often there. */
static void random_places(void **state)
{
	char text[24], word[6];

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)rand() % sizeof(text), m = (size_t)rand() % sizeof(word);

		for (size_t j = 0; j < n; j++)
			text[j] = (char)('a' + rand() % 2);
		for (size_t j = 0; j < m; j++)
			word[j] = (char)('a' + rand() % 2);
		text[n] = word[m] = '\0';
		assert_ptr_equal(short_strstr(text, word), strstr(text, word));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(known_places), cmocka_unit_test(random_places) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
