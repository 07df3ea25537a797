/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "tests/unit/test.h"

static void outermost_frame_comes_first(void **state)
{
	struct err e;
	char buf[128];

	(void)state;
	assert_int_equal(err_sys(&e, ENOENT, "open %s", "/x"), -ENOENT);
	assert_int_equal(err_wrap(&e, "mount %d", 3), -ENOENT);
	err_format(&e, buf, sizeof(buf));
	assert_string_equal(buf, "mount 3: open /x: no such file or directory");
	assert_true(err_is_valid(&e));
}

static void a_place_is_found_again(void **state)
{
	struct err e;
	char buf[128];

	(void)state;
	err_make(&e, ERR_CONFIG, EINVAL, "must not be %s", "empty");
	assert_null(err_place_text(&e));
	assert_int_equal(err_place(&e, "mounts[%d]", 1), -EINVAL);
	err_wrap(&e, "while creating");
	assert_string_equal(err_place_text(&e), "mounts[1]");
	assert_true(err_is_valid(&e));
	err_format(&e, buf, sizeof(buf));
	assert_string_equal(buf, "while creating: mounts[1]: must not be empty");
	err_locate(&e, "config.json", 12, 3);
	assert_string_equal(err_place_text(&e), "mounts[1]");
	assert_true(err_is_valid(&e));
	err_format(&e, buf, sizeof(buf));
	assert_string_equal(buf, "while creating: config.json:12:3: mounts[1]: must not be empty");
	e.place = (uint16_t)(e.used + 1);
	assert_false(err_is_valid(&e));
	err_make(&e, ERR_CONFIG, EINVAL, "another");
	assert_null(err_place_text(&e));
}

static void make_keeps_kind_and_number(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(err_make(&e, ERR_STATE, EBUSY, "busy"), -EBUSY);
	assert_int_equal(e.kind, ERR_STATE);
	assert_int_equal(e.errnum, EBUSY);
}

static void full_buffer_keeps_the_leaf(void **state)
{
	struct err e;
	char big[ERR_TEXT_MAX * 2], buf[ERR_TEXT_MAX * 2];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_make(&e, ERR_SYS, EIO, "leaf");
	for (int i = 0; i < 5; i++)
		err_wrap(&e, "%s", big);
	assert_true(err_is_valid(&e));
	err_format(&e, buf, sizeof(buf));
	assert_non_null(strstr(buf, "leaf"));
}

static void format_never_overruns(void **state)
{
	struct err e;
	char small[8];

	(void)state;
	err_make(&e, ERR_SYS, EIO, "a long sentence");
	err_wrap(&e, "context");
	assert_int_equal(err_format(&e, small, sizeof(small)), strlen("context: a long sentence"));
	assert_string_equal(small, "context");
}

static void damaged_packets_are_not_valid(void **state)
{
	struct err e;

	(void)state;
	err_make(&e, ERR_SYS, EIO, "x");
	e.used = ERR_TEXT_MAX + 1;
	assert_false(err_is_valid(&e));
	e.used = 1;
	assert_false(err_is_valid(&e)); /* no NUL at its end */
	err_init(&e);
	assert_false(err_is_valid(&e));
}

/* glibc's words, with a small first letter; the libc may have others. */
static void numbers_have_their_words(void **state)
{
	char words[128];

	(void)state;
	for (int i = 1; i < 134; i++) {
		if (!strerrordesc_np(i))
			continue;
		snprintf(words, sizeof(words), "%s", strerrordesc_np(i));
		if (!(words[1] >= 'A' && words[1] <= 'Z'))
			words[0] = (char)tolower(words[0]);
		assert_string_equal(err_strerror(i), words);
	}
	assert_string_equal(err_strerror(0), "unknown error");
	assert_string_equal(err_strerror(41), "unknown error");
	assert_string_equal(err_strerror(-1), "unknown error");
	assert_string_equal(err_strerror(134), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outermost_frame_comes_first),
		cmocka_unit_test(a_place_is_found_again),
		cmocka_unit_test(make_keeps_kind_and_number),
		cmocka_unit_test(full_buffer_keeps_the_leaf),
		cmocka_unit_test(format_never_overruns),
		cmocka_unit_test(damaged_packets_are_not_valid),
		cmocka_unit_test(numbers_have_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
