/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "checkpoint/options.h"
#include "tests/unit/test.h"

static struct str said;

static void sink(void *data, enum log_level level, const char *msg)
{
	(void)data;
	assert_int_equal(level, LOG_LEVEL_WARNING);
	str_addf(&said, "%s|", msg);
}

/* What is said of a log of n lines, numbers in bad having the word. */
static const char *excerpt(size_t n, const size_t *bad, size_t n_bad)
{
	char dir[] = "/tmp/strake-excerpt-XXXXXX", path[64];
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.log", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 1; i <= n; i++) {
		bool is_bad = false;

		for (size_t k = 0; k < n_bad; k++)
			is_bad = is_bad || bad[k] == i;
		fprintf(f, "%s%c\n", is_bad ? "Error " : "", (char)('a' + i - 1));
	}
	fclose(f);
	str_fini(&said);
	str_init(&said);
	log_set_sink(sink, NULL);
	warn_of_log(dir, "x.log");
	log_set_sink(NULL, NULL);
	unlink(path);
	rmdir(dir);
	return str_text(&said);
}

static void lines_before_an_error(void **state)
{
	const size_t first[] = { 2 }, late[] = { 9 }, two[] = { 3, 6 }, apart[] = { 2, 10 };

	(void)state;
	assert_string_equal(excerpt(4, NULL, 0), "");
	assert_non_null(strstr(excerpt(4, first, 1), "x.log\"|1:a|2:Error b|---|"));
	assert_non_null(strstr(excerpt(9, late, 1), "x.log\"|4:d|5:e|6:f|7:g|8:h|9:Error i|---|"));
	assert_non_null(strstr(excerpt(9, two, 2), "x.log\"|1:a|2:b|3:Error c|4:d|5:e|6:Error f|---|"));
	assert_non_null(strstr(excerpt(10, apart, 2), "2:Error b|...|5:e|6:f|7:g|8:h|9:i|10:Error j|---|"));
}

static void no_log(void **state)
{
	(void)state;
	str_fini(&said);
	str_init(&said);
	log_set_sink(sink, NULL);
	warn_of_log("/nonexistent", "x.log");
	log_set_sink(NULL, NULL);
	assert_string_equal(str_text(&said), "open /nonexistent/x.log: no such file or directory|");
	str_fini(&said);
}

/* A link to, say, a file of passwords. */
static void not_a_link(void **state)
{
	char dir[] = "/tmp/strake-excerpt-XXXXXX", path[64], secret[64];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.log", dir);
	snprintf(secret, sizeof(secret), "%s/secret", dir);
	f = fopen(secret, "w");
	assert_non_null(f);
	fputs("Error secret\n", f);
	fclose(f);
	assert_int_equal(symlink(secret, path), 0);
	str_fini(&said);
	str_init(&said);
	log_set_sink(sink, NULL);
	warn_of_log(dir, "x.log");
	log_set_sink(NULL, NULL);
	unlink(path);
	unlink(secret);
	rmdir(dir);
	assert_null(strstr(str_text(&said), "secret"));
	assert_non_null(strstr(str_text(&said), "x.log: too many levels of symbolic links|"));
	str_fini(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_before_an_error),
		cmocka_unit_test(no_log),
		cmocka_unit_test(not_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
