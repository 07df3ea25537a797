/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/swrk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
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
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sigaction(sig, &dfl, NULL);
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

static int check_version(struct criu *c, struct err *e)
{
	const struct criu_request req = { .type = CRIU_VERSION, .keep_open = true };
	struct criu_response resp;
	int r = criu_call(c, &req, NULL, NULL, &resp, e);

	if (r < 0)
		return r;
	c->version = (int)(resp.major * 10000 + resp.minor * 100 + resp.sublevel);
	/* Built from git: what will be the next minor version. */
	if (resp.from_git)
		c->version = (int)(resp.major * 10000 + (resp.minor + 1) * 100);
	log_debug("Using CRIU %d", c->version);
	if (c->version < CRIU_VERSION_MIN)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "CRIU version %d must be %d or higher",
				c->version, CRIU_VERSION_MIN);
	return 0;
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
		r = check_version(c, e);
	if (r < 0) {
		criu_end(c, NULL);
		return err_wrap(e, "CRIU version check failed");
	}
	return 0;
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

/* ---- the talk ---- */

static int send_request(struct criu *c, const struct criu_request *req, struct err *e)
{
	auto_str text;
	ssize_t n;

	str_init(&text);
	criu_request_encode(req, &text);
	if (str_failed(&text))
		return err_sys(e, ENOMEM, "building a request to CRIU");
	do
		n = send(c->sock, text.s, text.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(e, errno, "send a request to CRIU") : 0;
}

/* The first descriptor is for the caller; there is never a second one. */
static int take_fd(struct msghdr *msg)
{
	int fd = FD_NONE;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len; at += sizeof(int)) {
			int one;

			memcpy(&one, CMSG_DATA(c) + at, sizeof(int));
			if (fd < 0)
				fd = one;
			else
				close(one);
		}
	}
	return fd;
}

static int receive(struct criu *c, struct criu_response *ret, int *ret_fd, struct err *e)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(4 * sizeof(int))];
	} control;
	static char buf[40960];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	ssize_t n;

	do
		n = recvmsg(c->sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, errno, "read CRIU's answer");
	if (n == 0)
		return err_make(e, ERR_CHILD, EPIPE, "CRIU ended without an answer: unexpected EOF");
	*ret_fd = take_fd(&msg);
	if (msg.msg_flags & MSG_TRUNC || criu_response_decode(buf, (size_t)n, ret) < 0) {
		fd_close(TAKE_FD(*ret_fd));
		return err_make(e, ERR_PROTOCOL, EBADMSG, "unable to parse CRIU's answer");
	}
	return 0;
}

static int failed(const struct criu_response *resp, struct err *e)
{
	return err_make(e, ERR_CHILD, resp->cr_errno ? (int)resp->cr_errno : EIO,
			"criu failed: type %s errno %llu", criu_type_name(resp->type),
			(unsigned long long)resp->cr_errno);
}

/* CRIU waits for our word. On a bad one it undoes its work and then says that it failed, which is
 * not the news. */
static int notified(struct criu *c, const struct criu_response *resp, int *fd, criu_notify_fn fn,
		    void *data, struct err *e)
{
	struct criu_request reply = { .type = CRIU_NOTIFY, .notify_success = { .set = true } };
	struct criu_response rest;
	struct err unheard;
	int r;

	log_debug("notify: %s", resp->script);
	r = fn ? fn(data, resp, fd, e) : 0;
	fd_close(TAKE_FD(*fd));
	reply.notify_success.v = r == 0;
	if (r == 0)
		return send_request(c, &reply, e);
	err_init(&unheard);
	if (send_request(c, &reply, &unheard) == 0 && receive(c, &rest, fd, &unheard) == 0)
		fd_close(TAKE_FD(*fd));
	return r;
}

int criu_call(struct criu *c, const struct criu_request *req, criu_notify_fn fn, void *data,
	      struct criu_response *ret, struct err *e)
{
	int r = send_request(c, req, e);

	while (r == 0) {
		int fd = FD_NONE;

		r = receive(c, ret, &fd, e);
		if (r == 0 && ret->success && ret->type == CRIU_NOTIFY) {
			r = notified(c, ret, &fd, fn, data, e);
			continue;
		}
		fd_close(fd);
		if (r == 0 && !ret->success)
			return failed(ret, e);
		if (r == 0 && ret->type != req->type)
			return err_make(e, ERR_PROTOCOL, EBADMSG, "unable to parse CRIU's answer: type %s",
					criu_type_name(ret->type));
		break;
	}
	return r;
}

int criu_check_features(struct criu *c, bool mem_track, bool lazy_pages, struct err *e)
{
	const struct criu_request req = {
		.type = CRIU_FEATURE_CHECK, .keep_open = true,
		.mem_track = mem_track, .lazy_pages = lazy_pages,
	};
	struct criu_response resp;
	int r = criu_call(c, &req, NULL, NULL, &resp, e);

	if (r < 0)
		return err_wrap(e, "CRIU feature check failed");
	if (mem_track && !resp.mem_track)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "criu is missing features: [MemTrack]");
	if (lazy_pages && !resp.lazy_pages)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "criu is missing features: [LazyPages]");
	return 0;
}
