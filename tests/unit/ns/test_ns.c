/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "ns/ns.h"
#include "tests/unit/test.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static char text[ERR_TEXT_MAX];

/* Runs fn in a child; its result is the child's exit status (0 good, 77 skip). */
static void in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(fn());
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void table_is_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < NS_KIND_MAX; i++) {
		char path[64];

		assert_int_equal(ns_table[i].kind, i);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", ns_table[i].link);
		assert_int_equal(access(path, F_OK), 0);
	}
}

static void namespaces_are_checked_for_their_kind(void **state)
{
	static const struct {
		const char *path;
		enum ns_kind kind;
		int r;
		const char *words;
	} rows[] = {
		{ "/proc/self/ns/net", NS_NETWORK, 0, NULL },
		{ "/proc/self/ns/uts", NS_UTS, 0, NULL },
		{ "/proc/self/ns/mnt", NS_MOUNT, 0, NULL },
		{ "/proc/self/ns/uts", NS_NETWORK, -EINVAL,
		  "invalid namespace type: /proc/self/ns/uts is not a network namespace" },
		{ "/proc/self/status", NS_NETWORK, -EINVAL,
		  "invalid namespace type: /proc/self/status is not a namespace" },
		{ "/nonexistent/ns", NS_PID, -ENOENT,
		  "lstat /nonexistent/ns: no such file or directory" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[64];
		struct spec_namespace ns = { rows[i].kind, path };
		struct err e;
		int r;

		snprintf(path, sizeof(path), "%s", rows[i].path);
		r = ns_open(&ns, &e);
		if (!rows[i].words) {
			assert_true(r >= 0);
			assert_true(fcntl(r, F_GETFD) & FD_CLOEXEC);
			close(r);
			continue;
		}
		assert_int_equal(r, rows[i].r);
		err_format(&e, text, sizeof(text));
		assert_string_equal(text, rows[i].words);
	}
}

static int set_names(void)
{
	struct utsname u;
	struct err e;

	if (unshare(CLONE_NEWUTS) < 0)
		return 77;
	if (ns_set_hostname("one", NULL, &e) < 0 || ns_set_hostname(NULL, "dom", &e) < 0)
		return 1;
	uname(&u);
	return strcmp(u.nodename, "one") || strcmp(u.domainname, "dom");
}

static void names_are_set(void **state)
{
	char big[80];
	struct err e;

	(void)state;
	in_child(set_names);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	if (geteuid() == 0)
		assert_int_equal(ns_set_hostname(big, NULL, &e), -EINVAL);
}

static int set_offsets(void)
{
	struct spec_time_offset mono = { 1000, 5 }, boot = { -2, 0 };
	struct spec_time_offsets o = { .monotonic = &mono, .boottime = &boot };
	struct procfs proc = PROCFS_NONE;
	char have[256];
	struct err e;
	long long s1, s2;
	long n1, n2;

	if (unshare(CLONE_NEWTIME) < 0)
		return 77;
	if (procfs_open(&proc, &e) < 0 || ns_write_time_offsets(&proc, &o, &e) < 0)
		return 1;
	procfs_close(&proc);
	if (io_read_file(AT_FDCWD, "/proc/self/timens_offsets", have, sizeof(have)) < 0)
		return 2;
	if (sscanf(have, "monotonic %lld %ld boottime %lld %ld", &s1, &n1, &s2, &n2) != 4)
		return 3;
	return s1 != 1000 || n1 != 5 || s2 != -2 || n2 != 0;
}

static void offsets_are_written(void **state)
{
	struct spec_time_offsets none = { 0 };
	struct procfs proc = PROCFS_NONE;
	struct err e;

	(void)state;
	assert_int_equal(ns_write_time_offsets(&proc, &none, &e), 0); /* nothing to write */
	in_child(set_offsets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_in_order),
		cmocka_unit_test(namespaces_are_checked_for_their_kind),
		cmocka_unit_test(names_are_set),
		cmocka_unit_test(offsets_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
