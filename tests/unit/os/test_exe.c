/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "os/exe.h"
#include "os/feature.h"
#include "os/memfd.h"

enum { OK, REFUSED, STILL_NAMED, STILL_MAPPED, DATA_LOST, CHILD_DIFFERS, NOT_EMPTY };

static char own_path[4096];
static volatile int changed = 1;
static const char *volatile relocated = own_path;

static int see(void)
{
	auto_free char *maps = NULL;
	auto_fd fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	char link[4096] = "";
	struct stat st;

	if (readlink("/proc/self/exe", link, sizeof(link) - 1) < 0 || str_eq(link, own_path))
		return STILL_NAMED;
	if (io_read_alloc(fd, 1 << 20, &maps, NULL) < 0 || strstr(maps, own_path))
		return STILL_MAPPED;
	if (stat("/proc/self/exe", &st) < 0 || st.st_size != 0)
		return NOT_EMPTY;
	return OK;
}

static int open_own(void)
{
	return open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
}

/* Everything happens in a child, which leaves with what it saw. */
static int child(void)
{
	auto_fd empty = os_memfd_empty("test"), exe = open_own();
	struct stat own;
	int status, r;
	pid_t pid;

	changed = 2;
	if (fstat(exe, &own) < 0)
		return REFUSED;
	r = os_exe_replace(empty, exe, &own);
	if (r < 0)
		return REFUSED;
	/* Code, constants, relocated and plain variables are all there and as they were. */
	if (changed != 2 || relocated != own_path || !strchr(own_path, '/'))
		return DATA_LOST;
	changed = 3;
	r = see();
	if (r != OK)
		return r;
	pid = fork();
	if (pid == 0)
		_exit(changed == 3 ? see() : DATA_LOST);
	return waitpid(pid, &status, 0) == pid && status == 0 ? OK : CHILD_DIFFERS;
}

static int run_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_no_way_to_the_file(void **state)
{
	int r = run_child();

	(void)state;
	if (r == REFUSED) {
		print_message("skipped: no privilege, threads, or a sanitizer\n");
		skip();
	}
	assert_int_equal(r, OK);
}

static void test_forced_fallback(void **state)
{
	(void)state;
	assert_int_equal(os_fallback_force("exe_replace"), 0);
	assert_int_equal(run_child(), REFUSED);
	assert_int_equal(os_fallback_force(""), 0);
}

static void test_no_privilege(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	pid = fork();
	if (pid == 0)
		_exit(setresuid(65534, 65534, 65534) < 0 ? 100 : child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), REFUSED);
}

/* Not executable, or no file at all: refused, and the program runs on. */
static void test_bad_file(void **state)
{
	(void)state;
	assert_true(os_exe_replace(FD_NONE, FD_NONE, &(struct stat){ 0 }) < 0);
}

/* ---- the way back ---- */

enum { NOT_SAME = NOT_EMPTY + 1, NOT_NOTICED, OTHER_WORDS };

static bool says(const struct err *e, const char *before, const char *after)
{
	char text[sizeof(own_path) + 64], want[sizeof(text)];

	err_format(e, text, sizeof(text));
	snprintf(want, sizeof(want), "%s%s%s", before, own_path, after);
	return str_eq(text, want);
}

static int same(const struct stat *own)
{
	const char *name = "";
	struct err e;
	auto_fd fd = os_exe_open(&name, &e);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == own->st_dev && st.st_ino == own->st_ino &&
	       st.st_size == own->st_size ? OK : NOT_SAME;
}

/* This program again, under a name of its own with ".new" beside it. */
static int come_back(void)
{
	auto_fd empty = os_memfd_empty("test"), exe = open_own();
	const char *name = "";
	char other[4200];
	struct stat own;
	struct err e;

	snprintf(other, sizeof(other), "%s.new", own_path);
	if (stat(own_path, &own) < 0 || same(&own) != OK)
		return NOT_SAME;
	if (os_exe_replace(empty, exe, &own) < 0)
		return REFUSED;
	if (same(&own) != OK)
		return NOT_SAME;
	if (rename(other, own_path) < 0 || os_exe_open(&name, &e) >= 0)
		return NOT_NOTICED;
	if (!says(&e, "the runtime's file ", " was replaced while it ran"))
		return OTHER_WORDS;
	if (unlink(own_path) < 0 || os_exe_open(&name, &e) >= 0)
		return NOT_NOTICED;
	return says(&e, "open the runtime's file ", ": no such file or directory") ? OK : OTHER_WORDS;
}

static void copy_self(const char *to)
{
	auto_fd from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_free char *content = NULL;
	size_t len;

	assert_int_equal(io_read_alloc(from, 1 << 28, &content, &len), 0);
	assert_int_equal(io_create_file(AT_FDCWD, to, content, len, 0700), 0);
}

static void test_way_back(void **state)
{
	char dir[] = "/tmp/strake-exe.XXXXXX", path[64], other[64];
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/exe", dir);
	snprintf(other, sizeof(other), "%s/exe.new", dir);
	copy_self(path);
	copy_self(other);
	pid = fork();
	if (pid == 0) {
		execl(path, path, "come back", NULL);
		_exit(100);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	unlink(other);
	rmdir(dir);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == REFUSED) {
		print_message("skipped: no privilege, threads, or a sanitizer\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), OK);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_way_to_the_file),
		cmocka_unit_test(test_forced_fallback),
		cmocka_unit_test(test_no_privilege),
		cmocka_unit_test(test_bad_file),
		cmocka_unit_test(test_way_back),
	};

	if (readlink("/proc/self/exe", own_path, sizeof(own_path) - 1) < 0)
		return 1;
	if (argc == 2 && str_eq(argv[1], "come back"))
		return come_back();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
