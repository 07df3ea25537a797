/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever shares the root may put anything in the place of a program that execve has just refused. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/missing.h"
#include "tests/unit/test.h"

static bool missing(const char *exe)
{
	char text[256];

	return missing_interpreter(exe, text, sizeof(text));
}

static bool unfit(const char *exe)
{
	char text[256];

	return unfit_program(exe, text, sizeof(text));
}

/* In a session of its own without a terminal, which the first one that is opened would become. */
static int look_at_terminal(const char *name)
{
	if (setsid() < 0)
		return 3;
	if (missing(name) || unfit(name))
		return 2;
	return open("/dev/tty", O_RDWR) >= 0;
}

static void a_terminal_is_not_taken(void **state)
{
	int status, master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	pid_t pid;

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	pid = fork();
	if (pid == 0)
		_exit(look_at_terminal(ptsname(master)));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(master);
}

static void devices_and_pipes_are_not_read(void **state)
{
	char dir[] = "/tmp/missing-XXXXXX", fifo[64];

	(void)state;
	assert_false(unfit("/dev/zero"));
	assert_false(unfit("/dev/null"));
	assert_non_null(mkdtemp(dir));
	snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_false(missing(fifo) || unfit(fifo));
	unlink(fifo);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_is_not_taken),
		cmocka_unit_test(devices_and_pipes_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
