/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "os/unix_socket.h"
#include "sec/seccomp.h"

/* The descriptor travels with the first byte; a reader that takes one message gets both. */
static ssize_t send_with_fd(int sock, const char *text, size_t len, int fd)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)text, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int seccomp_notify_send(const char *path, const char *text, size_t len, int fd, struct err *e)
{
	auto_fd sock = os_unix_connect(SOCK_STREAM, path);
	ssize_t n;

	if (sock < 0)
		return err_sys(e, -sock, "failed to connect with seccomp agent specified in the "
			       "seccomp profile: %s", path);
	n = send_with_fd(sock, text, len, fd);
	/* Cut by a signal, the text goes on without the descriptor, which is there already. */
	while (n >= 0 && (size_t)n < len) {
		text += n;
		len -= (size_t)n;
		n = send(sock, text, len, MSG_NOSIGNAL);
		if (n < 0)
			n = errno == EINTR ? 0 : -errno;
	}
	if (n < 0)
		return err_sys(e, (int)-n, "cannot send seccomp fd to %s", path);
	return 0;
}
