/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "term/term.h"

enum { TO_MASTER, TO_OUT };
enum { POLL_IN, POLL_MASTER, POLL_OUT, POLL_COUNT };

/* What a finished container may leave in its pty is far less; a background process that goes on
 * writing must not hold us. */
#define DRAIN_MAX (1u << 20)

/* Of a terminal that has none, which is one of a program's own, nothing is known: consoleSize stays. */
static void copy_size(int master, int in, int out)
{
	struct winsize ws;

	if ((ioctl(in, TIOCGWINSZ, &ws) == 0 || ioctl(out, TIOCGWINSZ, &ws) == 0) && (ws.ws_row || ws.ws_col))
		(void)ioctl(master, TIOCSWINSZ, &ws);
}

int term_relay_prepare(int master, int in, int out, struct err *e)
{
	struct termios t;

	if (tcgetattr(master, &t) < 0)
		return err_sys(e, errno, "clear ONLCR of the console");
	t.c_oflag &= ~(tcflag_t)ONLCR;
	if (tcsetattr(master, TCSANOW, &t) < 0)
		return err_sys(e, errno, "clear ONLCR of the console");
	copy_size(master, in, out);
	return 0;
}

/* Keys go to the container as they are; OPOST stays, since the host's side now adds the \r. */
static int make_raw(struct term_relay *t)
{
	struct termios raw;

	if (tcgetattr(t->in, &t->saved) < 0)
		return 0; /* not a terminal */
	raw = t->saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST;
	if (tcsetattr(t->in, TCSANOW, &raw) < 0)
		return -errno;
	t->have_saved = true;
	return 0;
}

/*
 * After POLLOUT a pipe has room for PIPE_BUF, a terminal for a byte: who must not wait needs O_NONBLOCK, which is
 * the open file's and so the caller's, too. This is the same terminal, opened by ourselves; the caller's file where
 * that cannot be had (another user's terminal), and for the master of a pty, which would be another one.
 */
static int open_out(int out)
{
	char link[sizeof("/proc/self/fd/-2147483648")];
	int pty, fd;

	if (!isatty(out) || ioctl(out, TIOCGPTN, &pty) == 0)
		return out;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", out);
	fd = open(link, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? out : fd;
}

int term_relay_init(struct term_relay *t, int master, int in, int out, struct err *e)
{
	int flags = fcntl(master, F_GETFL), r;

	*t = (struct term_relay){ .in = in, .out = out, .callers_out = out };
	if (flags < 0 || fcntl(master, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_sys(e, errno, "set up the console");
	r = make_raw(t);
	if (r < 0)
		return err_sys(e, -r, "failed to set the terminal from the stdin");
	t->out = open_out(out);
	t->master = master;
	return 0;
}

void term_relay_fini(struct term_relay *t)
{
	if (t->have_saved)
		tcsetattr(t->in, TCSANOW, &t->saved);
	t->have_saved = false;
	if (t->out != t->callers_out)
		fd_close(t->out);
	t->out = t->callers_out;
	if (t->master > 0) /* 0: zeroed, never initialised */
		fd_close(t->master);
	t->master = 0;
}

/* An idle end is not polled at all: poll(2) would tell of its hang-up over and over. */
size_t term_relay_poll(const struct term_relay *t, struct pollfd *fds)
{
	short master = (short)((t->len[TO_OUT] ? 0 : POLLIN) | (t->len[TO_MASTER] ? POLLOUT : 0));

	fds[POLL_IN] = (struct pollfd){
		.fd = t->in_eof || t->len[TO_MASTER] ? -1 : t->in,
		.events = POLLIN,
	};
	fds[POLL_MASTER] = (struct pollfd){ .fd = master ? t->master : -1, .events = master };
	fds[POLL_OUT] = (struct pollfd){ .fd = t->len[TO_OUT] ? t->out : -1, .events = POLLOUT };
	return POLL_COUNT;
}

/* Bytes read into the empty buffer, 0 at the end, -EAGAIN when there is nothing. */
static ssize_t fill(struct term_relay *t, int which, int fd)
{
	ssize_t n = read(fd, t->buf[which], sizeof(t->buf[which]));

	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	t->pos[which] = 0;
	t->len[which] = (size_t)n;
	return n;
}

/*
 * One write of what is left, by what a pipe takes without a wait: it may be the caller's open file (open_out()). An
 * end that is gone takes no more, and what was meant for it is dropped.
 */
static void flush(struct term_relay *t, int which, int fd)
{
	size_t len = t->len[which] < PIPE_BUF ? t->len[which] : PIPE_BUF;
	ssize_t n = write(fd, t->buf[which] + t->pos[which], len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0)
		n = (ssize_t)t->len[which];
	t->pos[which] += (size_t)n;
	t->len[which] -= (size_t)n;
}

int term_relay_process(struct term_relay *t, const struct pollfd *fds, struct err *e)
{
	ssize_t n;

	if (fds[POLL_IN].fd >= 0 && fds[POLL_IN].revents) {
		n = fill(t, TO_MASTER, t->in);
		if (n == 0 || (n < 0 && n != -EAGAIN))
			t->in_eof = true; /* EIO: the host's terminal is gone */
	}
	if (fds[POLL_OUT].fd >= 0 && fds[POLL_OUT].revents)
		flush(t, TO_OUT, t->out);
	if (fds[POLL_MASTER].fd < 0 || !fds[POLL_MASTER].revents)
		return 0;
	if (t->len[TO_MASTER] && fds[POLL_MASTER].revents & (POLLOUT | POLLHUP | POLLERR))
		flush(t, TO_MASTER, t->master);
	if (t->len[TO_OUT] || !(fds[POLL_MASTER].revents & (POLLIN | POLLHUP | POLLERR)))
		return 0;
	n = fill(t, TO_OUT, t->master);
	if (n == 0 || n == -EIO) /* EIO: nobody has the slave open */
		return 1;
	if (n < 0 && n != -EAGAIN)
		return err_sys(e, (int)-n, "read from the console");
	return 0;
}

bool term_relay_drain(struct term_relay *t)
{
	while (t->drained < DRAIN_MAX) {
		while (t->len[TO_OUT]) {
			if (poll(&(struct pollfd){ .fd = t->out, .events = POLLOUT }, 1, 0) <= 0)
				return false;
			flush(t, TO_OUT, t->out);
		}
		if (fill(t, TO_OUT, t->master) <= 0)
			return true;
		t->drained += t->len[TO_OUT];
	}
	return true;
}

void term_relay_give_back_keys(const struct term_relay *t)
{
	struct termios now;

	if (!t->have_saved || tcgetattr(t->in, &now) < 0)
		return;
	now.c_lflag |= t->saved.c_lflag & ISIG;
	tcsetattr(t->in, TCSANOW, &now);
}

void term_relay_resize(const struct term_relay *t)
{
	copy_size(t->master, t->in, t->out);
}
