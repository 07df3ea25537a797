/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far end of a console socket, a pidfd socket or a seccomp listener socket.
 *
 *   recvfd tty SOCKET [COLSxROWS]   takes a terminal, copies what it shows to stdout until it closes,
 *                                   and what stdin has to it; "payload: ..." and "fds: n" go to stderr
 *   recvfd fd SOCKET                takes one descriptor, prints the payload and what it is
 *   recvfd notify SOCKET [ERRNO]    takes a seccomp listener, prints the JSON, answers every
 *                                   notification with ERRNO (default 1), until the last filter is gone
 *
 * Makes SOCKET, prints "listening" to stderr when it is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define MAX_FDS 8

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "recvfd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int listen_on(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, 4) < 0)
		die(path);
	fprintf(stderr, "listening\n");

	int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (conn < 0)
		die("accept");
	close(fd);
	return conn;
}

/* One message with its descriptors, then the bytes that follow it up to the end. */
static int receive(int conn, char *payload, size_t size, int *fds)
{
	union {
		char buf[CMSG_SPACE(MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = payload, .iov_len = size - 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	int n_fds = 0;

	ssize_t n = recvmsg(conn, &msg, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		die("recvmsg");
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
			fprintf(stderr, "surplus control message\n");
			continue;
		}
		n_fds = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), (size_t)n_fds * sizeof(int));
	}
	while ((size_t)n < size - 1) {
		ssize_t more = read(conn, payload + n, size - 1 - (size_t)n);
		if (more <= 0)
			break;
		n += more;
	}
	payload[n] = '\0';
	return n_fds;
}

static void copy(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n > 0 && write(to, buf, (size_t)n) != n)
		die("write");
}

static void relay_tty(int tty, const char *size)
{
	struct pollfd p[2] = { { .fd = tty, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	unsigned cols, rows;
	char buf[4096];

	if (size && sscanf(size, "%ux%u", &cols, &rows) == 2) {
		struct winsize ws = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };
		ioctl(tty, TIOCSWINSZ, &ws);
	}
	for (;;) {
		if (poll(p, 2, -1) < 0)
			die("poll");
		if (p[0].revents) {
			ssize_t n = read(tty, buf, sizeof(buf));
			if (n <= 0)
				return; /* EIO: nobody has the other side open */
			if (write(1, buf, (size_t)n) != n)
				die("write");
		}
		if (p[1].revents & POLLIN)
			copy(0, tty);
		if (p[1].revents & (POLLHUP | POLLERR) || (p[1].revents & POLLIN && lseek(0, 0, SEEK_CUR) >= 0))
			p[1].fd = -1;
	}
}

static void describe(int fd)
{
	char path[64], target[4096];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		die("readlink");
	target[n] = '\0';
	printf("%s\n", target);

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	FILE *f = fopen(path, "re");
	while (f && fgets(target, sizeof(target), f)) {
		if (strncmp(target, "Pid:", 4) == 0)
			fputs(target, stdout);
	}
	if (f)
		fclose(f);
}

static void answer(int listener, int error)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	/* The kernel's structs may be longer than those we were built with. */
	union {
		struct seccomp_notif n;
		char room[512];
	} req;
	union {
		struct seccomp_notif_resp r;
		char room[512];
	} resp;

	while (poll(&p, 1, -1) > 0 && !(p.revents & (POLLHUP | POLLERR))) {
		memset(&req, 0, sizeof(req));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0) {
			if (errno == ENOENT || errno == EINTR)
				continue;
			die("SECCOMP_IOCTL_NOTIF_RECV");
		}
		printf("notified\n");
		fflush(stdout);
		memset(&resp, 0, sizeof(resp));
		resp.r.id = req.n.id;
		resp.r.error = -error;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 && errno != ENOENT)
			die("SECCOMP_IOCTL_NOTIF_SEND");
	}
}

int main(int argc, char **argv)
{
	static char payload[65536];
	int fds[MAX_FDS];

	if (argc < 3) {
		fprintf(stderr, "usage: recvfd tty|fd|notify SOCKET [ARG]\n");
		return 2;
	}
	int conn = listen_on(argv[2]);
	int n_fds = receive(conn, payload, sizeof(payload), fds);
	fprintf(stderr, "fds: %d\n", n_fds);
	if (n_fds < 1)
		return 1;

	if (strcmp(argv[1], "tty") == 0) {
		fprintf(stderr, "payload: %s\n", payload);
		relay_tty(fds[0], argc > 3 ? argv[3] : NULL);
	} else if (strcmp(argv[1], "fd") == 0) {
		printf("%s\n", payload);
		describe(fds[0]);
	} else {
		printf("%s\n", payload);
		fflush(stdout);
		answer(fds[0], argc > 3 ? atoi(argv[3]) : 1);
	}
	return 0;
}
