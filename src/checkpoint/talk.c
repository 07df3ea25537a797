/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to CRIU and what it answers. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "checkpoint/swrk.h"

/* How often a silent CRIU is looked at, and how many looks in a row have to find it stuck. */
#define LOOK_MS    500
#define LOOKS_LOST 4

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

static int ended(struct err *e)
{
	return err_make(e, ERR_CHILD, EPIPE, "CRIU ended without an answer: unexpected EOF");
}

/* Its end of the socket tells nothing: what it has begun to restore holds that too. */
static bool is_gone(const struct criu *c)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == c->pid;
}

/* Until it says something, or is known to have nothing to say any more. */
static int await(struct criu *c, struct err *e)
{
	struct pollfd p = { .fd = c->sock, .events = POLLIN };
	bool gone = false;
	int lost = 0;

	while (lost < LOOKS_LOST) {
		int n = poll(&p, 1, gone ? 0 : LOOK_MS);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "wait for CRIU's answer");
		if (gone)
			return ended(e);
		gone = is_gone(c);
		if (n == 0)
			lost = c->is_stuck && c->is_stuck(c->data) ? lost + 1 : 0;
	}
	kill(c->pid, SIGKILL); /* our child, not yet waited for */
	return err_make(e, ERR_CHILD, ETIMEDOUT, "CRIU hangs: %s", c->stuck);
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
	int r = await(c, e);

	if (r < 0)
		return r;
	do
		n = recvmsg(c->sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, errno, "read CRIU's answer");
	if (n == 0)
		return ended(e);
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
