/* SPDX-License-Identifier: Apache-2.0 */
/* update: what is written and what is stored, both as JSON. */
#include "oci/merge.h"
#include "oci/emit.h"
#include "oci/load.h"
#include "tests/unit/test.h"

static struct arena arena;

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

static struct spec_resources *load(const char *text)
{
	struct spec_resources *r = NULL;
	struct err e;

	err_init(&e);
	assert_int_equal(spec_load_resources(&arena, "test", text, strlen(text), &r, &e), 0);
	return r;
}

static void is_json(const struct spec_resources *r, const char *want)
{
	auto_str out = {};
	struct err e;

	assert_int_equal(spec_emit_resources(r, NULL, &out, &e), 0);
	assert_string_equal(str_text(&out), want);
}

/* Of stored and update: what is written, and what is stored then. */
static void check(const char *stored, const char *update, const char *written, const char *merged)
{
	struct spec_resources *s = stored ? load(stored) : NULL, *u = load(update), *r = NULL;
	struct err e;

	err_init(&e);
	assert_int_equal(spec_update_complete(&arena, s, u, &r, &e), 0);
	is_json(r, written);
	assert_int_equal(spec_update_merge(&arena, s, u, &r, &e), 0);
	is_json(r, merged);
	if (stored)
		is_json(s, stored); /* untouched */
}

static void without_stored_values(void **state)
{
	(void)state;
	check(NULL, "{\"cpu\":{\"quota\":5}}", "{\"cpu\":{\"quota\":5}}",
	      "{\"cpu\":{\"quota\":5}}");
	check("{}", "{\"memory\":{\"swap\":5}}", "{\"memory\":{\"swap\":5}}",
	      "{\"memory\":{\"swap\":5}}");
	check("{}", "{}", "{}", "{}");
}

static void quota_and_period_are_a_pair(void **state)
{
	static const char stored[] = "{\"cpu\":{\"shares\":7,\"quota\":50,\"period\":100}}";

	(void)state;
	check(stored, "{\"cpu\":{\"quota\":20}}", "{\"cpu\":{\"quota\":20,\"period\":100}}",
	      "{\"cpu\":{\"shares\":7,\"quota\":20,\"period\":100}}");
	check(stored, "{\"cpu\":{\"quota\":0,\"period\":200}}",
	      "{\"cpu\":{\"quota\":50,\"period\":200}}",
	      "{\"cpu\":{\"shares\":7,\"quota\":50,\"period\":200}}");
	check(stored, "{\"cpu\":{\"quota\":-1}}", "{\"cpu\":{\"quota\":-1,\"period\":100}}",
	      "{\"cpu\":{\"shares\":7,\"quota\":-1,\"period\":100}}");
	check(stored, "{\"cpu\":{\"burst\":0}}", "{\"cpu\":{\"burst\":0}}",
	      "{\"cpu\":{\"shares\":7,\"quota\":50,\"burst\":0,\"period\":100}}");
}

static void memory_and_swap_are_a_pair(void **state)
{
	static const char stored[] = "{\"memory\":{\"limit\":64,\"swap\":128}}";

	(void)state;
	check(stored, "{\"memory\":{\"limit\":32}}", "{\"memory\":{\"limit\":32,\"swap\":128}}",
	      "{\"memory\":{\"limit\":32,\"swap\":128}}");
	check(stored, "{\"memory\":{\"swap\":256}}", "{\"memory\":{\"limit\":64,\"swap\":256}}",
	      "{\"memory\":{\"limit\":64,\"swap\":256}}");
	/* No limit takes the old limit of memory+swap along. */
	check(stored, "{\"memory\":{\"limit\":-1}}", "{\"memory\":{\"limit\":-1}}",
	      "{\"memory\":{\"limit\":-1}}");
	check(stored, "{\"memory\":{\"limit\":-1,\"swap\":200}}",
	      "{\"memory\":{\"limit\":-1,\"swap\":200}}",
	      "{\"memory\":{\"limit\":-1,\"swap\":200}}");
	/* 0 is "not given". */
	check(stored, "{\"memory\":{\"limit\":0,\"reservation\":0,\"swap\":0}}",
	      "{\"memory\":{\"limit\":0,\"reservation\":0,\"swap\":0}}", stored);
}

static void kernel_memory_is_dropped(void **state)
{
	(void)state;
	check("{\"memory\":{\"kernel\":1}}", "{\"memory\":{\"kernel\":5,\"kernelTCP\":6}}",
	      "{\"memory\":{}}", "{\"memory\":{}}");
}

static void idle_drops_the_shares(void **state)
{
	(void)state;
	check("{\"cpu\":{\"shares\":7}}", "{\"cpu\":{\"idle\":1}}", "{\"cpu\":{\"idle\":1}}",
	      "{\"cpu\":{\"idle\":1}}");
	check("{\"cpu\":{\"idle\":1}}", "{\"cpu\":{\"shares\":9,\"idle\":0}}",
	      "{\"cpu\":{\"shares\":9,\"idle\":0}}", "{\"cpu\":{\"shares\":9,\"idle\":0}}");
}

static void devices_stay(void **state)
{
	(void)state;
	check("{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}],\"pids\":{\"limit\":1}}",
	      "{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}],\"pids\":{\"limit\":0}}",
	      "{\"pids\":{\"limit\":0}}",
	      "{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}],\"pids\":{\"limit\":0}}");
}

static void strings_that_are_given(void **state)
{
	(void)state;
	check("{\"cpu\":{\"cpus\":\"0\",\"mems\":\"0\"}}",
	      "{\"cpu\":{\"cpus\":\"0-1\",\"mems\":\"\"}}",
	      "{\"cpu\":{\"cpus\":\"0-1\",\"mems\":\"\"}}",
	      "{\"cpu\":{\"cpus\":\"0-1\",\"mems\":\"0\"}}");
}

static void lists_change_by_identity(void **state)
{
	(void)state;
	check(
	    "{\"blockIO\":{\"weight\":10,\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":20,"
	    "\"leafWeight\":30}],\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1},"
	    "{\"major\":8,\"minor\":0,\"rate\":2}]}}",
	    "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":21}],"
	    "\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":3},"
	    "{\"major\":8,\"minor\":1,\"rate\":4}]}}",
	    "{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":21}],"
	    "\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":3},"
	    "{\"major\":8,\"minor\":1,\"rate\":4}]}}",
	    "{\"blockIO\":{\"weight\":10,\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":21,"
	    "\"leafWeight\":30}],\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1},"
	    "{\"major\":8,\"minor\":0,\"rate\":3},{\"major\":8,\"minor\":1,\"rate\":4}]}}");
	check("{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1}],"
	      "\"network\":{\"classID\":5,\"priorities\":[{\"name\":\"a\",\"priority\":1}]},"
	      "\"rdma\":{\"m\":{\"hcaHandles\":1,\"hcaObjects\":2}},"
	      "\"unified\":{\"a.b\":\"1\",\"c.d\":\"2\"}}",
	      "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0}],"
	      "\"network\":{\"priorities\":[{\"name\":\"b\",\"priority\":2}]},"
	      "\"rdma\":{\"m\":{\"hcaHandles\":3}},\"unified\":{\"c.d\":\"3\"}}",
	      "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0}],"
	      "\"network\":{\"priorities\":[{\"name\":\"b\",\"priority\":2}]},"
	      "\"rdma\":{\"m\":{\"hcaHandles\":3}},\"unified\":{\"c.d\":\"3\"}}",
	      "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0}],"
	      "\"network\":{\"classID\":5,\"priorities\":[{\"name\":\"a\",\"priority\":1},"
	      "{\"name\":\"b\",\"priority\":2}]},"
	      "\"rdma\":{\"m\":{\"hcaHandles\":3,\"hcaObjects\":2}},"
	      "\"unified\":{\"a.b\":\"1\",\"c.d\":\"3\"}}");
}

static void limits_in_runcs_state(void **state)
{
	static const char text[] =
	    "{\"id\":\"a\",\"config\":{\"rootfs\":\"/r\",\"cgroups\":{\"path\":\"/p\",\"memory\":64,"
	    "\"memory_reservation\":0,\"memory_swap\":-1,\"cpu_shares\":5,\"cpu_quota\":50,"
	    "\"cpu_period\":100,\"cpu_rt_quota\":0,\"pids_limit\":null,\"blkio_weight\":10,"
	    "\"memory_swappiness\":null,\"Systemd\":false}}}";
	struct spec_resources *r = NULL;
	struct err e;

	(void)state;
	err_init(&e);
	assert_int_equal(spec_resources_of_runc(&arena, "s", text, strlen(text), &r, &e), 0);
	is_json(r, "{\"memory\":{\"limit\":64,\"swap\":-1},\"cpu\":{\"shares\":5,\"quota\":50,"
		   "\"period\":100},\"blockIO\":{\"weight\":10}}");
	assert_int_equal(spec_resources_of_runc(&arena, "s", "{}", 2, &r, &e), 0);
	is_json(r, "{\"memory\":{},\"cpu\":{},\"blockIO\":{}}");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(without_stored_values),
		T(quota_and_period_are_a_pair),
		T(memory_and_swap_are_a_pair),
		T(kernel_memory_is_dropped),
		T(idle_drops_the_shares),
		T(devices_stay),
		T(strings_that_are_given),
		T(lists_change_by_identity),
		T(limits_in_runcs_state),
	};

	return cmocka_run_group_tests_name("oci-merge", tests, NULL, NULL);
}
