/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "sec/label.h"
#include "sec/label_text.h"
#include "tests/unit/child.h"

static struct procfs proc = PROCFS_NONE;
static struct err e;

static void apparmor_text(void **state)
{
	static char longest[LABEL_MAX + 2];
	char buf[64] = "untouched";

	(void)state;
	assert_int_equal(label_apparmor_text("docker-default", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "exec docker-default");
	assert_int_equal(label_apparmor_text("a//&b (x)", buf, sizeof(buf)), 0);
	assert_int_equal(label_apparmor_text("", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(label_apparmor_text("a\nunconfined", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(label_apparmor_text("a\x7f", buf, sizeof(buf)), -EINVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	assert_int_equal(label_apparmor_text(longest, buf, sizeof(buf)), -ENAMETOOLONG);
	longest[100] = '\0';
	assert_int_equal(label_apparmor_text(longest, buf, sizeof(buf)), -ENAMETOOLONG);
}

/* A profile whose name begins so is not "unconfined". */
static void only_unconfined_is_unconfined(void **state)
{
	(void)state;
	assert_true(label_apparmor_is_unconfined("unconfined"));
	assert_false(label_apparmor_is_unconfined("unconfined_foo"));
	assert_false(label_apparmor_is_unconfined("Unconfined"));
	assert_false(label_apparmor_is_unconfined(""));
}

static void kernel_switch(void **state)
{
	(void)state;
	assert_true(label_apparmor_says_enabled("Y"));
	assert_false(label_apparmor_says_enabled("N"));
	assert_false(label_apparmor_says_enabled(""));
}

static void selinux_text(void **state)
{
	(void)state;
	assert_int_equal(label_selinux_check_text("system_u:system_r:container_t:s0:c1,c2"), 0);
	assert_int_equal(label_selinux_check_text("u:r:t"), 0);
	assert_int_equal(label_selinux_check_text("container_t"), -EINVAL);
	assert_int_equal(label_selinux_check_text(""), -EINVAL);
	assert_int_equal(label_selinux_check_text("u:r:t\n"), -EINVAL);
}

/* Where the LSM is off, a label is refused before anything is made, and never taken in silence. */
static void off_means_refused(void **state)
{
	const struct lsm_ops *const lsms[] = { &lsm_apparmor, &lsm_selinux };
	const char *const labels[] = { "some_profile", "system_u:system_r:container_t:s0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lsms); i++) {
		assert_int_equal(lsms[i]->check(&proc, NULL, &e), 0);
		assert_int_equal(lsms[i]->check(&proc, "", &e), 0);
		assert_int_equal(lsms[i]->apply_exec(&proc, "", &e), 0);
		if (lsms[i]->enabled(&proc)) {
			print_message("%s is on here: the refusal is not tested\n", lsms[i]->name);
			continue;
		}
		assert_true(lsms[i]->check(&proc, labels[i], &e) < 0);
		assert_int_equal(e.kind, ERR_UNSUPPORTED);
		assert_true(lsms[i]->apply_exec(&proc, labels[i], &e) < 0);
		assert_true(lsms[i]->check(&proc, "a\nb", &e) < 0);
	}
}

static void unconfined_needs_no_apparmor(void **state)
{
	(void)state;
	if (lsm_apparmor.enabled(&proc)) {
		print_message("skipped: AppArmor is on here\n");
		skip();
	}
	/* Built without AppArmor both are one refusal, of "unconfined" too. */
	if (lsm_apparmor.check == lsm_apparmor.apply_exec) {
		assert_true(lsm_apparmor.check(&proc, "unconfined", &e) < 0);
		return;
	}
	assert_int_equal(lsm_apparmor.check(&proc, "unconfined", &e), 0);
	assert_int_equal(lsm_apparmor.apply_exec(&proc, "unconfined", &e), 0);
	assert_true(lsm_apparmor.check(&proc, "unconfined_foo", &e) < 0);
}

static int setup(void **state)
{
	(void)state;
	return procfs_open(&proc, &e);
}

static int teardown(void **state)
{
	(void)state;
	procfs_close(&proc);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apparmor_text),
		cmocka_unit_test(only_unconfined_is_unconfined),
		cmocka_unit_test(kernel_switch),
		cmocka_unit_test(selinux_text),
		cmocka_unit_test(off_means_refused),
		cmocka_unit_test(unconfined_needs_no_apparmor),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
