/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/unit/test.h"

static void ids_follow_runc(void **state)
{
	static const struct {
		const char *id, *words;
	} rows[] = {
		{ "a", NULL },
		{ "A_z+0.9-", NULL },
		{ "..a", NULL },
		{ "", "container id cannot be empty" },
		{ NULL, "container id cannot be empty" },
		{ ".", "invalid container ID format" },
		{ "..", "invalid container ID format" },
		{ "a/b", "invalid container ID format" },
		{ "../a", "invalid container ID format" },
		{ "a b", "invalid container ID format" },
		{ "a\n", "invalid container ID format" },
		{ "\xc3\xa9", "invalid container ID format" },
	};
	char text[128];
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = store_check_id(rows[i].id, &e);

		assert_int_equal(r, rows[i].words ? -EINVAL : 0);
		if (!rows[i].words)
			continue;
		err_format(&e, text, sizeof(text));
		assert_string_equal(text, rows[i].words);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static void id_length_has_a_limit(void **state)
{
	char id[1026];
	struct err e;

	(void)state;
	memset(id, 'a', sizeof(id));
	id[1024] = '\0';
	assert_int_equal(store_check_id(id, &e), 0);
	id[1024] = 'a';
	id[1025] = '\0';
	assert_int_equal(store_check_id(id, &e), -EINVAL);
}

static void expect_root(const char *want)
{
	struct arena a;
	struct err e;
	char *root;

	arena_init(&a);
	assert_int_equal(store_default_root(&a, "strake", &root, &e), 0);
	assert_string_equal(root, want);
	arena_fini(&a);
}

static void real_root_ignores_xdg(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	setenv("XDG_RUNTIME_DIR", "/run/user/0", 1);
	unsetenv("USER");
	expect_root("/run/strake");
	unsetenv("XDG_RUNTIME_DIR");
	expect_root("/run/strake");
}

/* 0 when the default root in a child with that identity is want. */
static int root_of_child(bool userns, uid_t uid, const char *user, const char *xdg, const char *want)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct arena a;
		struct err e;
		char *root;

		if (userns && unshare(CLONE_NEWUSER) < 0)
			_exit(77);
		if (uid && setuid(uid) < 0)
			_exit(77);
		if (user)
			setenv("USER", user, 1);
		else
			unsetenv("USER");
		setenv("XDG_RUNTIME_DIR", xdg, 1);
		arena_init(&a);
		_exit(store_default_root(&a, "strake", &root, &e) < 0 || strcmp(root, want) != 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void others_follow_xdg(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(root_of_child(false, 1000, "root", "/x", "/x/strake"), 0);
	assert_int_equal(root_of_child(false, 1000, "me", "", "/run/strake"), 0);
	/* Unmapped, the uid is 65534: not root. */
	assert_int_equal(root_of_child(true, 0, "me", "/x", "/x/strake"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_follow_runc),
		cmocka_unit_test(id_length_has_a_limit),
		cmocka_unit_test(real_root_ignores_xdg),
		cmocka_unit_test(others_follow_xdg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
