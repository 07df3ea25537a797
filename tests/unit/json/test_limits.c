/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <time.h>

#include "base/str.h"
#include "json/read.h"
#include "tests/unit/json/sample.h"
#include "tests/unit/test.h"

static int read_str(struct str *b, struct sample *s, char *error, size_t size)
{
	struct arena a;
	struct err e;
	int r;

	arena_init(&a);
	memset(s, 0, sizeof(*s));
	assert_false(str_failed(b));
	r = json_read(sample_rows, s, &a, "f", b->s, b->len, &e);
	err_format(&e, error, size);
	arena_fini(&a);
	return r;
}

static void repeat(struct str *b, const char *s, size_t n)
{
	while (n--)
		str_add(b, s);
}

static void depth(void **state)
{
	struct sample s;
	char error[256];

	(void)state;
	for (size_t n = JSON_MAX_DEPTH - 1; n <= JSON_MAX_DEPTH; n++) {
		auto_str b;

		str_init(&b);
		str_add(&b, "{\"x\":");
		repeat(&b, "[", n);
		repeat(&b, "]", n);
		str_add(&b, "}");
		if (n < JSON_MAX_DEPTH) {
			assert_int_equal(read_str(&b, &s, error, sizeof(error)), 0);
		} else {
			assert_int_equal(read_str(&b, &s, error, sizeof(error)), -EINVAL);
			assert_string_equal(error, "f:1:69: nested deeper than 64");
		}
	}
}

static void text_size(void **state)
{
	struct sample s;
	char error[256];
	auto_str b;

	(void)state;
	str_init(&b);
	str_add(&b, "{\"x\":\"");
	repeat(&b, "aaaaaaaaaaaaaaaa", JSON_MAX_BYTES / 16 - 1);
	str_add(&b, "\"}");
	assert_int_equal(read_str(&b, &s, error, sizeof(error)), 0);
	repeat(&b, " ", 64);
	assert_int_equal(read_str(&b, &s, error, sizeof(error)), -EFBIG);
	assert_string_equal(error, "f: larger than 16 MiB");
}

/* A small text that wants much memory: many empty objects, each a struct. */
static void memory(void **state)
{
	struct sample s;
	char error[256];
	auto_str b;

	(void)state;
	str_init(&b);
	str_add(&b, "{\"things\":[{\"name\":\"\"}");
	repeat(&b, ",{\"name\":\"\"}", 1300000);
	str_add(&b, "]}");
	assert_int_equal(read_str(&b, &s, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "needs more than 64 MiB"));
}

/* The caller's own lower limit counts, and is back afterwards. */
static void callers_limit(void **state)
{
	static const char text[] = "{\"strings\":[\"aaaaaaaaaaaaaaaa\",\"b\",\"c\"]}";
	struct sample s = { 0 };
	struct arena a;
	struct err e;
	int failures = 0;

	(void)state;
	for (size_t limit = 16; limit < 256; limit += 16) {
		arena_init(&a);
		a.limit = limit;
		if (json_read(sample_rows, &s, &a, "f", text, sizeof(text) - 1, &e) < 0) {
			assert_true(err_is_valid(&e));
			failures++;
		} else {
			assert_int_equal(s.n_strings, 3);
		}
		assert_int_equal(a.limit, limit);
		arena_fini(&a);
	}
	assert_true(failures > 3 && failures < 15);
}

/* Arrays and maps of any length in linear time: a quadratic one would take minutes here. */
static void long_containers(void **state)
{
	struct sample s;
	char error[256];
	auto_str b;
	struct timespec from, to;

	(void)state;
	str_init(&b);
	str_add(&b, "{\"strings\":[\"\"");
	repeat(&b, ",\"\"", 200000);
	str_add(&b, "],\"map\":{\"a\":\"\"");
	for (int i = 0; i < 200000; i++)
		str_addf(&b, ",\"%d\":\"\"", i);
	str_add(&b, "}}");
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(read_str(&b, &s, error, sizeof(error)), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(s.n_strings, 200001);
	assert_int_equal(s.n_map, 200001);
	assert_true(to.tv_sec - from.tv_sec < 20);

	b.len -= 2;
	str_add(&b, ",\"777\":\"\"}}");
	assert_int_equal(read_str(&b, &s, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "map[\"777\"]: duplicate key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(depth),           cmocka_unit_test(text_size),
		cmocka_unit_test(memory),          cmocka_unit_test(callers_limit),
		cmocka_unit_test(long_containers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
