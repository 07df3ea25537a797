/* SPDX-License-Identifier: Apache-2.0 */
#include "os/library.h"

#include <errno.h>
#include <math.h>

#include "tests/unit/test.h"

#define FUNCTIONS(X) X(, cos) X(, floor)

struct table {
	FUNCTIONS(OS_LIBRARY_POINTER)
};
static const char *const names[] = { FUNCTIONS(OS_LIBRARY_NAME) };

static void functions_come_in_order_and_once(void **state)
{
	struct table t = { 0 };
	struct os_library l = { "libm.so.6", names, &t, ARRAY_SIZE(names), false };
	struct err e;

	(void)state;
	assert_int_equal(os_library_load(&l, "the test needs", &e), 0);
	assert_true(l.loaded);
	assert_true(t.cos(0.0) > 0.99);
	assert_true(t.floor(2.5) > 1.99 && t.floor(2.5) < 2.01);
	l.soname = "libnone.so.0";
	assert_int_equal(os_library_load(&l, "the test needs", &e), 0);
}

static void refused(struct os_library *l, const char *text)
{
	char have[512];
	struct err e;

	assert_int_equal(os_library_load(l, "linux.x needs", &e), -ELIBACC);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
	err_format(&e, have, sizeof(have));
	assert_memory_equal(have, text, strlen(text));
	assert_false(l->loaded);
}

static void absent_library_is_named(void **state)
{
	struct table t = { 0 };
	struct os_library l = { "libnone.so.0", names, &t, ARRAY_SIZE(names), false };

	(void)state;
	refused(&l, "linux.x needs libnone.so.0: ");
}

static void absent_function_is_named(void **state)
{
	static const char *const wrong[] = { "cos", "no_such_function" };
	struct table t = { 0 };
	struct os_library l = { "libm.so.6", wrong, &t, ARRAY_SIZE(wrong), false };

	(void)state;
	refused(&l, "linux.x needs libm.so.6: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_come_in_order_and_once),
		cmocka_unit_test(absent_library_is_named),
		cmocka_unit_test(absent_function_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
