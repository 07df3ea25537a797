/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>

#include "os/unix_socket.h"
#include "term/term.h"

int term_socket_connect(const char *dir, const char *name, struct err *e)
{
	bool below = dir && name[0] != '/';
	char path[PATH_MAX];
	int fd = -ENAMETOOLONG;

	if (snprintf(path, sizeof(path), "%s%s%s", below ? dir : "", below ? "/" : "", name) < (int)sizeof(path))
		fd = os_unix_connect(SOCK_STREAM, path);
	return fd < 0 ? err_sys(e, -fd, "dial unix %s: connect", path) : fd;
}

/*
 * Receivers take exactly one message with exactly one descriptor and no other control data; a
 * message without payload would lose the descriptor.
 */
int term_socket_send_fd(int sock, const char *payload, int fd, struct err *e)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { .buf = { 0 } };
	char text[4096];
	struct iovec iov = { .iov_base = text, .iov_len = strlen(payload) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	if (iov.iov_len == 0 || iov.iov_len >= sizeof(text))
		return err_sys(e, EINVAL, "send a descriptor");
	memcpy(text, payload, iov.iov_len);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, errno, "send the descriptor of %s", payload);
	return 0;
}
