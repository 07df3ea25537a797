/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/mark.h"
#include "tests/unit/test.h"

static void tell(int fd)
{
	assert_int_equal(write(fd, "", 1), 1);
}

static void wait_told(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
}

static unsigned long mark;

/* A child that sets the mark, and goes on once it is told to: to cat(1), which echoes. */
static pid_t start(const char *program, int *ret_to, int *ret_from)
{
	int to[2], from[2];
	pid_t pid;

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		os_mark_set(mark);
		tell(from[1]);
		wait_told(to[0]);
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		if (program)
			execlp(program, program, (char *)NULL);
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	wait_told(from[0]);
	*ret_to = to[1];
	*ret_from = from[0];
	return pid;
}

static void end(pid_t pid, int to, int from)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(to);
	close(from);
	assert_true(os_mark_of(pid) == 0);
}

static void executing_takes_it_away(void **state)
{
	int to, from;
	pid_t pid = start("cat", &to, &from);

	(void)state;
	assert_true(os_mark_of(pid) == mark);
	assert_true(os_is_marked(pid));
	tell(to);
	tell(to);
	wait_told(from);
	assert_true(os_mark_of(pid) != mark);
	assert_false(os_is_marked(pid));
	end(pid, to, from);
}

static void a_zombie_has_none(void **state)
{
	int to, from;
	pid_t pid = start(NULL, &to, &from);
	siginfo_t info;

	(void)state;
	tell(to);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_code, CLD_EXITED);
	assert_true(os_mark_of(pid) == 0);
	assert_false(os_is_marked(pid));
	end(pid, to, from);
}

static void nobody_has_it_by_chance(void **state)
{
	(void)state;
	assert_true((long)mark < 0);
	assert_true(os_mark() != mark);
	assert_true(os_mark_of(getpid()) != mark);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(executing_takes_it_away),
		cmocka_unit_test(a_zombie_has_none),
		cmocka_unit_test(nobody_has_it_by_chance),
	};

	mark = os_mark();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
