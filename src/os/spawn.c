/* SPDX-License-Identifier: Apache-2.0 */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "os/all_signals.h"
#include "os/feature.h"
#include "os/pidfd.h"

/* Where a pipe's end is: [0] the child's stdin, [1] its stdout, [2] its stderr. */
struct spawn_pipes {
	int child[3], parent[3];
};

/* What the child says before it execs; it shares our memory until then (vfork). */
struct spawn_report {
	int errnum;
	bool at_chdir;
};

struct spawn_run {
	const struct spawn *s;
	struct spawn_pipes pipes;
	pid_t pid;
	int pidfd;
	size_t sent, have[2]; /* [0] stdout, [1] stderr */
	int64_t deadline;     /* ms, CLOCK_MONOTONIC; -1: none */
};

/* Without pidfd_open (Linux 5.3) the child's end is looked for this often. */
#define LOOK_MS 10

/* How far the loop for kernels without close_range(2) (5.9) goes when the limit is sky-high. */
#define CLOSE_MAX (1 << 20)

static void pipes_close(struct spawn_pipes *p)
{
	for (size_t i = 0; i < 3; i++) {
		cleanup_fd(&p->child[i]);
		cleanup_fd(&p->parent[i]);
	}
}

/* dup2() onto 0-2 in the child must find none of its sources there. */
static int above_stdio(int *fd)
{
	int up;

	if (*fd > 2)
		return 0;
	up = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (up < 0)
		return -errno;
	close(*fd);
	*fd = up;
	return 0;
}

/*
 * All three are pipes, also when nobody wants the content: /dev/null is a path, and in a
 * container's root a path is whatever the image made of it (CVE-2025-31133).
 */
static int pipes_open(struct spawn_pipes *p, const int *output)
{
	for (size_t i = 0; i < 3; i++) {
		int ends[2], r;

		if (output && i > 0 && output[i - 1] >= 0) {
			p->child[i] = fcntl(output[i - 1], F_DUPFD_CLOEXEC, 3);
			if (p->child[i] < 0)
				return -errno;
			continue;
		}
		if (pipe2(ends, O_CLOEXEC) < 0)
			return -errno;
		p->child[i] = ends[i == 0 ? 0 : 1];
		p->parent[i] = ends[i == 0 ? 1 : 0];
		r = above_stdio(&p->child[i]);
		if (r == 0)
			r = above_stdio(&p->parent[i]);
		if (r < 0)
			return r;
		if (fcntl(p->parent[i], F_SETFL, O_NONBLOCK) < 0)
			return -errno;
	}
	return 0;
}

/* Not os_close_from(): its fallback reads a directory, and allocates, in our parent's memory. */
void os_child_close_from(unsigned first)
{
	struct rlimit lim = { .rlim_cur = CLOSE_MAX };

	if (!os_fallback_forced(OS_CLOSE_RANGE) && syscall(SYS_close_range, first, ~0u, 0u) == 0)
		return;
	getrlimit(RLIMIT_NOFILE, &lim);
	for (int fd = (int)first; fd < CLOSE_MAX && (rlim_t)fd < lim.rlim_cur; fd++)
		close(fd);
}

/* Dispositions before the mask, so that no handler of ours ever runs here; ignored signals would
 * survive the exec (conmon ignores SIGPIPE). */
void os_child_begin(void)
{
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		os_signal_default(sig);
	setpgid(0, 0);
}

pid_t os_vfork(void (*child)(void *), void *arg)
{
	sigset_t all, saved;
	int saved_errno;
	pid_t pid;

	os_signals_all(&all);
	os_signal_mask(SIG_BLOCK, &all, &saved);
	pid = vfork();
	if (pid == 0) {
		child(arg);
		_exit(127);
	}
	saved_errno = errno;
	os_signal_mask(SIG_SETMASK, &saved, NULL);
	return pid < 0 ? -saved_errno : pid;
}

struct child {
	const struct spawn *s;
	const int *fds;
	volatile struct spawn_report report;
};

/* After vfork(): nothing but system calls. */
static void child_main(void *arg)
{
	static char *const no_env[] = { NULL };
	struct child *c = arg;
	const struct spawn *s = c->s;
	sigset_t none;

	sigemptyset(&none);
	os_child_begin();
	for (int i = 0; i < 3; i++)
		if (dup2(c->fds[i], i) < 0)
			goto fail;
	os_child_close_from(3);
	if (s->cwd && chdir(s->cwd) < 0) {
		c->report.at_chdir = true;
		goto fail;
	}
	os_signal_mask(SIG_SETMASK, &none, NULL);
	execve(s->path, s->argv, s->envp ? s->envp : no_env);
fail:
	c->report.errnum = errno;
}

/* vfork: no copy of our page tables, and the cause of a failed exec needs no pipe. */
static int start(struct spawn_run *run, struct err *e)
{
	struct child c = { .s = run->s, .fds = run->pipes.child };
	pid_t pid = os_vfork(child_main, &c);

	if (pid < 0)
		return err_sys(e, -pid, "fork");
	if (c.report.errnum) {
		os_wait_child(pid, &(int){ 0 });
		return c.report.at_chdir ? err_sys(e, c.report.errnum, "chdir %s", run->s->cwd) :
					   err_sys(e, c.report.errnum, "fork/exec %s", run->s->path);
	}
	run->pid = pid;
	run->pidfd = os_pidfd_open(pid);
	return 0;
}

/* SIGPIPE is blocked by now; EPIPE: it does not care for its input, and need not. */
static void feed(struct spawn_run *run)
{
	const struct spawn *s = run->s;
	ssize_t n = 0;

	while (run->sent < s->input_len) {
		n = write(run->pipes.parent[0], (const char *)s->input + run->sent,
			  s->input_len - run->sent);
		if (n < 0)
			break;
		run->sent += (size_t)n;
	}
	if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		cleanup_fd(&run->pipes.parent[0]);
}

/* i: 0 stdout, 1 stderr. Reads what is there; what the buffer has no room for is dropped. */
static void collect(struct spawn_run *run, size_t i)
{
	char *buf = i ? run->s->err : run->s->out;
	size_t size = i ? run->s->err_size : run->s->out_size, room;
	int *fd = &run->pipes.parent[1 + i];
	char chunk[4096];

	/* Bounded, so that one who never stops writing cannot hold us past the deadline. */
	for (int rounds = 0; *fd >= 0 && rounds < 64; rounds++) {
		ssize_t n = read(*fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			cleanup_fd(fd);
			return;
		}
		room = buf && size ? size - 1 - run->have[i] : 0;
		if ((size_t)n < room)
			room = (size_t)n;
		if (room)
			memcpy(buf + run->have[i], chunk, room);
		run->have[i] += room;
		if (buf && size)
			buf[run->have[i]] = '\0';
	}
}

/* The terminal does not signal them: their group is their own. */
static void pass_signals(const struct spawn_run *run)
{
	const struct timespec now = { 0 };
	int sig;

	while ((sig = sigtimedwait(&run->s->signals->set, NULL, &now)) > 0) {
		run->s->signals->passed |= UINT64_C(1) << sig;
		kill(-run->pid, sig);
	}
}

/* 1 when the child has ended, by its pidfd or else by asking. It stays a zombie. */
static int ended(const struct spawn_run *run)
{
	siginfo_t si = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)run->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno == EINTR ? 0 : -errno;
	return si.si_pid != 0;
}

static int poll_timeout(const struct spawn_run *run)
{
	int64_t left = -1;

	if (run->deadline >= 0) {
		left = run->deadline - now_ms();
		if (left < 0)
			left = 0;
	}
	if (run->pidfd < 0 && (left < 0 || left > LOOK_MS))
		left = LOOK_MS;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

/*
 * Until the child itself has ended: what it left running in the background may keep its pipes
 * and is not waited for. -ETIMEDOUT at the deadline.
 */
static int serve(struct spawn_run *run)
{
	for (;;) {
		struct pollfd fds[5] = {
			{ .fd = run->pipes.parent[0], .events = POLLOUT },
			{ .fd = run->pipes.parent[1], .events = POLLIN },
			{ .fd = run->pipes.parent[2], .events = POLLIN },
			{ .fd = run->pidfd, .events = POLLIN },
			{ .fd = run->s->signals ? run->s->signals->fd : FD_NONE, .events = POLLIN },
		};
		int r = poll(fds, ARRAY_SIZE(fds), poll_timeout(run));

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r > 0 && fds[0].revents)
			feed(run);
		for (size_t i = 0; i < 2; i++)
			if (r > 0 && fds[1 + i].revents)
				collect(run, i);
		if (r > 0 && fds[4].revents)
			pass_signals(run);
		if (run->pidfd < 0 || (r > 0 && fds[3].revents)) {
			r = ended(run);
			if (r)
				break;
		}
		if (run->deadline >= 0 && now_ms() >= run->deadline)
			return -ETIMEDOUT;
	}
	collect(run, 0);
	collect(run, 1);
	return 0;
}

static int run_to_end(struct spawn_run *run, int *ret_status, struct err *e)
{
	int status = 0, r, w;

	if (run->s->input && run->s->input_len)
		feed(run);
	else
		cleanup_fd(&run->pipes.parent[0]);
	r = serve(run);
	if (r < 0) {
		kill(-run->pid, SIGKILL); /* its own group, and unreaped: the number is still its */
		kill(run->pid, SIGKILL);
	}
	w = os_wait_child(run->pid, &status);
	if (r == -ETIMEDOUT)
		return err_make(e, ERR_CHILD, ETIMEDOUT, "%s ran past its timeout of %lld ms",
				run->s->path, (long long)run->s->timeout_ms);
	if (r < 0 || w < 0)
		return err_sys(e, r < 0 ? -r : -w, "wait for %s", run->s->path);
	*ret_status = status;
	return 0;
}

/* Blocks SIGPIPE for this thread and takes back the one that our write may have caused. */
static void sigpipe_block(sigset_t *pipe_set, bool *was_pending, sigset_t *saved)
{
	sigset_t pending;

	sigemptyset(pipe_set);
	sigaddset(pipe_set, SIGPIPE);
	sigpending(&pending);
	*was_pending = sigismember(&pending, SIGPIPE);
	os_signal_mask(SIG_BLOCK, pipe_set, saved);
}

static void sigpipe_restore(const sigset_t *pipe_set, bool was_pending, const sigset_t *saved)
{
	const struct timespec now = { 0 };

	if (!was_pending)
		while (sigtimedwait(pipe_set, NULL, &now) < 0 && errno == EINTR)
			;
	os_signal_mask(SIG_SETMASK, saved, NULL);
}

int os_spawn(const struct spawn *s, int *ret_status, struct err *e)
{
	struct spawn_run run = {
		.s = s,
		.pipes = { { FD_NONE, FD_NONE, FD_NONE }, { FD_NONE, FD_NONE, FD_NONE } },
		.pidfd = FD_NONE,
		.deadline = s->timeout_ms < 0 ? -1 : now_ms() + s->timeout_ms,
	};
	sigset_t pipe_set, saved;
	uint64_t passed = s->signals ? s->signals->passed : 0;
	bool was_pending;
	int r;

	if (s->out && s->out_size)
		s->out[0] = '\0';
	if (s->err && s->err_size)
		s->err[0] = '\0';
	sigpipe_block(&pipe_set, &was_pending, &saved);
	r = pipes_open(&run.pipes, s->output);
	if (r < 0)
		err_sys(e, -r, "pipe for %s", s->path);
	else
		r = start(&run, e);
	if (r == 0) {
		for (size_t i = 0; i < 3; i++)
			cleanup_fd(&run.pipes.child[i]);
		r = run_to_end(&run, ret_status, e);
	}
	fd_close(run.pidfd);
	pipes_close(&run.pipes);
	if (s->signals && (r < 0 || *ret_status))
		s->signals->passed = passed;
	sigpipe_restore(&pipe_set, was_pending, &saved);
	return r;
}
