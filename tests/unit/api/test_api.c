/* SPDX-License-Identifier: Apache-2.0 */
/* The skin of the library: what crosses it keeps its meaning, whatever the caller was built with. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "tests/unit/test.h"

static void older_callers_have_shorter_structs(void **state)
{
	struct strake_create_options from = { .size = offsetof(struct strake_create_options, pid_file),
					      .bundle = "/b",
					      .pid_file = "beyond" };
	struct strake_create_options to;

	(void)state;
	memset(&to, 0xff, sizeof(to));
	api_copy_options(&to, sizeof(to), &from);
	assert_string_equal(to.bundle, "/b");
	assert_null(to.pid_file);
	assert_false(to.no_subreaper);
}

static void newer_callers_have_longer_structs(void **state)
{
	struct {
		struct strake_create_options known;
		char later[64];
	} from = { .known = { .size = sizeof(from), .no_subreaper = true } };
	struct {
		struct strake_create_options known;
		char guard[64];
	} to;

	(void)state;
	memset(&from.later, 'x', sizeof(from.later));
	memset(&to, 0, sizeof(to));
	api_copy_options(&to.known, sizeof(to.known), &from);
	assert_true(to.known.no_subreaper);
	for (size_t i = 0; i < sizeof(to.guard); i++)
		assert_int_equal(to.guard[i], 0);
	memset(&to, 0xff, sizeof(to));
	api_copy_options(&to.known, sizeof(to.known), NULL);
	assert_null(to.known.bundle);
}

static void errors_keep_code_number_and_text(void **state)
{
	struct strake_error err = {};
	struct err e;

	(void)state;
	err_sys(&e, EACCES, "open %s", "/x");
	err_wrap(&e, "mount 3");
	assert_int_equal(api_result(-EACCES, &e, &err), -1);
	assert_int_equal(err.code, STRAKE_ERROR_SYSTEM);
	assert_int_equal(err.errnum, EACCES);
	assert_string_equal(err.text, "mount 3: open /x: permission denied");
	assert_int_equal(api_result(-EACCES, &e, NULL), -1);
	assert_int_equal(api_result(137, &e, &err), 137);
	err_make(&e, ERR_NOT_FOUND, ENOENT, "x");
	api_result(-ENOENT, &e, &err);
	assert_int_equal(err.code, STRAKE_ERROR_NOT_FOUND);
	err_make(&e, ERR_CHILD, EIO, "x");
	api_result(-EIO, &e, &err);
	assert_int_equal(err.code, STRAKE_ERROR_INTERNAL);
}

static char seen[128];

static void remember(void *data, int level, const char *msg)
{
	snprintf(seen, sizeof(seen), "%s %d %s", (const char *)data, level, msg);
}

static void records_reach_the_callers_sink(void **state)
{
	static char data[] = "mine";

	(void)state;
	strake_set_log(remember, data, 2);
	log_info("too low");
	assert_string_equal(seen, "");
	log_warn("number %d", 1);
	assert_string_equal(seen, "mine 2 number 1");
	strake_set_log(NULL, NULL, 0);
	log_warn("nobody listens");
	assert_string_equal(seen, "mine 2 number 1");
}

static int never(void *data, const struct strake_info *info)
{
	(void)data;
	(void)info;
	return -1;
}

static int first_free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static void a_runtime_without_containers(void **state)
{
	char root[] = "/tmp/strake-api-test-XXXXXX";
	struct strake_runtime_options o = { .size = sizeof(o), .rootless = -1 };
	struct strake_error err = {};
	strake_runtime *rt;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(root));
	o.root = root;
	rt = strake_runtime_new(&o, &err);
	assert_non_null(rt);
	fd = first_free_fd();
	assert_int_equal(strake_list(rt, STRAKE_DETAIL_FULL, never, NULL, NULL, &err), 0);
	assert_int_equal(strake_list(rt, STRAKE_DETAIL_ROW, never, NULL, NULL, &err), 0);
	assert_int_equal(first_free_fd(), fd);
	assert_int_equal(strake_kill(rt, "nosuch", 9, false, &err), -1);
	assert_int_equal(err.code, STRAKE_ERROR_NOT_FOUND);
	assert_string_equal(err.text, "container does not exist");
	assert_null(strake_state_json(rt, "nosuch", NULL));
	assert_int_equal(strake_state(rt, "nosuch", never, NULL, &err), -1);
	assert_string_equal(err.text, "container does not exist");
	assert_int_equal(strake_delete(rt, "nosuch", true, &err), 0);
	strake_runtime_free(rt);
	strake_runtime_free(NULL);
	rmdir(root);
}

static void documents_are_the_callers(void **state)
{
	struct strake_error err = {};
	auto_free char *spec = strake_spec_json(false, &err);
	auto_free char *rootless = strake_spec_json(true, &err);

	(void)state;
	assert_true(spec && str_starts(spec, "{\n\t\"ociVersion\": \"1.3.0\","));
	assert_int_equal(spec[strlen(spec) - 1], '}'); /* no final newline */
	assert_null(strstr(spec, "uidMappings"));
	assert_non_null(strstr(rootless, "uidMappings"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_callers_have_shorter_structs),
		cmocka_unit_test(newer_callers_have_longer_structs),
		cmocka_unit_test(errors_keep_code_number_and_text),
		cmocka_unit_test(records_reach_the_callers_sink),
		cmocka_unit_test(a_runtime_without_containers),
		cmocka_unit_test(documents_are_the_callers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
