/* SPDX-License-Identifier: Apache-2.0 */
/* The agent of this build, as it lies in the test's own file. */
#include "os/agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "os/agent_image.h"
#include "os/feature.h"
#include "tests/unit/test.h"

static struct err err;
static struct os_agent agent;

static const char *why(void)
{
	static char text[ERR_TEXT_MAX];

	err_format(&err, text, sizeof(text));
	return text;
}

static void start(int extra)
{
	if (os_agent_start(extra, &agent, &err) < 0)
		fail_msg("%s", why());
}

/* It leaves no zombie either. */
static void stop(void)
{
	os_agent_stop(&agent);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
}

static int call(enum os_agent_op op, size_t junk, int64_t timeout_ms)
{
	struct str request, result;
	int r;

	str_init(&request);
	str_init(&result);
	for (size_t i = 0; i < junk; i++)
		wire_put_u32(&request, 0xffffffff);
	r = os_agent_call(&agent, op, &request, timeout_ms, &result, &err);
	str_fini(&request);
	str_fini(&result);
	return r;
}

static void one_answers_all_requests(void **state)
{
	(void)state;
	start(FD_NONE);
	for (int op = 0; op <= OS_AGENT_OP_MAX; op++)
		for (size_t junk = 1; junk < 1 << 20; junk *= 64) {
			assert_int_equal(call((enum os_agent_op)op, junk, 60000), -EPROTO);
			assert_string_equal(why(), "the runtime's agent got a request that it cannot read");
		}
	stop();
}

static void too_much_is_not_sent(void **state)
{
	(void)state;
	start(FD_NONE);
	assert_int_equal(call(OS_AGENT_SD_SET, OS_AGENT_REQUEST_MAX / 4 + 1, 60000), -E2BIG);
	stop();
}

static void a_death_is_told(void **state)
{
	(void)state;
	start(FD_NONE);
	kill(agent.pid, SIGKILL);
	assert_int_equal(call(OS_AGENT_SD_STOP, 1, 60000), -ECHILD);
	assert_int_equal(err.kind, ERR_CHILD);
	assert_string_equal(why(), "the runtime's agent was ended by signal 9");
	assert_int_equal(call(OS_AGENT_SD_STOP, 1, 60000), -ECHILD);
	assert_string_equal(why(), "the runtime's agent is gone");
	stop();
}

static void silence_is_not_waited_for(void **state)
{
	(void)state;
	start(FD_NONE);
	kill(agent.pid, SIGSTOP);
	assert_int_equal(call(OS_AGENT_SD_STOP, 1, 50), -ETIMEDOUT);
	assert_string_equal(why(), "the runtime's agent did not answer within 50 ms");
	stop();
	/* Nor is one that does not read. */
	start(FD_NONE);
	kill(agent.pid, SIGSTOP);
	assert_int_equal(call(OS_AGENT_SD_SET, 1 << 20, 50), -ETIMEDOUT);
	stop();
}

/* One who reaps whatever ends (run) may have been there first. */
static void reaped_by_another(void **state)
{
	(void)state;
	start(FD_NONE);
	kill(agent.pid, SIGKILL);
	assert_int_equal(waitpid(agent.pid, NULL, 0), agent.pid);
	assert_int_equal(call(OS_AGENT_SD_STOP, 1, 60000), -ECHILD);
	assert_string_equal(why(), "the runtime's agent ended");
	stop();
}

/* Bit n: descriptor n is open in the agent. */
static uint64_t descriptors(void)
{
	uint64_t mask = 0;
	char path[64];
	struct dirent *de;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)agent.pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((de = readdir(dir)))
		if (*de->d_name != '.')
			mask |= 1ULL << (atoi(de->d_name) & 63);
	closedir(dir);
	return mask;
}

static void it_gets_no_other_descriptor(void **state)
{
	int leak = dup(0), null = open("/dev/null", O_RDONLY); /* neither is close-on-exec */
	struct stat ours, its;
	char path[64];

	(void)state;
	assert_true(leak > 2 && null > 2);
	start(FD_NONE);
	call(OS_AGENT_SD_STOP, 1, 60000); /* it runs */
	assert_int_equal(descriptors(), 0xf);
	stop();
	start(null);
	call(OS_AGENT_SD_STOP, 1, 60000);
	assert_int_equal(descriptors(), 0x1f);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)agent.pid, OS_AGENT_EXTRA);
	assert_int_equal(stat(path, &its), 0);
	assert_int_equal(fstat(null, &ours), 0);
	assert_int_equal(its.st_rdev, ours.st_rdev);
	stop();
	close(leak);
	close(null);
}

/* A child that was cloned meanwhile has the socket too, until it executes something. */
static void a_copy_of_the_socket_is_of_no_use(void **state)
{
	auto_fd copy = FD_NONE;

	(void)state;
	start(FD_NONE);
	copy = dup(agent.fd);
	assert_true(copy >= 0);
	stop();
	assert_int_equal(send(copy, "", 1, MSG_NOSIGNAL), -1);
}

/* Also where there is no memfd, or no close_range. */
static void fallbacks_do_it_too(void **state)
{
	(void)state;
	assert_int_equal(os_fallback_force("memfd,close_range"), 0);
	it_gets_no_other_descriptor(state);
	assert_int_equal(os_fallback_force(""), 0);
}

static void it_ends_with_its_parent(void **state)
{
	int ends[2], status;
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		/* The agent's standard output is the pipe's end that keeps it open. */
		if (dup2(ends[1], 1) < 0 || os_agent_start(FD_NONE, &agent, &err) < 0)
			_exit(1);
		call(OS_AGENT_SD_STOP, 1, 60000);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], &c, 1), 0);
	close(ends[0]);
}

static void another_build_is_refused(void **state)
{
	char id[OS_AGENT_ID_LEN + 1] = "";
	auto_fd exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = os_agent_image(exe, "/x", os_agent_id, &err);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	memset(id, '0', OS_AGENT_ID_LEN);
	assert_int_equal(os_agent_image(exe, "/x", id, &err), -ESTALE);
	assert_string_equal(why(), "the agent in the runtime's file /x is another build's");
}

/* Nothing, no program, and a program that is cut: at its sections, which are at its end. */
static void files_without_an_agent(void **state)
{
	auto_fd null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	auto_fd script = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	auto_fd exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_fd cut = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	const int files[] = { null, script, cut };
	char head[4096];

	(void)state;
	assert_int_equal(read(exe, head, sizeof(head)), sizeof(head));
	assert_int_equal(write(cut, head, sizeof(head)), sizeof(head));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		assert_int_equal(os_agent_image(files[i], "/x", os_agent_id, &err), -ENOEXEC);
		assert_string_equal(why(), "there is no agent in the runtime's file /x");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_answers_all_requests),
		cmocka_unit_test(too_much_is_not_sent),
		cmocka_unit_test(a_death_is_told),
		cmocka_unit_test(silence_is_not_waited_for),
		cmocka_unit_test(reaped_by_another),
		cmocka_unit_test(it_gets_no_other_descriptor),
		cmocka_unit_test(a_copy_of_the_socket_is_of_no_use),
		cmocka_unit_test(fallbacks_do_it_too),
		cmocka_unit_test(it_ends_with_its_parent),
		cmocka_unit_test(another_build_is_refused),
		cmocka_unit_test(files_without_an_agent),
	};

	return cmocka_run_group_tests_name("os/agent", tests, NULL, NULL);
}
