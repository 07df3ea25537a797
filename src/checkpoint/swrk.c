/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/swrk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "os/all_signals.h"
#include "os/pidfd.h"

#define SOCKET_FD 3
/* Sources for the child's dup2() stand here, so that none is where another goes. */
#define PARK_FD 64

/* ---- a child that can say why it failed ---- */

struct child {
	int (*fn)(void *data, struct err *e);
	void *data;
};

static _Noreturn void child_main(const struct child *c, int report)
{
	struct err e;

	err_init(&e);
	/* Nobody else reads it: what cannot be told is seen by the exit status. */
	if (c->fn(c->data, &e) < 0 && io_write_all(report, &e, sizeof(e)) == 0)
		_exit(1);
	_exit(err_is_set(&e));
}

static int child_reap(pid_t pid, int report, struct err *e)
{
	struct err said;
	int status = 0;
	ssize_t n = io_read_full(report, &said, sizeof(said));

	if (n == 0)
		return 0;
	os_wait_child(pid, &status);
	if (n == (ssize_t)sizeof(said) && err_is_valid(&said)) {
		*e = said;
		return e->errnum ? -e->errnum : -EIO;
	}
	return err_make(e, ERR_CHILD, EIO, "a child process failed and did not say why");
}

/* Until the child has failed, ended, or become another program. */
static int child_start(const struct child *c, pid_t *ret_pid, struct err *e)
{
	int ends[2], r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	pid = fork();
	if (pid == 0)
		child_main(c, ends[1]);
	r = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err_sys(e, r, "fork");
	}
	r = child_reap(pid, ends[0], e);
	close(ends[0]);
	if (r == 0)
		*ret_pid = pid;
	return r;
}

int criu_own_mounts(struct err *e)
{
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(e, errno, "unshare the mount namespace");
	/* What is mounted on the host meanwhile still shows here; nothing goes the other way. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_sys(e, errno, "set the propagation of the mount namespace");
	return 0;
}

static int in_own_mounts(void *data, struct err *e)
{
	const struct child *c = data;
	int r = criu_own_mounts(e);

	return r < 0 ? r : c->fn(c->data, e);
}

int criu_in_own_mounts(int (*fn)(void *data, struct err *e), void *data, struct err *e)
{
	struct child inner = { fn, data }, outer = { in_own_mounts, &inner };
	int status = 0, r;
	pid_t pid;

	r = child_start(&outer, &pid, e);
	if (r < 0)
		return r;
	r = os_wait_child(pid, &status);
	if (r < 0)
		return err_sys(e, -r, "wait for a child process");
	if (status != 0)
		return err_make(e, ERR_CHILD, EIO, "a child process failed and did not say why");
	return 0;
}

/* ---- becoming CRIU ---- */

struct becoming {
	const struct criu_start *s;
	int sock;
};

static int reset_signals(struct err *e)
{
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		os_signal_default(sig);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? err_sys(e, errno, "sigprocmask") : 0;
}

static int null_stdio(struct err *e)
{
	auto_fd null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_sys(e, errno, "open /dev/null");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return err_sys(e, errno, "dup2");
	return 0;
}

static int give_fds(const struct becoming *b, struct err *e)
{
	int parked[16];
	size_t n = b->s->n_fds + 1;

	if (n > ARRAY_SIZE(parked))
		return err_make(e, ERR_USAGE, E2BIG, "too many descriptors for CRIU");
	for (size_t i = 0; i < n; i++) {
		parked[i] = fcntl(i ? b->s->fds[i - 1] : b->sock, F_DUPFD_CLOEXEC, PARK_FD);
		if (parked[i] < 0)
			return err_sys(e, errno, "fcntl(F_DUPFD_CLOEXEC)");
	}
	for (size_t i = 0; i < n; i++)
		if (dup2(parked[i], SOCKET_FD + (int)i) < 0)
			return err_sys(e, errno, "dup2");
	return 0;
}

static int become_criu(void *data, struct err *e)
{
	static char criu[] = "criu", swrk[] = "swrk", fd[] = STRINGIFY(SOCKET_FD);
	static char *const argv[] = { criu, swrk, fd, NULL };
	const struct becoming *b = data;
	int r = b->s->prepare ? b->s->prepare(b->s->data, e) : 0;

	if (r == 0 && !b->s->own_stdio)
		r = null_stdio(e);
	if (r == 0)
		r = reset_signals(e);
	if (r == 0)
		r = give_fds(b, e);
	if (r < 0)
		return r;
	execvp(argv[0], argv);
	if (errno == ENOENT)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"exec: \"criu\": executable file not found in $PATH");
	return err_sys(e, errno, "exec: \"criu\"");
}

int criu_start(struct criu *c, const struct criu_start *s, struct err *e)
{
	struct becoming b = { .s = s };
	struct child child = { become_criu, &b };
	int ends[2], r;

	*c = (struct criu)CRIU_NONE;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(e, errno, "socketpair");
	c->sock = ends[0];
	b.sock = ends[1];
	r = child_start(&child, &c->pid, e);
	close(ends[1]); /* so that its end is an end of file for us */
	if (r == 0)
		r = criu_check_version(c, e);
	if (r < 0) {
		criu_end(c, NULL);
		return err_wrap(e, "CRIU version check failed");
	}
	return 0;
}

char criu_traced_state(const struct criu *c, struct procfs *proc, pid_t pid)
{
	static const char state[] = "\nState:\t", tracer[] = "\nTracerPid:\t";
	char path[32], text[4096], *s, *t;

	snprintf(path, sizeof(path), "%d/status", (int)pid);
	if (procfs_read_record(proc, path, text, sizeof(text)) < 0)
		return '\0';
	s = strstr(text, state);
	t = strstr(text, tracer);
	return s && t && atoi(t + sizeof(tracer) - 1) == c->pid ? s[sizeof(state) - 1] : '\0';
}

int criu_end(struct criu *c, int *ret_status)
{
	int status = 0, r = 0;

	fd_close(TAKE_FD(c->sock));
	if (c->pid > 0)
		r = os_wait_child(c->pid, &status);
	c->pid = 0;
	if (ret_status)
		*ret_status = status;
	return r;
}
