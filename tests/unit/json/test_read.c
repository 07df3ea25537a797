/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "json/read.h"
#include "tests/unit/json/sample.h"
#include "tests/unit/test.h"

static struct arena arena;
static struct sample s;
static struct err err;

static int read_n(const char *text, size_t len)
{
	memset(&s, 0, sizeof(s));
	return json_read(sample_rows, &s, &arena, "f", text, len, &err);
}

static int read_text(const char *text)
{
	return read_n(text, strlen(text));
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void one_error_with_its_place(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		/* the text */
		{ "", "f:1:1: not valid JSON: premature EOF" },
		{ "{\"flag\": true", "f:1:14: not valid JSON: premature EOF" },
		{ "{\n \"text\": \"abc", "f:2:14: not valid JSON: premature EOF" },
		{ "{} x", "f:1:4: not valid JSON: trailing garbage" },
		{ "{}{}", "f:1:3: not valid JSON: trailing garbage" },
		{ "{\"flag\" true}", "f:1:9: not valid JSON: object key and value must be "
				     "separated by a colon (':')" },
		{ "{\"numbers\": [1,]}",
		  "f:1:16: not valid JSON: unallowed token at this point in JSON text" },
		{ "{\"numbers\": [01]}",
		  "f:1:15: not valid JSON: after array element, I expect ',' or ']'" },
		{ "{\"flag\": tru}", "f:1:10: not valid JSON: invalid string in json text." },
		{ "{flag: true}", "f:1:2: not valid JSON: invalid string in json text." },
		{ "{\"text\": \"a\\q\"}", "f:1:10: not valid JSON: inside a string, '\\' occurs "
					  "before a character which it may not." },
		{ "{\"text\": \"a\nb\"}",
		  "f:1:10: not valid JSON: invalid character inside string." },
		{ "/* c */ {}", "f:1:1: not valid JSON: probable comment found in input text, "
				"comments are not enabled." },
		{ "{\"text\": \"\xff\"}", "f:1:11: not valid UTF-8" },
		{ "{\"text\": \"\xed\xa0\x80\"}", "f:1:11: not valid UTF-8" },
		{ "{\"text\": \"\xc0\x80\"}", "f:1:11: not valid UTF-8" },
		{ "{\"text\": \"a\\u0000b\"}", "f:1:10: text: a string must not hold NUL" },
		{ "{\"te\\u0000xt\": 1}", "f:1:2: a string must not hold NUL" },
		{ "{\"text\": \"a\\ud800b\"}",
		  "f:1:10: text: a \\u escape is half of a surrogate pair" },
		{ "{\"text\": \"\\ude00\"}",
		  "f:1:10: text: a \\u escape is half of a surrogate pair" },
		/* types */
		{ "[]", "f:1:1: expected an object, found an array" },
		{ "null", "f:1:1: expected an object, found null" },
		{ "\n 7", "f:2:2: expected an object, found a number" },
		{ "{\"text\": 5}", "f:1:10: text: expected a string, found a number" },
		{ "{\"text\": true}", "f:1:10: text: expected a string, found true" },
		{ "{\"text\": {}}", "f:1:10: text: expected a string, found an object" },
		{ "{\"text\":\n[]}", "f:2:1: text: expected a string, found an array" },
		{ "{\"flag\": \"true\"}", "f:1:10: flag: expected true or false, found a string" },
		{ "{\"i32\": \"1\"}", "f:1:9: i32: expected an integer, found a string" },
		{ "{\"u32\": false}", "f:1:9: u32: expected an integer, found false" },
		{ "{\"word\": 1}", "f:1:10: word: expected a string, found a number" },
		{ "{\"mask\": \"one\"}", "f:1:10: mask: expected an array, found a string" },
		{ "{\"mask\": [1]}", "f:1:11: mask[0]: expected a string, found a number" },
		{ "{\"mask\": [\"one\", null]}", "f:1:18: mask[1]: expected a string, found null" },
		{ "{\"mask\": {}}", "f:1:10: mask: expected an array, found an object" },
		{ "{\"letters\": []}", "f:1:13: letters: expected a string, found an array" },
		{ "{\"inner\": []}", "f:1:11: inner: expected an object, found an array" },
		{ "{\"pointer\": 1}", "f:1:13: pointer: expected an object, found a number" },
		{ "{\"strings\": {}}", "f:1:13: strings: expected an array, found an object" },
		{ "{\"strings\": [\"a\", [\"b\"]]}",
		  "f:1:19: strings[1]: expected a string, found an array" },
		{ "{\"strings\": [null]}", "f:1:14: strings[0]: expected a string, found null" },
		{ "{\"things\": [{\"name\":\"x\"},\n  7]}",
		  "f:2:3: things[1]: expected an object, found a number" },
		{ "{\"things\": [{\"name\":\"x\",\"tags\":[\"y\",{}]}]}",
		  "f:1:37: things[0].tags[1]: expected a string, found an object" },
		{ "{\"map\": []}", "f:1:9: map: expected an object, found an array" },
		{ "{\"map\": {\"a.b\": 1}}",
		  "f:1:17: map[\"a.b\"]: expected a string, found a number" },
		{ "{\"thingMap\": {\"k\": {\"name\": 3}}}",
		  "f:1:29: thingMap[\"k\"].name: expected a string, found a number" },
		{ "{\"group\": {\"flat\": 1}}",
		  "f:1:20: group.flat: expected a string, found a number" },
		/* numbers */
		{ "{\"i32\": 1.0}", "f:1:9: i32: expected an integer, found 1.0" },
		{ "{\"i32\": 1e3}", "f:1:9: i32: expected an integer, found 1e3" },
		{ "{\"i32\": 2147483648}", "f:1:9: i32: expected an integer from -2147483648 to "
					   "2147483647, found 2147483648" },
		{ "{\"i64\": 9223372036854775808}",
		  "f:1:9: i64: expected an integer from -9223372036854775808 to "
		  "9223372036854775807, found 9223372036854775808" },
		{ "{\"u16\": 65536}",
		  "f:1:9: u16: expected an integer from 0 to 65535, found 65536" },
		{ "{\"u32\": -1}",
		  "f:1:9: u32: expected an integer from 0 to 4294967295, found -1" },
		{ "{\"u64\": 18446744073709551616}",
		  "f:1:9: u64: expected an integer from 0 to 18446744073709551615, found "
		  "18446744073709551616" },
		{ "{\"u64\": 111111111111111111111111111111111111111111111111111111}",
		  "f:1:9: u64: expected an integer from 0 to 18446744073709551615, found "
		  "11111111111111111111111111111111111111111111111" },
		{ "{\"numbers\": [1, -2]}",
		  "f:1:17: numbers[1]: expected an integer from 0 to 4294967295, found -2" },
		/* words */
		{ "{\"word\": \"three\"}", "f:1:10: word: unknown number word \"three\"" },
		{ "{\"word\": \"on\"}", "f:1:10: word: unknown number word \"on\"" },
		{ "{\"word\": \"ones\"}", "f:1:10: word: unknown number word \"ones\"" },
		{ "{\"word\": \"\"}", "f:1:10: word: unknown number word \"\"" },
		{ "{\"mask\": [\"one\", \"x\"]}", "f:1:18: mask[1]: unknown number word \"x\"" },
		{ "{\"letters\": \"rx\"}", "f:1:13: letters: unknown access \"x\"" },
		/* keys */
		{ "{\"flag\": true,\n\t\"flag\": true}", "f:2:2: flag: duplicate key" },
		{ "{\"flag\": null, \"flag\": null}", "f:1:16: flag: duplicate key" },
		{ "{\"map\": {\"a\": \"1\", \"b\": \"2\", \"a\": \"3\"}}",
		  "f:1:30: map[\"a\"]: duplicate key" },
		{ "{\"things\": [{\"n\": 1}]}",
		  "f:1:13: things[0].name: required property is missing" },
		{ "{\"inner\": {\"name\": null}}",
		  "f:1:11: inner.name: required property is missing" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char got[ERR_TEXT_MAX];

		assert_int_equal(read_text(cases[i].text), -EINVAL);
		assert_int_equal(err.kind, ERR_CONFIG);
		err_format(&err, got, sizeof(got));
		assert_string_equal(got, cases[i].error);
	}
}

static void scalars(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"flag\":true,\"maybe\":false,\"i32\":-2147483648,"
		      "\"i64\":-9223372036854775808,\"u16\":65535,\"u32\":4294967295,"
		      "\"u64\":18446744073709551615,\"opt\":0,\"text\":\"\",\"none\":\"\","
		      "\"word\":\"four\",\"letters\":\"wr\"}"),
	    0);
	assert_true(s.flag && s.maybe.set && !s.maybe.v);
	assert_int_equal(s.i32, INT32_MIN);
	assert_true(s.i64 == INT64_MIN);
	assert_int_equal(s.u16, 65535);
	assert_int_equal(s.u32, UINT32_MAX);
	assert_true(s.u64 == UINT64_MAX); /* a double would have lost it */
	assert_true(s.opt.set && s.opt.v == 0);
	assert_string_equal(s.text, "");
	assert_null(s.none);
	assert_int_equal(s.word, 4);
	assert_int_equal(s.letters, 3);
	assert_int_equal(s.def, 'a');
}

static void strings_are_decoded(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"text\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00z\","
		      "\"none\":\"\xc3\xa9\xf0\x9f\x98\x80\"}"),
	    0);
	assert_string_equal(s.text, "a\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80z");
	assert_string_equal(s.none, "\xc3\xa9\xf0\x9f\x98\x80");
	/* a key may be escaped as well */
	assert_int_equal(read_text("{\"t\\u0065xt\":\"x\"}"), 0);
	assert_string_equal(s.text, "x");
}

static void null_is_absent(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"flag\":null,\"text\":null,\"opt\":null,\"mask\":null,\"map\":null,"
		      "\"strings\":null,\"pointer\":null,\"inner\":null,\"foreign\":null}"),
	    0);
	assert_false(s.opt.set || s.has_mask || s.foreign);
	assert_null(s.text);
	assert_null(s.strings);
	assert_null(s.map);
	assert_null(s.pointer);
}

static void unknown_is_skipped_without_memory(void **state)
{
	size_t before = arena.total;

	(void)state;
	assert_int_equal(
	    read_text("{\"x\":{\"text\":[1,{\"flag\":\"no\",\"flag\":[]}],\"y\":null},\"\":1,"
		      "\"flagged\":7,\"fla\":true,\"flags\":1.5e3,\"z\":\"\\u0000\",\"flag\":true}"),
	    0);
	assert_true(s.flag);
	assert_null(s.text);
	assert_int_equal(arena.total, before);
}

static void foreign_is_noticed(void **state)
{
	static const char *const values[] = { "{\"a\":[{}]}", "[]", "1", "\"x\"", "true" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		char text[64];

		snprintf(text, sizeof(text), "{\"foreign\":%s,\"flag\":true}", values[i]);
		assert_int_equal(read_text(text), 0);
		assert_true(s.foreign && s.flag);
	}
}

static void containers(void **state)
{
	(void)state;
	assert_int_equal(read_text("{\"strings\":[\"a\",\"b\"],\"numbers\":[3,4294967295],"
				   "\"things\":[{\"name\":\"x\",\"tags\":[\"t\",\"u\",\"v\"]},{"
				   "\"n\":7,\"name\":\"y\"},"
				   "{\"tags\":[],\"name\":\"z\"}],\"map\":{\"k\":\"v\",\"\":\"w\"},"
				   "\"thingMap\":{\"eth0\":{\"name\":\"q\",\"tags\":[\"g\"]}},"
				   "\"inner\":{\"name\":\"i\"},\"pointer\":{\"name\":\"p\"},"
				   "\"group\":{\"flat\":\"f\"},"
				   "\"mask\":[],\"def\":\"b\"}"),
			 0);
	assert_int_equal(s.n_strings, 2);
	assert_string_equal(s.strings[1], "b");
	assert_null(s.strings[2]); /* can be an argv */
	assert_int_equal(s.n_numbers, 2);
	assert_int_equal(s.numbers[1], UINT32_MAX);
	assert_int_equal(s.n_things, 3);
	assert_int_equal(s.things[0].n_tags, 3);
	assert_string_equal(s.things[0].tags[2], "v");
	assert_string_equal(s.things[1].name, "y");
	assert_int_equal(s.things[1].n, 7);
	assert_null(s.things[1].tags);
	assert_non_null(s.things[2].tags); /* empty is not absent */
	assert_int_equal(s.things[2].n_tags, 0);
	assert_int_equal(s.n_map, 2);
	assert_string_equal(s.map[0].key, "k");
	assert_string_equal(s.map[0].value, "v");
	assert_string_equal(s.map[1].key, "");
	assert_string_equal(s.thing_map[0].key, "eth0");
	assert_string_equal(s.thing_map[0].tags[0], "g");
	assert_string_equal(s.inner.name, "i");
	assert_string_equal(s.pointer->name, "p");
	assert_string_equal(s.flat, "f");
	assert_true(s.has_mask && s.mask == 0);
	assert_int_equal(s.def, 'b');
}

static char logged[512];

static void sink(void *data, enum log_level level, const char *msg)
{
	(void)data;
	assert_int_equal(level, LOG_LEVEL_WARNING);
	snprintf(logged, sizeof(logged), "%s", msg);
}

static void some_unknown_words_only_warn(void **state)
{
	(void)state;
	log_set_sink(sink, NULL);
	assert_int_equal(read_text("{\"soft\":[\"A\",\"Z\",\"C\"]}"), 0);
	log_set_sink(NULL, NULL);
	assert_int_equal(s.soft, 5);
	assert_string_equal(logged, "f:1:14: soft[1]: ignoring unknown letter word \"Z\"");
	assert_false(err_is_set(&err));
}

static void a_key_in_another_case(void **state)
{
	(void)state;
	log_set_sink(sink, NULL);
	assert_int_equal(read_text("{\"Soft\":[\"A\"]}"), 0);
	assert_int_equal(s.soft, 1);
	assert_string_equal(logged, "f:1:2: soft: the key is written \"Soft\"");
	assert_int_equal(read_text("{\"soft\":[\"A\"],\"sOft\":[\"C\"]}"), 0);
	assert_int_equal(s.soft, 4);
	assert_int_equal(read_text("{\"pointer\":{\"name\":\"a\",\"n\":3},\"Pointer\":{\"n\":4}}"), 0);
	assert_string_equal(s.pointer->name, "a");
	assert_int_equal(s.pointer->n, 4);
	assert_int_equal(read_text("{\"pointer\":{\"name\":\"a\",\"soft\":[\"A\"]},\"Pointer\":{\"soft\":[\"C\"]}}"), 0);
	assert_int_equal(s.pointer->soft, 4);
	assert_true(read_text("{\"pointer\":null,\"Pointer\":{\"n\":4}}") < 0);
	assert_non_null(strstr(err.text, "required"));
	assert_true(read_text("{\"sOft\":[\"A\"],\"sOft\":[\"C\"]}") < 0);
	assert_non_null(strstr(err.text, "duplicate key"));
	logged[0] = '\0';
	assert_int_equal(read_text("{\"soft\":[\"A\"],\"softer\":[\"C\"]}"), 0);
	assert_string_equal(logged, "");
	log_set_sink(NULL, NULL);
}

/* What Go's decoder makes of it: pointers, lists and maps are gone, all else is as it was. */
static void a_later_null(void **state)
{
	(void)state;
	log_set_sink(sink, NULL);
	assert_int_equal(read_text("{\"pointer\":{\"name\":\"a\"},\"Pointer\":null}"), 0);
	assert_null(s.pointer);
	assert_int_equal(read_text("{\"strings\":[\"a\"],\"Strings\":null,\"map\":{\"k\":\"v\"},\"Map\":null}"), 0);
	assert_null(s.strings);
	assert_int_equal(s.n_strings + s.n_map, 0);
	assert_int_equal(read_text("{\"mask\":[\"one\"],\"Mask\":null,\"opt\":1,\"Opt\":null}"), 0);
	assert_int_equal(s.mask + s.has_mask + s.opt.set + (int)s.opt.v, 0);
	assert_int_equal(read_text("{\"foreign\":{},\"Foreign\":null,\"group\":{\"flat\":\"f\"},\"Group\":null}"), 0);
	assert_false(s.foreign);
	assert_null(s.flat);
	assert_int_equal(read_text("{\"flag\":true,\"Flag\":null,\"text\":\"t\",\"Text\":null,\"u16\":3,\"U16\":null,"
				   "\"word\":\"two\",\"Word\":null,"
				   "\"inner\":{\"name\":\"a\"},\"Inner\":null}"), 0);
	assert_true(s.flag && s.u16 == 3 && s.word == 2);
	assert_string_equal(s.text, "t");
	assert_string_equal(s.inner.name, "a");
	/* Within an object that is read over another one. */
	assert_int_equal(read_text("{\"inner\":{\"name\":\"a\",\"tags\":[\"t\"],\"n\":3},"
				   "\"Inner\":{\"tags\":null,\"name\":null}}"), 0);
	assert_string_equal(s.inner.name, "a");
	assert_true(!s.inner.tags && s.inner.n_tags == 0 && s.inner.n == 3);
	/* A value after the null counts again. */
	assert_int_equal(read_text("{\"Opt\":null,\"opt\":2}"), 0);
	assert_true(s.opt.set && s.opt.v == 2);
	/* Nothing, written as "". */
	assert_int_equal(read_text("{\"none\":\"x\",\"None\":\"\",\"def\":\"b\",\"Def\":\"\"}"), 0);
	assert_null(s.none);
	assert_int_equal(s.def, 'a');
	log_set_sink(NULL, NULL);
}

static void maps_of_two_spellings(void **state)
{
	(void)state;
	log_set_sink(sink, NULL);
	assert_int_equal(read_text("{\"map\":{\"a\":\"1\",\"b\":\"2\"},\"Map\":{\"b\":\"3\",\"c\":\"4\"}}"), 0);
	assert_int_equal(s.n_map, 3);
	assert_string_equal(s.map[0].key, "b");
	assert_string_equal(s.map[0].value, "3");
	assert_string_equal(s.map[1].value, "4");
	assert_string_equal(s.map[2].key, "a");
	assert_string_equal(s.map[2].value, "1");
	assert_int_equal(read_text("{\"map\":{\"a\":\"1\"},\"Map\":{}}"), 0);
	assert_int_equal(s.n_map, 1);
	assert_int_equal(read_text("{\"thingMap\":{\"a\":{\"name\":\"n\",\"n\":3}},\"ThingMap\":{\"a\":{\"name\":\"m\"}}}"), 0);
	assert_int_equal(s.n_thing_map, 1);
	assert_string_equal(s.thing_map[0].name, "m");
	assert_int_equal(s.thing_map[0].n, 0);
	/* A list is the later one's alone. */
	assert_int_equal(read_text("{\"strings\":[\"a\",\"b\"],\"Strings\":[\"c\"]}"), 0);
	assert_int_equal(s.n_strings, 1);
	assert_string_equal(s.strings[0], "c");
	log_set_sink(NULL, NULL);
}

/* Every prefix of a good text is an error, and none of them leaks or crashes. */
static void every_cut_is_an_error(void **state)
{
	static const char text[] =
	    "{\"strings\":[\"a\\u00e9\"],\"things\":[{\"name\":\"x\",\"tags\":[\"t\"]}],"
	    "\"map\":{\"k\":\"v\"},\"u64\":12,\"x\":{\"y\":[1]},\"mask\":[\"one\"]}";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		assert_int_equal(read_n(text, n), -EINVAL);
		assert_true(err_is_valid(&err));
	}
	assert_int_equal(read_n(text, sizeof(text) - 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_error_with_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(scalars, setup, teardown),
		cmocka_unit_test_setup_teardown(strings_are_decoded, setup, teardown),
		cmocka_unit_test_setup_teardown(null_is_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_is_skipped_without_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(foreign_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(containers, setup, teardown),
		cmocka_unit_test_setup_teardown(some_unknown_words_only_warn, setup, teardown),
		cmocka_unit_test_setup_teardown(a_key_in_another_case, setup, teardown),
		cmocka_unit_test_setup_teardown(a_later_null, setup, teardown),
		cmocka_unit_test_setup_teardown(maps_of_two_spellings, setup, teardown),
		cmocka_unit_test_setup_teardown(every_cut_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
