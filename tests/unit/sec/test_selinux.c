/* SPDX-License-Identifier: Apache-2.0 */
/* SELinux where there is none: its files are played here, below everything that sec/ does. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "base/io.h"
#include "os/keyctl.h"
#include "sec/keyring.h"
#include "sec/label.h"
#include "tests/unit/test.h"

#define LABEL "system_u:system_r:container_t:s0:c1,c2"

static struct {
	bool mounted, readonly;
	int result;     /* of the next write */
	char log[1024]; /* what was done, in order */
} host;
static struct procfs proc = PROCFS_NONE;
static struct err e;

static void note(const char *what, const char *text)
{
	size_t n = strlen(host.log);

	snprintf(host.log + n, sizeof(host.log) - n, "%s<%s>", what, text);
}

static int fake_statfs(const char *path, struct statfs *st)
{
	assert_string_equal(path, "/sys/fs/selinux");
	if (!host.mounted) {
		errno = ENOENT;
		return -1;
	}
	*st = (struct statfs){ .f_type = 0xf97cff8c, .f_flags = host.readonly ? ST_RDONLY : 0 };
	return 0;
}

int __wrap_statfs(const char *path, struct statfs *st);
int __wrap_statfs(const char *path, struct statfs *st)
{
	return fake_statfs(path, st);
}

int __wrap_statfs64(const char *path, struct statfs *st);
int __wrap_statfs64(const char *path, struct statfs *st)
{
	return fake_statfs(path, st);
}

int __wrap_io_write_file(int dirfd, const char *path, const char *text);
int __wrap_io_write_file(int dirfd, const char *path, const char *text)
{
	(void)dirfd;
	note(path, text);
	return host.result;
}

int __wrap_procfs_write(struct procfs *p, const char *path, const char *text);
int __wrap_procfs_write(struct procfs *p, const char *path, const char *text)
{
	assert_ptr_equal(p, &proc);
	note(path, text);
	return host.result;
}

int __wrap_os_keyctl_join_session(const char *name);
int __wrap_os_keyctl_join_session(const char *name)
{
	note("join", name);
	return -ENOSYS; /* which ends it without an error */
}

static int setup(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	host.mounted = true;
	err_init(&e);
	return 0;
}

static void is_on(void **state)
{
	(void)state;
	assert_true(lsm_selinux.enabled(&proc));
	host.readonly = true; /* how a container is told that there is none for it */
	assert_false(lsm_selinux.enabled(&proc));
	host.readonly = false;
	host.mounted = false;
	assert_false(lsm_selinux.enabled(&proc));
}

static void check_asks_the_policy(void **state)
{
	(void)state;
	assert_int_equal(lsm_selinux.check(&proc, LABEL, &e), 0);
	assert_string_equal(host.log, "/sys/fs/selinux/context<" LABEL ">");
	host.result = -EINVAL;
	assert_true(lsm_selinux.check(&proc, LABEL, &e) < 0);
	assert_int_equal(e.kind, ERR_CONFIG);
	/* Who may not ask learns it at execve. */
	err_init(&e);
	host.result = -EACCES;
	assert_int_equal(lsm_selinux.check(&proc, LABEL, &e), 0);
	host.mounted = false;
	host.log[0] = '\0';
	assert_true(lsm_selinux.check(&proc, LABEL, &e) < 0);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
	assert_string_equal(host.log, "");
}

static void apply_writes_the_exec_label(void **state)
{
	(void)state;
	/* init and exec alike: of the thread, because it is to become the program. */
	assert_int_equal(lsm_selinux.apply_exec(&proc, LABEL, &e), 0);
	assert_string_equal(host.log, "thread-self/attr/exec<" LABEL ">");
	host.result = -EACCES;
	assert_int_equal(lsm_selinux.apply_exec(&proc, LABEL, &e), -EACCES);
	host.log[0] = '\0';
	assert_true(lsm_selinux.apply_exec(&proc, "not a context", &e) < 0);
	assert_string_equal(host.log, "");
}

static void keyring_has_the_label(void **state)
{
	(void)state;
	assert_int_equal(keyring_join("id", LABEL, &proc, &e), 0);
	assert_string_equal(host.log, "self/attr/keycreate<" LABEL ">join<_ses.id>self/attr/keycreate<>");
	host.log[0] = '\0';
	assert_int_equal(keyring_join("id", NULL, &proc, &e), 0);
	assert_string_equal(host.log, "join<_ses.id>");
	host.log[0] = '\0';
	host.result = -EACCES;
	assert_int_equal(keyring_join("id", LABEL, &proc, &e), -EACCES);
	assert_string_equal(host.log, "self/attr/keycreate<" LABEL ">");
}

#define with_host(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_host(is_on), with_host(check_asks_the_policy),
		with_host(apply_writes_the_exec_label), with_host(keyring_has_the_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
