/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "os/keyctl.h"
#include "sec/keyring.h"
#include "sec/keyring_perm.h"
#include "tests/unit/child.h"

static struct procfs proc = PROCFS_NONE;
static struct err e;

static void permissions(void **state)
{
	uint32_t perm = 77;

	(void)state;
	assert_int_equal(keyring_parse_perm("keyring;0;0;3f130000;_ses.x", &perm), 0);
	assert_int_equal(perm, 0x3f130000);
	assert_int_equal(keyring_parse_perm("keyring;0;0;", &perm), -EBADMSG);
	assert_int_equal(keyring_parse_perm("keyring;0;0;zz;x", &perm), -EBADMSG);
	assert_int_equal(keyring_parse_perm("keyring;0", &perm), -EBADMSG);
	assert_int_equal(keyring_parse_perm("keyring;0;0;1ffffffff;x", &perm), -EBADMSG);
	assert_int_equal(perm, 0x3f130000);
}

static void user_namespace(void **state)
{
	(void)state;
	assert_true(keyring_map_is_initial("         0          0 4294967295"));
	assert_false(keyring_map_is_initial("         0     100000      65536"));
	assert_false(keyring_map_is_initial("         0       1000          1\n 1 100000 65536"));
	assert_false(keyring_map_is_initial(""));
}

static void join(void *arg)
{
	long before = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
	char text[256];
	uint32_t perm;
	int key;

	(void)arg;
	if (before < 0 && errno == ENOSYS)
		_exit(77);
	key = keyring_join("test-1", NULL, &proc, &e);
	child_check(key > 0 && keyring_let_search(key, true, &proc, &e) == 0);
	child_check(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0) !=
		    before);
	child_check(os_keyctl_describe(KEY_SPEC_SESSION_KEYRING, text, sizeof(text)) == 0);
	child_check(strstr(text, ";_ses.test-1"));
	child_check(keyring_parse_perm(text, &perm) == 0);
	child_check(perm & 0x00080000); /* its user may search it */
	child_check(os_keyctl_describe(KEY_SPEC_SESSION_KEYRING, text, 4) == -EFBIG);
}

static void joins_one_of_its_own(void **state)
{
	int status = child_status(join, NULL);

	(void)state;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: this kernel has no keyrings\n");
		skip();
	}
	assert_int_equal(status, 0);
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
		cmocka_unit_test(permissions),
		cmocka_unit_test(user_namespace),
		cmocka_unit_test(joins_one_of_its_own),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
