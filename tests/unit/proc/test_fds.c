/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/feature.h"
#include "os/fd.h"
#include "proc/fds.h"
#include "tests/unit/test.h"

/* Runs fn in a child whose descriptors are 0-2 and the n from 3 on; its result is the status. */
static int in_child(unsigned n, int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		os_close_from(3);
		for (unsigned i = 0; i < n; i++)
			if (open("/dev/null", O_RDONLY) < 0)
				_exit(99);
		_exit(fn());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int counts_and_marks(void)
{
	fds_early_init();
	if (fds_inherited() != 2)
		return 1;
	for (int fd = 3; fd < 5; fd++)
		if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			return 2;
	return 0;
}

static int a_hole_ends_the_count(void)
{
	struct err e;

	close(4);
	fds_early_init();
	if (fds_inherited() != 1)
		return 1;
	if (fds_check_preserved(1, &e) != 0)
		return 2;
	return fds_check_preserved(2, &e) < 0 && strstr(e.text, "descriptor 4") ? 0 : 3;
}

static int leaves_only_what_was_asked(void)
{
	struct err e;

	fds_early_init();
	if (fds_leave(2, &e) < 0)
		return 1;
	if (!is_open(3) || !is_open(4) || is_open(5) || is_open(6))
		return 2;
	return fcntl(3, F_GETFD) & FD_CLOEXEC ? 3 : 0;
}

static int leaves_by_walking(void)
{
	if (os_fallback_force("close_range") < 0)
		return 9;
	return leaves_only_what_was_asked();
}

static int fills_closed_stdio(void)
{
	close(0);
	close(2);
	fds_early_init();
	return is_open(0) && is_open(2) ? 0 : 1;
}

static int listen_only_for_this_pid(void)
{
	char pid[16];

	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_PID", "1", 1);
	if (fds_listen() != 0)
		return 1;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	if (fds_listen() != 2)
		return 2;
	setenv("LISTEN_FDS", "-2", 1);
	return fds_listen() == 0 ? 0 : 3;
}

/* 3 is an extra one, 5 and 4 are to stay, 6 and 7 to go; the slot in between is empty. */
static int gathers_behind_the_extra_ones(void)
{
	int a = 5, none = -1, b = 4;
	int *const keep[] = { &a, &none, &b };
	struct err e;

	if (dup2(STDIN_FILENO, 5) < 0 || dup2(STDOUT_FILENO, 4) < 0 || fds_gather(1, keep, 3, &e) < 0)
		return 1;
	if (a != 4 || b != 5 || none >= 0 || is_open(6) || is_open(7))
		return 2;
	return fcntl(4, F_GETFD) == FD_CLOEXEC && fcntl(5, F_GETFD) == FD_CLOEXEC && is_open(3) ? 0 : 3;
}

static void all(void **state)
{
	(void)state;
	assert_int_equal(in_child(2, counts_and_marks), 0);
	assert_int_equal(in_child(3, a_hole_ends_the_count), 0);
	assert_int_equal(in_child(4, leaves_only_what_was_asked), 0);
	assert_int_equal(in_child(4, leaves_by_walking), 0);
	assert_int_equal(in_child(5, gathers_behind_the_extra_ones), 0);
	assert_int_equal(in_child(0, fills_closed_stdio), 0);
	assert_int_equal(in_child(0, listen_only_for_this_pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
