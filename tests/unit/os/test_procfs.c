/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/feature.h"
#include "os/procfs.h"

static struct err e;

static int setup(void **state)
{
	static struct procfs p;

	err_init(&e);
	p = (struct procfs)PROCFS_NONE;
	assert_int_equal(procfs_open(&p, &e), 0);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	os_fallback_force("");
	procfs_close(*state);
	return 0;
}

static void reads_and_refuses(struct procfs *p)
{
	char buf[64], want[32];
	auto_fd ns = FD_NONE;
	struct stat a, b;

	assert_int_equal(procfs_read(p, "self/comm", buf, sizeof(buf)), 0);
	assert_null(strchr(buf, '\n'));
	assert_int_equal(procfs_read(p, "self/status", buf, sizeof(buf)), -EFBIG);
	assert_int_equal(procfs_openat(p, "self/nothing", O_RDONLY), -ENOENT);
	assert_int_equal(procfs_openat(p, "self/root", O_PATH), -ELOOP);
	assert_int_equal(procfs_openat(p, "self/fd/0", O_PATH), -ELOOP);
	assert_true(procfs_openat(p, "../etc", O_PATH) < 0);
	assert_true(procfs_openat(p, "/etc", O_PATH) < 0);

	snprintf(want, sizeof(want), "shortname");
	assert_int_equal(procfs_write(p, "self/comm", want), 0);
	assert_int_equal(procfs_read(p, "self/comm", buf, sizeof(buf)), 0);
	assert_string_equal(buf, want);

	ns = procfs_open_ns(p, 0, "uts");
	assert_true(ns >= 0);
	assert_int_equal(fstat(ns, &a), 0);
	assert_int_equal(stat("/proc/self/ns/uts", &b), 0);
	assert_true(a.st_ino == b.st_ino);
	assert_int_equal(procfs_open_ns(p, 0, "../exe"), -EINVAL);
	assert_int_equal(procfs_open_ns(p, 0, "nothing"), -ENOENT);
}

static void by_openat2(void **state)
{
	reads_and_refuses(*state);
}

static void by_walk(void **state)
{
	assert_int_equal(os_fallback_force("openat2"), 0);
	reads_and_refuses(*state);
}

static void pid_stat_reads_the_fields(void **state)
{
	struct procfs *p = *state;
	uint64_t start, again;
	char s;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(procfs_pid_stat(p, getpid(), &s, &start, NULL), 0);
	assert_int_equal(s, 'R');
	assert_true(start > 0);
	assert_int_equal(procfs_write(p, "self/comm", "a) R 1 (b"), 0);
	assert_int_equal(procfs_pid_stat(p, getpid(), NULL, &again, NULL), 0);
	assert_true(start == again);
	{
		cpu_set_t all, one;
		int cpu = 0, stat_cpu = -1;

		assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
		while (!CPU_ISSET(cpu, &all))
			cpu++;
		for (int k = cpu; k < CPU_SETSIZE; k++) /* the last: not what an unread field would be */
			if (CPU_ISSET(k, &all))
				cpu = k;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
		assert_int_equal(procfs_pid_stat(p, getpid(), NULL, NULL, &stat_cpu), 0);
		assert_int_equal(stat_cpu, cpu);
		assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	}
	{
		/* Against a reader that counts blanks. */
		char cmd[128];
		int pick;
		FILE *f;
		unsigned long long v;

		snprintf(cmd, sizeof(cmd), "sed 's/.*) //' /proc/%d/stat | cut -d' ' -f20",
			 (int)getpid());
		f = popen(cmd, "r");
		assert_non_null(f);
		pick = fscanf(f, "%llu", &v);
		pclose(f);
		assert_int_equal(pick, 1);
		assert_true(v == start);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(procfs_pid_stat(p, pid, &s, &start, NULL), -ESRCH);
}

static void kernel_threads_are_known(void **state)
{
	struct procfs *p = *state;
	char name[32];

	assert_false(procfs_is_kernel_thread(p, getpid()));
	assert_false(procfs_is_kernel_thread(p, 1));
	assert_false(procfs_is_kernel_thread(p, 1 << 30));
	if (procfs_read(p, "2/comm", name, sizeof(name)) < 0 || strcmp(name, "kthreadd") != 0) {
		print_message("skipped: needs the kernel's first pid namespace\n");
		skip();
	}
	assert_true(procfs_is_kernel_thread(p, 2));
}

/* CVE-2019-16884, CVE-2025-52881: something else is mounted where the file should be. */
static int body_overmount(void)
{
	struct procfs p = PROCFS_NONE;
	char buf[64];

	if (unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	if (procfs_open(&p, &e) < 0)
		return 1;
	if (mount("tmpfs", "/proc/sys", "tmpfs", 0, NULL) < 0)
		return 77;
	/* The real file through the private mount, not the tmpfs and not a failure. */
	if (procfs_read(&p, "sys/kernel/ostype", buf, sizeof(buf)) < 0 || strcmp(buf, "Linux") != 0)
		return 2;
	if (p.own < 0)
		return 3;
	procfs_close(&p);
	if (mount("tmpfs", "/proc", "tmpfs", 0, NULL) < 0)
		return 77;
	if (procfs_open(&p, &e) < 0 || p.host >= 0 || p.own < 0)
		return 4;
	if (procfs_read(&p, "self/comm", buf, sizeof(buf)) < 0)
		return 5;
	procfs_close(&p);
	/* Without the mount API there is nothing to trust: refused. */
	if (os_fallback_force("mount_api") < 0 || procfs_open(&p, &e) >= 0 || !err_is_set(&e))
		return 6;
	return 0;
}

static void cve_2025_52881_overmounted_proc(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip(); /* needs CAP_SYS_ADMIN for a mount namespace */
	pid = fork();
	if (pid == 0)
		_exit(body_overmount());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void supplementary_groups_are_known(void **state)
{
	struct procfs_self self;
	gid_t gid = 7;
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		bool none, one;

		if (setgroups(0, NULL) < 0)
			_exit(errno == EPERM ? 77 : 1);
		procfs_self(*state, &self);
		none = self.no_groups;
		if (setgroups(1, &gid) < 0)
			_exit(1);
		procfs_self(*state, &self);
		one = self.no_groups;
		_exit(none && !one ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 77) {
		print_message("needs a user namespace that allows setgroups\n");
		skip();
	}
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_openat2, setup, teardown),
		cmocka_unit_test_setup_teardown(by_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(pid_stat_reads_the_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(supplementary_groups_are_known, setup, teardown),
		cmocka_unit_test_setup_teardown(kernel_threads_are_known, setup, teardown),
		cmocka_unit_test_setup_teardown(cve_2025_52881_overmounted_proc, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
