/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "json/read.h"
#include "json/write.h"
#include "tests/unit/json/sample.h"
#include "tests/unit/test.h"

/* Reads text, writes what was read, and compares. */
static void assert_canonical(const char *text, const char *indent, const char *expected)
{
	struct sample s = { 0 };
	struct json_writer w;
	struct arena a;
	struct err e;
	auto_str out;

	str_init(&out);
	arena_init(&a);
	assert_int_equal(json_read(sample_rows, &s, &a, "f", text, strlen(text), &e), 0);
	json_writer_init(&w, &out, indent);
	json_write(&w, sample_rows, &s);
	assert_string_equal(str_text(&out), expected);
	arena_fini(&a);
}

static void absent_is_left_out(void **state)
{
	(void)state;
	assert_canonical("{}", NULL, "{}");
	assert_canonical("{\"flag\":false,\"u32\":0,\"none\":\"\",\"def\":\"a\",\"unknown\":1}",
			 NULL, "{}");
	assert_canonical(
	    "{\"maybe\":false,\"opt\":0,\"text\":\"\",\"mask\":[],\"strings\":[],\"map\":{}}", NULL,
	    "{\"maybe\":false,\"opt\":0,\"text\":\"\",\"mask\":[],\"strings\":[],\"map\":{}}");
}

static void round_trip(void **state)
{
	static const char text[] =
	    "{\"flag\":true,\"maybe\":true,\"i32\":-1,\"i64\":-9223372036854775808,\"u16\":1,"
	    "\"u32\":2,"
	    "\"u64\":18446744073709551615,\"opt\":-5,\"text\":\"t\",\"none\":\"n\",\"word\":"
	    "\"one\","
	    "\"mask\":[\"one\",\"four\"],\"letters\":\"rw\",\"soft\":[\"B\"],\"def\":\"b\","
	    "\"inner\":{\"name\":\"i\"},\"pointer\":{\"name\":\"\",\"n\":1},\"strings\":[\"a\","
	    "\"b\"],"
	    "\"numbers\":[1,2],\"things\":[{\"name\":\"x\",\"tags\":[\"t\"]},{\"name\":\"y\"}],"
	    "\"map\":{\"k\":\"v\",\"l\":\"\"},\"thingMap\":{\"e\":{\"name\":\"q\"}},\"group\":{"
	    "\"flat\":\"f\"}}";

	(void)state;
	assert_canonical(text, NULL, text);
}

/* What is no UTF-8 becomes U+FFFD, a byte at a time: it would be refused when it is read. */
static void any_bytes(void **state)
{
	static const struct { const char *text, *written; } rows[] = {
		{ "caf\xe9", "\"caf\xef\xbf\xbd\"" },
		{ "\xff\xc3\xa9\"", "\"\xef\xbf\xbd\xc3\xa9\\\"\"" },
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ "a\xed\xa0\x80z", "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_writer w;
		auto_str out;

		str_init(&out);
		json_writer_init(&w, &out, NULL);
		json_string(&w, rows[i].text);
		assert_string_equal(str_text(&out), rows[i].written);
	}
}

static void aliases_become_the_first_name(void **state)
{
	(void)state;
	assert_canonical("{\"word\":\"uno\",\"mask\":[\"uno\",\"two\"]}", NULL,
			 "{\"word\":\"one\",\"mask\":[\"one\",\"two\"]}");
}

static void indented_as_go_does(void **state)
{
	(void)state;
	assert_canonical(
	    "{\"flag\":true,\"mask\":[],\"strings\":[\"a\",\"b\"],\"map\":{},\"group\":{\"flat\":"
	    "\"f\"}}",
	    "\t",
	    "{\n\t\"flag\": true,\n\t\"mask\": [],\n\t\"strings\": [\n\t\t\"a\",\n\t\t\"b\"\n\t],\n"
	    "\t\"map\": {},\n\t\"group\": {\n\t\t\"flat\": \"f\"\n\t}\n}");
}

static void escapes(void **state)
{
	(void)state;
	assert_canonical("{\"text\":\"\\u0001\\b\\t\\n\\f\\r\\\"\\\\\\/\\u007f\\u00e9\"}", NULL,
			 "{\"text\":\"\\u0001\\b\\t\\n\\f\\r\\\"\\\\/\x7f\xc3\xa9\"}");
}

static void lists(void **state)
{
	static const char *const list[] = { "a", "b", NULL };
	struct {
		const char *const *list, *const *none;
	} doc = { list, NULL };
	static const struct json_field rows[] = {
		{ "list", JSON_LIST, .offset = 0, .size = sizeof(void *) },
		{ "none", JSON_LIST, .offset = sizeof(void *), .size = sizeof(void *) },
		{ NULL }
	};
	struct json_writer w;
	auto_str out;

	(void)state;
	str_init(&out);
	json_writer_init(&w, &out, NULL);
	json_write(&w, rows, &doc);
	assert_string_equal(str_text(&out), "{\"list\":[\"a\",\"b\"]}");
}

static void what_is_only_written(void **state)
{
	static const struct {
		uint64_t v;
		const char *text;
	} numbers[] = {
		{ 0, "0" }, { 1, "0.01" }, { 10, "0.1" }, { 150, "1.5" }, { 1234, "12.34" }, { 10000, "100" },
	};
	static const struct json_field rows[] = {
		{ "n", JSON_HUNDREDTHS, JSON_ALWAYS, .offset = 0, .size = sizeof(uint64_t) },
		{ "null", JSON_NULL },
		{ NULL }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct json_writer w;
		char want[64];
		auto_str out;

		str_init(&out);
		json_writer_init(&w, &out, NULL);
		json_write(&w, rows, &numbers[i].v);
		snprintf(want, sizeof(want), "{\"n\":%s,\"null\":null}", numbers[i].text);
		assert_string_equal(str_text(&out), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_is_left_out),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(aliases_become_the_first_name),
		cmocka_unit_test(indented_as_go_does),
		cmocka_unit_test(escapes),
		cmocka_unit_test(lists),
		cmocka_unit_test(what_is_only_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
