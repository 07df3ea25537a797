/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "proc/chan.h"
#include "tests/unit/test.h"

static struct chan ends[2];

static int open_pair(void **state)
{
	struct err e;

	(void)state;
	return chan_pair(ROLE_INIT, ends, &e);
}

static int close_pair(void **state)
{
	(void)state;
	chan_close(&ends[0]);
	chan_close(&ends[1]);
	return 0;
}

static void payload_and_descriptor_arrive(void **state)
{
	struct msg_begin m = { .uid = 42, .ignored_signals = 3 }, got = { 0 };
	auto_fd null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd = FD_NONE;
	struct err e;

	(void)state;
	assert_int_equal(chan_send(&ends[0], MSG_BEGIN, &m, FD_NONE, &e), 0);
	assert_int_equal(chan_expect(&ends[1], MSG_BEGIN, &got, NULL, &e), 0);
	assert_int_equal(got.uid, 42);
	assert_int_equal(got.ignored_signals, 3);
	assert_int_equal(chan_send(&ends[1], MSG_TTY, NULL, null, &e), 0);
	assert_int_equal(chan_expect(&ends[0], MSG_TTY, NULL, &fd, &e), 0);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void an_error_becomes_the_callers(void **state)
{
	struct err cause, e;
	char text[128];

	(void)state;
	err_sys(&cause, ENOENT, "open %s", "/x");
	err_wrap(&cause, "mounting");
	assert_int_equal(chan_send_error(&ends[1], &cause), 0);
	assert_int_equal(chan_expect(&ends[0], MSG_READY, NULL, NULL, &e), -ENOENT);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "mounting: open /x: no such file or directory");
}

static void an_error_is_looked_for_without_waiting(void **state)
{
	struct err cause, e;
	char text[128];

	(void)state;
	err_sys(&cause, ENOENT, "open %s", "/x");
	err_sys(&e, EPERM, "what the parent noticed");
	alarm(10);
	chan_log_sink(&ends[1], LOG_LEVEL_DEBUG, "init waits for BEGIN now");
	assert_false(chan_has_error(&ends[0], &e));
	assert_int_equal(e.errnum, EPERM);
	chan_log_sink(&ends[1], LOG_LEVEL_DEBUG, "init goes on");
	assert_int_equal(chan_send_error(&ends[1], &cause), 0);
	assert_true(chan_has_error(&ends[0], &e));
	alarm(0);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "open /x: no such file or directory");
}

static void end_of_file_has_a_kind(void **state)
{
	struct err e;

	(void)state;
	chan_close(&ends[1]);
	assert_int_equal(chan_expect(&ends[0], MSG_READY, NULL, NULL, &e), -EPIPE);
	assert_int_equal(e.kind, ERR_CHILD);
	assert_int_equal(chan_expect_eof(&ends[0], &e), 0);
}

static void another_message_is_named(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(chan_send(&ends[1], MSG_READY, NULL, FD_NONE, &e), 0);
	assert_true(chan_expect(&ends[0], MSG_HOOKS_REQUEST, NULL, NULL, &e) < 0);
	assert_int_equal(e.kind, ERR_PROTOCOL);
	assert_non_null(strstr(e.text, "expected HOOKS_REQUEST, got READY"));
}

static void a_role_says_only_what_it_may(void **state)
{
	struct err e;

	(void)state;
	assert_true(chan_send(&ends[1], MSG_BEGIN, NULL, FD_NONE, &e) < 0);
	assert_true(chan_send(&ends[1], MSG_TTY, NULL, FD_NONE, &e) < 0); /* without its descriptor */
	assert_true(chan_send(&ends[1], MSG_READY, NULL, 0, &e) < 0);     /* with one too many */
	assert_int_equal(e.kind, ERR_PROTOCOL);
}

/* What a peer that was taken over could send. */
static void raw_packets_are_refused(void **state)
{
	static const struct {
		uint32_t type;
		size_t len;
	} bad[] = {
		{ MSG_INVALID, 8 }, { MSG_TYPE_MAX, 8 }, { 4000000000u, 8 },
		{ MSG_READY, 4 },        /* shorter than its head */
		{ MSG_READY, 200 },      /* longer than its payload */
		{ MSG_BEGIN, 16 },       /* not for a parent */
		{ MSG_ERROR, 100 },      /* an error cut short */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char buf[512] = { 0 };
		struct err e;

		memcpy(buf, &bad[i].type, sizeof(bad[i].type));
		assert_int_equal(send(ends[1].fd, buf, bad[i].len, 0), bad[i].len);
		assert_true(chan_expect(&ends[0], MSG_READY, NULL, NULL, &e) < 0);
		assert_int_equal(e.kind, ERR_PROTOCOL);
	}
}

/* Where there is room for what may come alone. */
static void nothing_long_comes_in(void **state)
{
	struct msg_begin got = { 0 };
	char buf[4096] = { MSG_BEGIN };
	struct err e;

	(void)state;
	for (size_t len = 60; len <= sizeof(buf); len += 4) {
		assert_int_equal(send(ends[0].fd, buf, len, 0), len);
		assert_true(chan_expect(&ends[1], MSG_BEGIN, &got, NULL, &e) < 0);
		assert_int_equal(e.kind, ERR_PROTOCOL);
	}
}

static void a_damaged_error_is_not_believed(void **state)
{
	struct err cause, e;

	(void)state;
	err_make(&cause, ERR_SYS, EIO, "x");
	memset(cause.text, 'y', sizeof(cause.text)); /* no NUL anywhere */
	assert_int_equal(chan_send_error(&ends[1], &cause), 0);
	assert_int_equal(chan_expect(&ends[0], MSG_READY, NULL, NULL, &e), -EPROTO);
}

static char logged[64];

static void keep(void *data, enum log_level level, const char *msg)
{
	(void)data;
	snprintf(logged, sizeof(logged), "%d %s", (int)level, msg);
}

static void records_pass_on_the_way(void **state)
{
	struct err e;

	(void)state;
	log_set_sink(keep, NULL);
	chan_log_sink(&ends[1], LOG_LEVEL_WARNING, "careful");
	assert_int_equal(chan_send(&ends[1], MSG_READY, NULL, FD_NONE, &e), 0);
	assert_int_equal(chan_expect(&ends[0], MSG_READY, NULL, NULL, &e), 0);
	log_set_sink(NULL, NULL);
	assert_string_equal(logged, "2 careful");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
	const struct CMUnitTest tests[] = {
		T(payload_and_descriptor_arrive),
		T(an_error_becomes_the_callers),
		T(an_error_is_looked_for_without_waiting),
		T(end_of_file_has_a_kind),
		T(another_message_is_named),
		T(a_role_says_only_what_it_may),
		T(raw_packets_are_refused),
		T(nothing_long_comes_in),
		T(a_damaged_error_is_not_believed),
		T(records_pass_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
