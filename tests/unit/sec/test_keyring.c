/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "sec/keyring.h"
#include "tests/unit/child.h"

static struct procfs proc = PROCFS_NONE;
static struct err e;

static void user_namespace(void **state)
{
	(void)state;
	assert_true(keyring_map_is_initial("         0          0 4294967295"));
	assert_false(keyring_map_is_initial("         0     100000      65536"));
	assert_false(keyring_map_is_initial("         0       1000          1\n 1 100000 65536"));
	assert_false(keyring_map_is_initial(""));
}

/* type;uid;gid;perm;description */
static bool describe(int key, char *text, size_t size, unsigned *ret_perm)
{
	long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text, size, 0);

	return n > 0 && (size_t)n <= size && sscanf(text, "%*[^;];%*d;%*d;%x;", ret_perm) == 1;
}

static void join(void *arg)
{
	long before = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
	unsigned perm, as_made;
	char text[256];
	int key;

	(void)arg;
	if (before < 0 && errno == ENOSYS)
		_exit(77);
	key = keyring_join("test-1", NULL, &proc, &e);
	child_check(describe(key, text, sizeof(text), &as_made));
	child_check(key > 0 && keyring_let_search(key, true, &proc, &e) == 0);
	child_check(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0) !=
		    before);
	/* Its user may search it, and all else is as the kernel makes it. */
	child_check(describe(KEY_SPEC_SESSION_KEYRING, text, sizeof(text), &perm));
	child_check(strstr(text, ";_ses.test-1"));
	child_check(perm == (as_made | 0x00080000));
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
		cmocka_unit_test(user_namespace),
		cmocka_unit_test(joins_one_of_its_own),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
