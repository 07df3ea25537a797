/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "os/feature.h"
#include "os/mount_ns.h"
#include "os/raw_call.h"
#include "os/seccomp_raw.h"
#include "proc/beside.h"
#include "tests/unit/child.h"

/* An errno that nothing here has but by the filter. */
#define REFUSED 77
/* The status of a child that finds no kdevtmpfs. */
#define NONE_TO_BE_SEEN 99

/* From here on call number fails with REFUSED. */
static void refuse(unsigned number)
{
	const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | REFUSED),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(os_seccomp_load(0, filter, ARRAY_SIZE(filter)) == 0);
}

/* kdevtmpfs's, else our own: for what only has to be tried. */
static int some_small_ns(struct procfs *p, bool *ret_is_small)
{
	struct os_small_ns at;
	struct err e;

	child_check(procfs_open(p, &e) == 0);
	*ret_is_small = os_small_ns_find(p, &at) == 0;
	return *ret_is_small ? os_small_ns_open(p, &at) : procfs_open_ns(p, 0, "mnt");
}

static void helper_that_is_refused(void *number)
{
	struct procfs p;
	bool is_small;
	struct beside_work w = { .network = true, .small_ns = some_small_ns(&p, &is_small), .proc = procfs_dir(&p) };
	struct beside *b;
	struct arena a;

	child_check(w.small_ns >= 0);
	arena_init(&a);
	refuse(*(unsigned *)number);
	errno = 0;
	b = beside_begin(&a, &w);
	child_check(b);
	beside_decide(b, true, BESIDE_SYSFS_READONLY);
	beside_finish(b);
	arena_fini(&a);
	child_check(errno != REFUSED);
}

/* Whatever fails in the helper, the parent's errno is its own. */
static void errno_is_the_parents(void **state)
{
	/* Each of its calls; the parent's part needs none of them. */
	static unsigned numbers[] = { SYS_unshare, SYS_socket, SYS_ioctl, SYS_sendmsg, SYS_futex,
		SYS_openat, SYS_setns, SYS_mount, SYS_statx, SYS_umount2, SYS_fsopen, SYS_fsconfig };

	(void)state;
	if (SANITIZED || !OS_HAS_RAW_CALL)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		child_run(helper_that_is_refused, &numbers[i]);
}

static void entered(void *unused)
{
	struct beside *b;
	char before[64], after[64];
	struct arena a;
	struct err e;
	struct beside_got got = { 0 };
	ssize_t n;

	(void)unused;
	arena_init(&a);
	b = beside_begin(&a, &(struct beside_work){ .network = true, .small_ns = FD_NONE });
	n = readlink("/proc/self/ns/net", before, sizeof(before));
	child_check(n > 0 && beside_enter_network(b, &got, &e) == 0);
	beside_finish(b);
	arena_fini(&a);
	child_check(readlink("/proc/self/ns/net", after, sizeof(after)) > 0);
	child_check(memcmp(before, after, (size_t)n) != 0);
}

static void another_namespace(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	child_run(entered, NULL);
}

/* Once the helper is done there is nothing in it. */
static void emptied(void *unused)
{
	struct procfs p;
	bool is_small;
	struct beside_work w = { .small_ns = some_small_ns(&p, &is_small), .proc = procfs_dir(&p) };
	struct beside_got got = { 0 };
	struct beside *b;
	struct arena a;
	struct stat st;
	dev_t above;
	int ns;

	(void)unused;
	if (!is_small)
		_exit(NONE_TO_BE_SEEN);
	arena_init(&a);
	b = beside_begin(&a, &w);
	child_check(b);
	beside_decide(b, false, BESIDE_NO_SYSFS);
	child_check(beside_mounts(b, &got, &above) == -EBADF);
	beside_finish(b);
	/* Beside a network namespace, whatever comes first. */
	w.network = true;
	w.small_ns = some_small_ns(&p, &is_small); /* the first helper's is gone with it */
	b = beside_begin(&a, &w);
	child_check(b);
	beside_decide(b, true, BESIDE_NO_SYSFS);
	got = (struct beside_got){ 0 };
	ns = beside_mounts(b, &got, &above);
	child_check(ns >= 0);
	beside_finish(b);
	child_check(setns(ns, CLONE_NEWNS) == 0);
	child_check(stat("/", &st) == 0 && st.st_dev != above);
	child_check(access("/null", F_OK) < 0 && errno == ENOENT);
	arena_fini(&a);
}

static void a_mount_namespace_without_mounts(void **state)
{
	int status;

	(void)state;
	if (SANITIZED || !OS_HAS_RAW_CALL || geteuid() != 0)
		skip();
	status = child_status(emptied, NULL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NONE_TO_BE_SEEN) {
		print_message("skipped: needs to see the kernel thread kdevtmpfs\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errno_is_the_parents),
		cmocka_unit_test(another_namespace),
		cmocka_unit_test(a_mount_namespace_without_mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
