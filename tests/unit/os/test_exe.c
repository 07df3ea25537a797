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

enum { OK, REFUSED, STILL_NAMED, STILL_MAPPED, DATA_LOST, CHILD_DIFFERS, NOT_EMPTY, NAME_LOST, NOT_KEPT };

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

static char **own_argv;

/* The child's child is where the child is. */
static int leave(void)
{
	auto_fd line_fd = FD_NONE;
	char line[4096] = "";
	struct err e;
	int status;
	pid_t pid;

	if (os_exe_leave(&e) < 0)
		return REFUSED;
	/* Code, constants, relocated and plain variables are all there and as they were. */
	if (changed != 3 || relocated != own_path || !strchr(own_path, '/'))
		return DATA_LOST;
	changed = 4;
	/* What ps shows of it is its name as it was, and no more. */
	line_fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (io_read_full(line_fd, line, sizeof(line)) != (ssize_t)strlen(own_argv[0]) + 1 || !str_eq(line, own_argv[0]))
		return NAME_LOST;
	if (os_exe_leave(&e) < 0)
		return REFUSED;
	pid = fork();
	if (pid == 0)
		_exit(changed == 4 ? see() : DATA_LOST);
	return waitpid(pid, &status, 0) == pid && status == 0 ? see() : CHILD_DIFFERS;
}

/* Everything happens in a child, which leaves with what it saw. */
static int child(void)
{
	auto_fd empty = os_memfd_empty("test");
	struct err e;
	int status;
	pid_t pid;

	changed = 2;
	if (os_exe_prepare(empty, own_argv) < 0)
		return REFUSED;
	if (changed != 2 || relocated != own_path)
		return DATA_LOST;
	if (os_exe_copy(&e) < 0)
		return REFUSED;
	/* One has nothing of what another did, in code or variables. */
	for (int i = 0; i < 3; i++) {
		changed = 3;
		pid = fork();
		if (pid == 0)
			_exit(leave());
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			return CHILD_DIFFERS;
		if (status != 0)
			return WEXITSTATUS(status);
	}
	/* Here it is still there, once. */
	if (status == 0 && (see() != STILL_NAMED || os_exe_prepare(empty, own_argv) != -EALREADY))
		return NOT_KEPT;
	return WEXITSTATUS(status);
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
	struct err e;

	(void)state;
	assert_int_equal(os_exe_prepare(FD_NONE, own_argv), -EBADF);
	assert_int_equal(os_exe_leave(&e), 0); /* nothing was prepared */
}

int main(int argc, char **argv)
{
	static char more[] = "not to be seen";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_way_to_the_file),
		cmocka_unit_test(test_forced_fallback),
		cmocka_unit_test(test_no_privilege),
		cmocka_unit_test(test_bad_file),
	};

	if (readlink("/proc/self/exe", own_path, sizeof(own_path) - 1) < 0)
		return 1;
	if (argc < 2)
		execv(own_path, (char *[]){ argv[0], more, NULL });
	own_argv = argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
