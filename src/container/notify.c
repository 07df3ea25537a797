/* SPDX-License-Identifier: Apache-2.0 */
#include "container/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "os/unix_socket.h"
#include "term/term.h"

#define NOTIFY_DIR  "notify"
#define NOTIFY_FILE "notify.sock"
#define BARRIER_MS  30000

static const char *host_socket(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return str_empty(path) ? NULL : path;
}

bool notify_wanted(void)
{
	return host_socket() != NULL;
}

int notify_make_dir(const struct store_dir *d, struct err *e)
{
	if (!notify_wanted())
		return 0;
	/* Any user of the container may notify, whatever our umask is. */
	if (mkdirat(d->fd, NOTIFY_DIR, 0755) < 0 || fchmodat(d->fd, NOTIFY_DIR, 0755, 0) < 0)
		return err_sys(e, errno, "mkdir %s/%s", d->path, NOTIFY_DIR);
	return 0;
}

int notify_bind(const struct store_dir *d, int *ret_fd, struct err *e)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	auto_fd dir = FD_NONE, fd = FD_NONE;

	*ret_fd = FD_NONE;
	if (!notify_wanted())
		return 0;
	dir = openat(d->fd, NOTIFY_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT) {
		log_warn("NOTIFY_SOCKET is set, but the container was made without it");
		return 0;
	}
	if (dir < 0)
		return err_sys(e, errno, "open %s/%s", d->path, NOTIFY_DIR);
	/* A start that was killed may have left one. */
	unlinkat(dir, NOTIFY_FILE, 0);
	/* By descriptor: a state directory's path is easily longer than an address may be. */
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s", dir, NOTIFY_FILE);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    fchmodat(dir, NOTIFY_FILE, 0777, 0) < 0)
		return err_sys(e, errno, "listen unixgram %s/%s/%s", d->path, NOTIFY_DIR, NOTIFY_FILE);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* In no file system: unix(7). */
static int connect_abstract(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	auto_fd fd = FD_NONE;

	if (len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path + 1, name + 1, len - 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int connect_host(struct err *e)
{
	const char *path = host_socket();
	int fd = path[0] == '@' ? connect_abstract(path) : os_unix_connect(SOCK_DGRAM, path);

	return fd < 0 ? err_sys(e, -fd, "NOTIFY_SOCKET %s", path) : fd;
}

/* sd_notify_barrier(3): the other side closes what it got once it has handled what came before. */
static int wait_for_barrier(int host, struct err *e)
{
	auto_fd ours = FD_NONE, theirs = FD_NONE;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	ours = ends[0];
	theirs = ends[1];
	r = term_socket_send_fd(host, "BARRIER=1", theirs, e);
	if (r < 0)
		return r;
	fd_close(TAKE_FD(theirs));
	do
		r = poll(&(struct pollfd){ .fd = ours, .events = POLLIN }, 1, BARRIER_MS);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		log_warn("Timeout after waiting 30s for barrier. Ignored.");
	return 0;
}

static int tell_host(const char *ready, size_t len, pid_t main_pid, struct err *e)
{
	auto_fd host = connect_host(e);
	char text[64];
	int n;

	if (host < 0)
		return host;
	n = snprintf(text, sizeof(text), "MAINPID=%d\n", (int)main_pid);
	if (send(host, ready, len, MSG_NOSIGNAL) < 0 || send(host, text, (size_t)n, MSG_NOSIGNAL) < 0)
		return err_sys(e, errno, "NOTIFY_SOCKET %s", host_socket());
	return wait_for_barrier(host, e);
}

/* The container's line, with the line feed that runc sends; 0: it said something else. */
static size_t find_ready(char *text, size_t len)
{
	static const char word[] = "READY=";
	char *line = text, *end = text + len;

	while (line < end) {
		char *lf = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((lf ? lf : end) - line);

		if (n >= sizeof(word) - 1 && memcmp(line, word, sizeof(word) - 1) == 0) {
			memmove(text, line, n);
			text[n] = '\n';
			return n + 1;
		}
		line += n + 1;
	}
	return 0;
}

bool notify_process(int fd, pid_t main_pid)
{
	char text[4096 + 1];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	size_t len = n > 0 ? find_ready(text, (size_t)n) : 0;
	struct err e;

	if (len == 0)
		return false;
	/* The container runs and is ready; it must not suffer from who cannot be told. */
	if (tell_host(text, len, main_pid, &e) < 0) {
		err_format(&e, text, sizeof(text));
		log_warn("the container is ready, which cannot be passed on: %s", text);
	}
	return true;
}

void notify_wait(int fd, pid_t pid, int pidfd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };

	for (;;) {
		int r = poll(fds, 2, pidfd >= 0 ? -1 : 100);

		if (r < 0 && errno != EINTR)
			return;
		if (r > 0 && fds[0].revents && notify_process(fd, pid))
			return;
		if (r > 0 && fds[1].revents && !fds[0].revents)
			return;
		/* Before Linux 5.3: as runc looks, and as little sure. */
		if (pidfd < 0 && kill(pid, 0) < 0 && errno == ESRCH)
			return;
	}
}
