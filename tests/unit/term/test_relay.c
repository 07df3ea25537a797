/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "term/term.h"
#include "tests/unit/test.h"

/* The host's side is two pipes; the container's is a pty. */
struct fixture {
	struct term_relay relay;
	int in[2], out[2], slave;
};

static void fixture_make(struct fixture *f)
{
	struct termios t;
	struct err e;
	int master;

	assert_int_equal(pipe(f->in), 0);
	assert_int_equal(pipe(f->out), 0);
	assert_int_equal(openpty(&master, &f->slave, NULL, NULL, NULL), 0);
	tcgetattr(f->slave, &t);
	cfmakeraw(&t);
	tcsetattr(f->slave, TCSANOW, &t);
	assert_int_equal(term_relay_init(&f->relay, master, f->in[0], f->out[1], &e), 0);
}

static void fixture_end(struct fixture *f)
{
	term_relay_fini(&f->relay);
	close(f->in[0]);
	close(f->in[1]);
	close(f->out[0]);
	close(f->out[1]);
	close(f->slave);
}

/* One turn of the caller's loop; -ETIME when nothing was ready. */
static int turn(struct term_relay *t, int timeout_ms)
{
	struct pollfd fds[3];
	size_t n = term_relay_poll(t, fds);
	struct err e;

	if (poll(fds, n, timeout_ms) == 0)
		return -ETIME;
	return term_relay_process(t, fds, &e);
}

static void bytes_go_both_ways(void **state)
{
	struct fixture f;
	char buf[64];

	(void)state;
	fixture_make(&f);
	assert_int_equal(write(f.in[1], "keys", 4), 4);
	while (turn(&f.relay, 50) == 0)
		;
	assert_int_equal(read(f.slave, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "keys", 4);
	assert_int_equal(write(f.slave, "text", 4), 4);
	while (turn(&f.relay, 50) == 0)
		;
	assert_int_equal(read(f.out[0], buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "text", 4);
	fixture_end(&f);
}

static void stuck_output_is_bounded_and_loses_nothing(void **state)
{
	struct fixture f;
	char block[1024], buf[4096];
	size_t sent = 0, got = 0;
	ssize_t n;

	(void)state;
	memset(block, 'x', sizeof(block));
	fixture_make(&f);
	fcntl(f.slave, F_SETFL, O_NONBLOCK);
	fcntl(f.out[0], F_SETFL, O_NONBLOCK);
	/* Nobody reads: pipe, buffer and pty fill up, and then nothing is ready, so nobody spins. */
	for (;;) {
		n = write(f.slave, block, sizeof(block));
		if (n > 0)
			sent += (size_t)n;
		if (turn(&f.relay, 20) == -ETIME && n <= 0)
			break;
	}
	assert_true(sent >= 65536);
	assert_int_equal(f.relay.len[1] > 0, 1);
	for (int idle = 0; idle < 3;) {
		n = read(f.out[0], buf, sizeof(buf));
		got += n > 0 ? (size_t)n : 0;
		idle = turn(&f.relay, 20) == -ETIME && n <= 0 ? idle + 1 : 0;
	}
	assert_int_equal(got, sent);
	fixture_end(&f);
}

/* A terminal says that it can be written to when it has room for a byte. */
static void stuck_terminal_does_not_block(void **state)
{
	int host_master, host, master, slave;
	char block[1000], buf[4096];
	size_t sent = 0, got = 0;
	struct term_relay t;
	struct termios raw;
	struct err e;
	ssize_t n;

	(void)state;
	memset(block, 'x', sizeof(block));
	assert_int_equal(openpty(&host_master, &host, NULL, NULL, NULL), 0);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	fcntl(slave, F_SETFL, O_NONBLOCK);
	assert_int_equal(term_relay_init(&t, master, host, host, &e), 0);
	alarm(20);
	do {
		n = write(slave, block, sizeof(block));
		sent += n > 0 ? (size_t)n : 0;
	} while (turn(&t, 20) != -ETIME || n > 0);
	assert_int_equal(fcntl(host, F_GETFL) & O_NONBLOCK, 0); /* the caller's */
	fcntl(host_master, F_SETFL, O_NONBLOCK);
	for (int idle = 0; idle < 3;) {
		n = read(host_master, buf, sizeof(buf));
		got += n > 0 ? (size_t)n : 0;
		idle = turn(&t, 20) == -ETIME && n <= 0 ? idle + 1 : 0;
	}
	alarm(0);
	assert_int_equal(got, sent);
	term_relay_fini(&t);
	assert_int_not_equal(fcntl(host, F_GETFD), -1);
	close(host);
	close(host_master);
	close(slave);
}

/* To open it once more makes another terminal. */
static void output_to_a_master_arrives(void **state)
{
	int other_master, other, master, slave, in[2];
	struct term_relay t;
	struct termios raw;
	char buf[8];
	struct err e;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(openpty(&other_master, &other, NULL, NULL, NULL), 0);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tcgetattr(other, &raw);
	cfmakeraw(&raw);
	tcsetattr(other, TCSANOW, &raw);
	assert_int_equal(term_relay_init(&t, master, in[0], other_master, &e), 0);
	assert_int_equal(write(slave, "text", 4), 4);
	while (turn(&t, 50) == 0)
		;
	fcntl(other, F_SETFL, O_NONBLOCK);
	assert_int_equal(read(other, buf, sizeof(buf)), 4);
	term_relay_fini(&t);
	close(in[0]);
	close(in[1]);
	close(other);
	close(other_master);
	close(slave);
}

static void hang_up_behind_stuck_output_does_not_spin(void **state)
{
	char block[1024] = { 0 };
	struct fixture f;
	ssize_t n;

	(void)state;
	fixture_make(&f);
	fcntl(f.slave, F_SETFL, O_NONBLOCK);
	do
		n = write(f.slave, block, sizeof(block));
	while (turn(&f.relay, 20) != -ETIME || n > 0);
	close(f.slave);
	f.slave = -1;
	assert_int_equal(turn(&f.relay, 20), -ETIME);
	fixture_end(&f);
}

static void closed_slave_ends_it_after_its_last_words(void **state)
{
	struct fixture f;
	char buf[64];
	int r;

	(void)state;
	fixture_make(&f);
	assert_int_equal(write(f.slave, "bye", 3), 3);
	close(f.slave);
	while ((r = turn(&f.relay, 1000)) == 0)
		;
	assert_int_equal(r, 1);
	assert_int_equal(read(f.out[0], buf, sizeof(buf)), 3);
	f.slave = -1;
	fixture_end(&f);
}

static void end_of_input_is_not_the_end(void **state)
{
	struct fixture f;
	char buf[64];

	(void)state;
	fixture_make(&f);
	assert_int_equal(write(f.in[1], "last", 4), 4);
	close(f.in[1]);
	while (turn(&f.relay, 50) == 0)
		;
	assert_true(f.relay.in_eof);
	assert_int_equal(turn(&f.relay, 20), -ETIME); /* does not spin on the closed end */
	assert_int_equal(read(f.slave, buf, sizeof(buf)), 4);
	assert_int_equal(write(f.slave, "still", 5), 5);
	while (turn(&f.relay, 50) == 0)
		;
	assert_int_equal(read(f.out[0], buf, sizeof(buf)), 5);
	f.in[1] = -1;
	fixture_end(&f);
}

static void broken_output_does_not_block_the_container(void **state)
{
	struct fixture f;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	fixture_make(&f);
	close(f.out[0]);
	f.out[0] = -1;
	for (int i = 0; i < 300; i++) {
		char block[1024] = { 0 };

		assert_int_equal(write(f.slave, block, sizeof(block)), sizeof(block));
		while (turn(&f.relay, 0) == 0)
			;
	}
	fixture_end(&f);
}

static void drain_takes_what_is_left(void **state)
{
	struct fixture f;
	char buf[64];

	(void)state;
	fixture_make(&f);
	assert_int_equal(write(f.slave, "one", 3), 3);
	assert_true(term_relay_drain(&f.relay)); /* the slave is still open: it returns all the same */
	assert_int_equal(read(f.out[0], buf, sizeof(buf)), 3);
	assert_int_equal(write(f.slave, "two", 3), 3);
	close(f.slave);
	f.slave = -1;
	assert_true(term_relay_drain(&f.relay));
	assert_int_equal(read(f.out[0], buf, sizeof(buf)), 3);
	fixture_end(&f);
}

static void drain_waits_for_a_slow_reader(void **state)
{
	struct fixture f;
	char block[1024], buf[4096];
	size_t sent = 0, got = 0;
	bool drained = false;
	ssize_t n;

	(void)state;
	memset(block, 'x', sizeof(block));
	fixture_make(&f);
	fcntl(f.slave, F_SETFL, O_NONBLOCK);
	do {
		n = write(f.slave, block, sizeof(block));
		sent += n > 0 ? (size_t)n : 0;
	} while (turn(&f.relay, 20) != -ETIME || n > 0);
	close(f.slave);
	f.slave = -1;
	for (int i = 0; i < 3; i++)
		assert_false(term_relay_drain(&f.relay));
	while (!drained) {
		got += (size_t)read(f.out[0], buf, sizeof(buf));
		drained = term_relay_drain(&f.relay);
	}
	fcntl(f.out[0], F_SETFL, O_NONBLOCK);
	while ((n = read(f.out[0], buf, sizeof(buf))) > 0)
		got += (size_t)n;
	assert_int_equal(got, sent);
	fixture_end(&f);
}

static void drain_ends_with_a_reader_that_is_gone(void **state)
{
	char block[1024] = { 0 };
	struct fixture f;
	ssize_t n;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	fixture_make(&f);
	fcntl(f.slave, F_SETFL, O_NONBLOCK);
	do
		n = write(f.slave, block, sizeof(block));
	while (turn(&f.relay, 20) != -ETIME || n > 0);
	assert_false(term_relay_drain(&f.relay));
	close(f.out[0]);
	f.out[0] = -1;
	assert_true(term_relay_drain(&f.relay));
	fixture_end(&f);
}

static void drain_leaves_one_who_goes_on_writing(void **state)
{
	struct fixture f;
	int null_fd, status;
	pid_t pid;

	(void)state;
	fixture_make(&f);
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(null_fd >= 0);
	f.relay.out = f.relay.callers_out = null_fd;
	pid = fork();
	if (pid == 0) {
		char block[4096] = { 0 };

		while (write(f.slave, block, sizeof(block)) > 0)
			;
		_exit(0);
	}
	for (size_t before = 1; before != f.relay.drained && f.relay.drained < 1 << 20;) {
		struct pollfd p = { .fd = f.relay.master, .events = POLLIN };

		before = f.relay.drained;
		assert_int_equal(poll(&p, 1, 5000), 1);
		assert_true(term_relay_drain(&f.relay));
	}
	assert_true(f.relay.drained >= 1 << 20);
	assert_true(term_relay_drain(&f.relay)); /* there is more, and it is not for us */
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(null_fd);
	fixture_end(&f);
}

static void host_terminal_goes_raw_and_back(void **state)
{
	struct winsize ws = { .ws_row = 30, .ws_col = 90 };
	int host_master, host, master, slave;
	struct termios before, during, after, inner;
	struct term_relay t;
	struct err e;

	(void)state;
	assert_int_equal(openpty(&host_master, &host, NULL, NULL, &ws), 0);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tcgetattr(host, &before);
	assert_int_equal(term_relay_prepare(master, host, host, &e), 0);
	assert_int_equal(term_relay_init(&t, master, host, host, &e), 0);
	tcgetattr(host, &during);
	assert_false(during.c_lflag & (ICANON | ECHO | ISIG));
	assert_true(during.c_oflag & OPOST); /* or lines would come out as stairs */
	tcgetattr(slave, &inner);
	assert_false(inner.c_oflag & ONLCR);
	memset(&ws, 0, sizeof(ws));
	ioctl(slave, TIOCGWINSZ, &ws);
	assert_int_equal(ws.ws_row, 30);
	ws.ws_col = 132;
	ioctl(host, TIOCSWINSZ, &ws);
	term_relay_resize(&t);
	memset(&ws, 0, sizeof(ws));
	ioctl(slave, TIOCGWINSZ, &ws);
	assert_int_equal(ws.ws_col, 132);
	term_relay_give_back_keys(&t);
	tcgetattr(host, &after);
	assert_int_equal(after.c_lflag, during.c_lflag | ISIG);
	assert_int_equal(after.c_iflag, during.c_iflag);
	term_relay_fini(&t);
	tcgetattr(host, &after);
	assert_int_equal(after.c_lflag, before.c_lflag);
	assert_int_equal(after.c_iflag, before.c_iflag);
	assert_int_equal(fcntl(master, F_GETFD), -1); /* it was ours */
	assert_int_equal(fcntl(host, F_GETFL) & O_NONBLOCK, 0);
	term_relay_fini(&t); /* again: harmless */
	close(host);
	close(host_master);
	close(slave);
}

static void zeroed_relay_can_be_ended(void **state)
{
	struct term_relay t = { 0 };

	(void)state;
	term_relay_fini(&t);
	assert_int_not_equal(fcntl(0, F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_both_ways),
		cmocka_unit_test(stuck_output_is_bounded_and_loses_nothing),
		cmocka_unit_test(stuck_terminal_does_not_block),
		cmocka_unit_test(output_to_a_master_arrives),
		cmocka_unit_test(hang_up_behind_stuck_output_does_not_spin),
		cmocka_unit_test(closed_slave_ends_it_after_its_last_words),
		cmocka_unit_test(end_of_input_is_not_the_end),
		cmocka_unit_test(broken_output_does_not_block_the_container),
		cmocka_unit_test(drain_takes_what_is_left),
		cmocka_unit_test(drain_waits_for_a_slow_reader),
		cmocka_unit_test(drain_ends_with_a_reader_that_is_gone),
		cmocka_unit_test(drain_leaves_one_who_goes_on_writing),
		cmocka_unit_test(host_terminal_goes_raw_and_back),
		cmocka_unit_test(zeroed_relay_can_be_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
