/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cli/streams.h"
#include "tests/unit/test.h"

#define LENGTH 300000 /* more than a pipe holds */

static char text[LENGTH];
static int ends[2];

static void later(void)
{
	const struct timespec t = { .tv_nsec = 50000000 };

	nanosleep(&t, NULL);
}

/* A pipe whose end does not block. */
static void open_pipe(int end)
{
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[end], F_SETFL, O_NONBLOCK), 0);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
}

static void child_was_content(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_slow_reader_gets_everything(void **state)
{
	pid_t pid;

	(void)state;
	open_pipe(1);
	pid = fork();
	if (pid == 0) {
		auto_free char *got = malloc(LENGTH + 1);

		close(ends[1]);
		later();
		_exit(!got || io_read_full(ends[0], got, LENGTH + 1) != LENGTH || memcmp(got, text, LENGTH) != 0);
	}
	close(ends[0]);
	assert_int_equal(stream_write_all(ends[1], text, LENGTH), 0);
	close(ends[1]);
	child_was_content(pid);
}

static void a_late_writer_is_waited_for(void **state)
{
	auto_free char *got = NULL;
	size_t len = 0;
	pid_t pid;

	(void)state;
	open_pipe(0);
	pid = fork();
	if (pid == 0) {
		later();
		_exit(io_write_all(ends[1], text, LENGTH) < 0);
	}
	close(ends[1]);
	assert_int_equal(stream_read_document(ends[0], LENGTH, &got, &len), 0);
	assert_int_equal(len, LENGTH);
	assert_memory_equal(got, text, LENGTH);
	assert_int_equal(got[len], '\0');
	close(ends[0]);
	child_was_content(pid);
}

/* All at once, and a byte at a time, from a pipe that stays open. */
static void an_object_ends_where_it_is_closed(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "{}", 2 },
		{ " \t\r\n{}{}", 6 },
		{ "{\"a\": {\"b\": [{}, {}]}}\n", 22 },
		{ "{\"}\": \"{\\\"}\"}, x", 13 },
		{ "{\"\\\\\": 1}}", 9 },
		{ "{\"a\": [}]", 8 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		const char *want = cases[i / 2].text;
		auto_free char *got = NULL;
		size_t len = 0;
		pid_t pid;

		open_pipe(0);
		pid = fork();
		if (pid == 0) {
			for (const char *c = want; i % 2 && *c; c++)
				if (io_write_all(ends[1], c, 1) < 0 || usleep(1000) < 0)
					_exit(1);
			_exit(i % 2 == 0 && io_write_all(ends[1], want, strlen(want)) < 0);
		}
		assert_int_equal(stream_read_document(ends[0], LENGTH, &got, &len), 0);
		assert_int_equal(len, cases[i / 2].len);
		assert_memory_equal(got, want, len);
		assert_int_equal(got[len], '\0');
		child_was_content(pid);
		close(ends[0]);
		close(ends[1]);
	}
}

static void what_is_no_object_is_read_to_its_end(void **state)
{
	static const char *const cases[] = { "", " ", "[{}] x", "many}", "{\"a\": \"}\"", "\xef\xbb\xbf{} x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_free char *got = NULL;
		size_t len = 0;

		open_pipe(0);
		assert_int_equal(io_write_all(ends[1], cases[i], strlen(cases[i])), 0);
		close(ends[1]);
		assert_int_equal(stream_read_document(ends[0], LENGTH, &got, &len), 0);
		assert_string_equal(got, cases[i]);
		assert_int_equal(len, strlen(cases[i]));
		close(ends[0]);
	}
}

static void failures_are_failures(void **state)
{
	char *got = NULL;
	size_t len = 0;

	(void)state;
	open_pipe(1);
	close(ends[0]);
	assert_int_equal(stream_write_all(ends[1], text, 1), -EPIPE);
	close(ends[1]);
	assert_int_equal(stream_write_all(ends[1], text, 1), -EBADF);
	assert_int_equal(stream_read_document(ends[0], LENGTH, &got, &len), -EBADF);
	open_pipe(0);
	assert_int_equal(io_write_all(ends[1], text, 10), 0);
	close(ends[1]);
	assert_int_equal(stream_read_document(ends[0], 9, &got, &len), -EFBIG);
	close(ends[0]);
	assert_null(got);
}

static int ignore_sigpipe(void **state)
{
	(void)state;
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_reader_gets_everything),
		cmocka_unit_test(a_late_writer_is_waited_for),
		cmocka_unit_test(an_object_ends_where_it_is_closed),
		cmocka_unit_test(what_is_no_object_is_read_to_its_end),
		cmocka_unit_test(failures_are_failures),
	};

	return cmocka_run_group_tests_name("cli-streams", tests, ignore_sigpipe, NULL);
}
