/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "term/term.h"

/* *ret_dir: what the address begins at, when the path is too long for one. */
static int make_address(char *path, struct sockaddr_un *addr, int *ret_dir)
{
	size_t len = strlen(path);
	char *slash = strrchr(path, '/');
	int n;

	if (len < sizeof(addr->sun_path)) {
		memcpy(addr->sun_path, path, len + 1);
		return 0;
	}
	if (!slash || slash == path)
		return -ENAMETOOLONG;
	*slash = '\0';
	*ret_dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*slash = '/';
	if (*ret_dir < 0)
		return -errno;
	n = snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d%s", *ret_dir, slash);
	return n < (int)sizeof(addr->sun_path) ? 0 : -ENAMETOOLONG;
}

int term_socket_connect(const char *dir, const char *name, struct err *e)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	auto_fd fd = FD_NONE, parent = FD_NONE;
	bool below = dir && name[0] != '/';
	char path[PATH_MAX];
	int r = -ENAMETOOLONG;

	if (snprintf(path, sizeof(path), "%s%s%s", below ? dir : "", below ? "/" : "", name) < (int)sizeof(path))
		r = make_address(path, &addr, &parent);
	if (r < 0)
		return err_sys(e, -r, "dial unix %s: connect", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, errno, "dial unix %s: socket", path);
	while (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "dial unix %s: connect", path);
	return TAKE_FD(fd);
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
