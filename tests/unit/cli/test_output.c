/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/host_ps.h"
#include "cli/logger.h"
#include "cli/quote.h"
#include "cli/table.h"
#include "tests/unit/test.h"

static const struct timespec then = { .tv_sec = 1792534733 };

static void expect_record(struct logger l, int level, const char *msg, const char *want)
{
	auto_str out = {};

	logger_format(&l, level, msg, &then, &out);
	assert_string_equal(str_text(&out), want);
}

static void text_records_are_quoted_as_go_does(void **state)
{
	const struct logger l = { .fd = -1 };

	(void)state;
	expect_record(l, 3, "container does not exist",
		      "time=\"2026-10-20T22:18:53Z\" level=error msg=\"container does not exist\"\n");
	expect_record(l, 2, "plain_9/@^+.-", "time=\"2026-10-20T22:18:53Z\" level=warning msg=plain_9/@^+.-\n");
	expect_record(l, 0, "a \"b\"\n\t\\", "time=\"2026-10-20T22:18:53Z\" level=debug "
		      "msg=\"a \\\"b\\\"\\n\\t\\\\\"\n");
	expect_record(l, 1, "", "time=\"2026-10-20T22:18:53Z\" level=info\n");
}

static void json_records_have_sorted_keys(void **state)
{
	const struct logger l = { .fd = -1, .json = true, .colour = true };

	(void)state;
	expect_record(l, 3, "exec: \"x\": <a>\n",
		      "{\"level\":\"error\",\"msg\":\"exec: \\\"x\\\": \\u003ca\\u003e\\n\","
		      "\"time\":\"2026-10-20T22:18:53Z\"}\n");
}

static void terminals_get_colour(void **state)
{
	const struct logger l = { .fd = -1, .colour = true, .start = then };

	(void)state;
	expect_record(l, 3, "container does not exist",
		      "\033[31mERRO\033[0m[0000] container does not exist                     \n");
}

static void times_are_local(void **state)
{
	const struct logger l = { .fd = -1, .json = true };

	(void)state;
	setenv("TZ", "XST-5:30", 1);
	tzset();
	expect_record(l, 3, "x",
		      "{\"level\":\"error\",\"msg\":\"x\",\"time\":\"2026-10-21T03:48:53+05:30\"}\n");
	setenv("TZ", "UTC", 1);
	tzset();
}

static void quoting(void **state)
{
	static const struct {
		const char *text, *go, *json;
	} rows[] = {
		{ "", "\"\"", "\"\"" },
		{ "é\u20ac\U0001f600", "\"é\u20ac\U0001f600\"", "\"é\u20ac\U0001f600\"" },
		{ "\a\b\v\f\r\x01\x7f", "\"\\a\\b\\v\\f\\r\\x01\\x7f\"",
		  "\"\\u0007\\b\\u000b\\f\\r\\u0001\x7f\"" },
		{ "\xff\xc3", "\"\\xff\\xc3\"", "\"\\ufffd\\ufffd\"" },
		{ "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"", "\"\\ufffd\\ufffd\\ufffd\"" }, /* surrogate */
		{ "\xc0\x80", "\"\\xc0\\x80\"", "\"\\ufffd\\ufffd\"" },                 /* overlong */
		{ "\u200b\u2028\U000e0001", "\"\\u200b\\u2028\\U000e0001\"",
		  "\"\u200b\\u2028\U000e0001\"" },
		{ "<&>", "\"<&>\"", "\"\\u003c\\u0026\\u003e\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_str go = {}, json = {};

		quote_go(&go, rows[i].text);
		assert_string_equal(str_text(&go), rows[i].go);
		quote_json(&json, rows[i].text);
		assert_string_equal(str_text(&json), rows[i].json);
	}
}

static void table_columns(void **state)
{
	struct table t;
	auto_str out = {};

	(void)state;
	table_init(&t, 3);
	table_add(&t, (const char *const[]){ "ID", "PID", "OWNER" });
	table_add(&t, (const char *const[]){ "a-long-name", "0", "root" });
	table_add(&t, (const char *const[]){ "é", NULL, "" });
	table_print(&t, &out);
	assert_string_equal(str_text(&out), "ID            PID         OWNER\n"
					    "a-long-name   0           root\n"
					    "é                         \n");
	table_fini(&t);
}

static void ps_lines_of_the_container(void **state)
{
	static const char listing[] = "UID  PID CMD\nroot   1 init\nroot  20 sh -c  PID\n\nroot 300 x\n";
	static const pid_t pids[] = { 20, 300 };
	auto_str out = {};
	struct err e;

	(void)state;
	err_init(&e);
	assert_int_equal(ps_filter(listing, pids, 2, &out, &e), 0);
	assert_string_equal(str_text(&out), "UID  PID CMD\nroot  20 sh -c  PID\nroot 300 x\n");
}

static void ps_output_without_pids_is_an_error(void **state)
{
	static const struct {
		const char *listing, *why;
	} rows[] = {
		{ "", "couldn't find PID field in ps output" },
		{ "UID CMD\n", "couldn't find PID field in ps output" },
		{ "UID PID\nroot x\n", "unable to parse pid: strconv.Atoi: parsing \"x\": invalid syntax" },
		{ "UID PID\nroot\n", "unable to parse pid: strconv.Atoi: parsing \"\": invalid syntax" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		auto_str out = {};
		char why[256];
		struct err e;

		err_init(&e);
		assert_true(ps_filter(rows[i].listing, NULL, 0, &out, &e) < 0);
		err_format(&e, why, sizeof(why));
		assert_string_equal(why, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_records_are_quoted_as_go_does),
		cmocka_unit_test(json_records_have_sorted_keys),
		cmocka_unit_test(terminals_get_colour),
		cmocka_unit_test(times_are_local),
		cmocka_unit_test(quoting),
		cmocka_unit_test(table_columns),
		cmocka_unit_test(ps_lines_of_the_container),
		cmocka_unit_test(ps_output_without_pids_is_an_error),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
