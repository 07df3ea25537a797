/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/placement.h"

/* What the host is said to be at. */
static struct procfs told(const char *loadavg)
{
	char dir[] = "/tmp/strake-unit-XXXXXX";
	struct procfs p = PROCFS_NONE;
	auto_fd file = FD_NONE;

	assert_non_null(mkdtemp(dir));
	p.host = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	file = openat(p.host, "loadavg", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, loadavg, strlen(loadavg)), strlen(loadavg));
	return p;
}

static void forget(struct procfs *p)
{
	char link[32], dir[64] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", p->host);
	assert_true(readlink(link, dir, sizeof(dir) - 1) > 0);
	unlinkat(p->host, "loadavg", 0);
	assert_int_equal(rmdir(dir), 0);
	close(p->host);
}

static int cpus_of(pid_t pid)
{
	cpu_set_t set;

	return sched_getaffinity(pid, sizeof(set), &set) < 0 ? 0 : CPU_COUNT(&set); /* 0: more than 1024 */
}

static int two_cpus_or_more(void)
{
	int n = cpus_of(0);

	if (n < 2) {
		print_message("needs two CPUs\n");
		skip();
	}
	return n;
}

static int cpus_when_sent_away(const char *loadavg)
{
	struct procfs p = told(loadavg);
	struct os_placement place = { 0 };
	pid_t pid = fork();
	int n;

	if (pid == 0)
		for (;;)
			pause();
	os_send_away(&place, &p, pid);
	n = cpus_of(pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	forget(&p);
	return n;
}

static void test_a_child_is_sent_away(void **state)
{
	int all = two_cpus_or_more();

	(void)state;
	assert_int_equal(cpus_when_sent_away("0.00 0.01 0.05 1/80 4711\n"), all - 1);
	assert_int_equal(cpus_when_sent_away("0.00 0.01 0.05 2/80 4711\n"), all - 1);
	/* Somebody else is at work, or that cannot be known. */
	assert_int_equal(cpus_when_sent_away("0.00 0.01 0.05 3/80 4711\n"), all);
	assert_int_equal(cpus_when_sent_away("12.00 0.01 0.05 20/80 4711\n"), all);
	assert_int_equal(cpus_when_sent_away("0.00 0.01"), all);
	assert_int_equal(cpus_when_sent_away("0.00 0.01 0.05 0/0 4711\n"), all);
	assert_int_equal(cpus_when_sent_away("0.00 0.01 0.05 \n"), all);
	assert_int_equal(cpus_when_sent_away("0.00 0.01 0.05 2 80 4711\n"), all);
	assert_int_equal(cpus_of(0), all);
}

/* How many of a hundred calls end on another CPU. Some do of the scheduler's own will, and some are undone by it. */
static int moves(const char *loadavg, bool from_elsewhere, bool stays)
{
	struct procfs p = told(loadavg);
	int moved = 0;

	for (int i = 0; i < 100; i++) {
		struct os_placement place = { .stays = stays };
		int here = sched_getcpu();

		os_step_aside(&place, &p, from_elsewhere ? here + 1 : here, 2);
		moved += sched_getcpu() != here;
	}
	forget(&p);
	return moved;
}

static void test_the_caller_steps_aside(void **state)
{
	int all = two_cpus_or_more();

	(void)state;
	assert_true(moves("0.00 0.01 0.05 2/80 4711\n", false, false) > 60);
	assert_true(moves("0.00 0.01 0.05 3/80 4711\n", false, false) < 40);
	assert_true(moves("0.00 0.01 0.05 2/80 4711\n", true, false) < 40);
	assert_true(moves("0.00 0.01 0.05 2/80 4711\n", false, true) < 40);
	assert_int_equal(cpus_of(0), all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_child_is_sent_away),
		cmocka_unit_test(test_the_caller_steps_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
