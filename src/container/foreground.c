/* SPDX-License-Identifier: Apache-2.0 */
#include "container/foreground.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/timeline.h"
#include "container/notify.h"
#include "os/all_signals.h"
#include "os/exe.h"
#include "os/pidfd.h"
#include "term/term.h"

int foreground_init(struct foreground *f, bool no_subreaper, struct err *e)
{
	sigset_t set;

	f->signals = f->notify = FD_NONE;
	if (!no_subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return err_sys(e, errno, "prctl(PR_SET_CHILD_SUBREAPER)");
	/* SIGABRT too, by which systemd's watchdog asks for an end, and SIGSEGV: a fault of our own ends us all the same,
	 * since the kernel forces it past every mask. */
	os_signals_all(&set);
	if (os_signal_mask(SIG_BLOCK, &set, &f->old_mask) < 0)
		return err_sys(e, errno, "sigprocmask");
	f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (f->signals < 0) {
		int saved = errno;

		os_signal_mask(SIG_SETMASK, &f->old_mask, NULL);
		return err_sys(e, saved, "signalfd");
	}
	return 0;
}

void foreground_fini(struct foreground *f)
{
	struct signalfd_siginfo late;

	if (f->signals < 0)
		return;
	/* What came after the process's end was not for us, and would take its status from the caller. */
	while (f->ended && read(f->signals, &late, sizeof(late)) > 0)
		;
	fd_close(TAKE_FD(f->signals));
	os_signal_mask(SIG_SETMASK, &f->old_mask, NULL);
}

struct session {
	pid_t pid;
	int pidfd;
	bool have_relay, relay_done;
	struct term_relay relay;
	bool ended;
	int status;
};

/* Reaps everything that is ours: the process, and what the container left to its subreaper. */
static void reap(struct session *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == s->pid) {
			s->ended = true;
			s->status = status;
		}
	}
}

static void forward(const struct session *s, int sig)
{
	if (s->pidfd >= 0)
		os_pidfd_send_signal(s->pidfd, sig);
	else
		kill(s->pid, sig); /* not reaped yet: the number is still its own */
}

/* For what we wrote ourselves to a pipe that nobody reads: the container has nothing to do with it. */
static bool is_our_own(const struct signalfd_siginfo *si)
{
	return si->ssi_signo == SIGPIPE && si->ssi_pid == (uint32_t)getpid();
}

static void handle_signals(struct foreground *f, struct session *s)
{
	struct signalfd_siginfo si[4];
	ssize_t n = read(f->signals, si, sizeof(si));

	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(si[0]); i++) {
		int sig = (int)si[i].ssi_signo;

		if (sig == SIGCHLD)
			reap(s);
		else if (sig == SIGWINCH && s->have_relay)
			term_relay_resize(&s->relay);
		else if (sig != SIGWINCH && sig != SIGURG && !s->ended && !is_our_own(&si[i]))
			forward(s, sig);
	}
}

/* With nobody left to pass it to, it is for us. */
static bool is_told_to_end(const struct foreground *f)
{
	struct signalfd_siginfo si;
	bool told = false;

	while (read(f->signals, &si, sizeof(si)) > 0) {
		int sig = (int)si.ssi_signo;

		told |= (sig == SIGINT || sig == SIGQUIT || sig == SIGTERM || sig == SIGHUP) && os_signal_is_default(sig);
	}
	return told;
}

/* All of the output, for as long as its reader takes. */
static void drain(const struct foreground *f, struct term_relay *t)
{
	struct pollfd fds[2] = { { .fd = t->out, .events = POLLOUT }, { .fd = f->signals, .events = POLLIN } };

	if (term_relay_drain(t))
		return;
	term_relay_give_back_keys(t);
	do {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[1].revents && is_told_to_end(f))
			return;
	} while (!term_relay_drain(t));
}

static int turn(struct foreground *f, struct session *s, struct err *e)
{
	struct pollfd fds[6] = { { .fd = f->signals, .events = POLLIN },
				 { .fd = f->notify, .events = POLLIN },
				 { .fd = f->oom ? cgroup_watch_fd(f->oom) : FD_NONE, .events = POLLIN } };
	size_t n = 3;
	int r;

	if (s->have_relay && !s->relay_done)
		n += term_relay_poll(&s->relay, fds + 3);
	r = poll(fds, n, -1);
	if (r < 0)
		return errno == EINTR ? 0 : err_sys(e, errno, "poll");
	/* We stay, so we are the one to watch, as with runc. */
	if (fds[1].revents && notify_process(f->notify, getpid()))
		f->notify = FD_NONE;
	if (fds[2].revents)
		cgroup_watch_read(f->oom);
	if (n > 3) {
		r = term_relay_process(&s->relay, fds + 3, e);
		if (r < 0)
			return r;
		s->relay_done = r > 0;
	}
	handle_signals(f, s);
	return 0;
}

int foreground_wait(struct foreground *f, pid_t pid, int pidfd, int tty, int *ret_exit, struct err *e)
{
	struct session s = { .pid = pid, .pidfd = pidfd };
	int r = 0;
	TIMELINE("waiting for its end");

	if (tty >= 0) {
		r = term_relay_init(&s.relay, tty, STDIN_FILENO, STDOUT_FILENO, e);
		if (r < 0)
			return r;
		s.have_relay = true;
	}
	os_exe_drop();
	/* Whoever has ended by now: SIGCHLD has been blocked since before he was born, and waits to be read. */
	while (r == 0 && !s.ended)
		r = turn(f, &s, e);
	if (s.have_relay) {
		if (s.ended)
			drain(f, &s.relay);
		term_relay_fini(&s.relay);
	}
	f->ended = s.ended;
	if (r == 0)
		*ret_exit = WIFSIGNALED(s.status) ? 128 + WTERMSIG(s.status) : WEXITSTATUS(s.status);
	return r;
}
