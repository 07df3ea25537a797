/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/network.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netdev/netdev.h"
#include "os/clone.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/setns.h"

struct network_maker {
	pid_t pid;
	int ends[2]; /* the helper sends the namespace into [0], init reads it from [1] */
	_Alignas(16) char stack[32 * 1024];
};

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int))];
};

static int send_fd(int to, int fd)
{
	struct iovec iov = { .iov_base = &(char){ 0 }, .iov_len = 1 };
	union control control = { 0 };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};

	control.align = (struct cmsghdr){
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)),
	};
	memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	return sendmsg(to, &mh, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* -EBADF: the helper is gone without one. */
static int receive_fd(int from)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union control control;
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	const struct cmsghdr *cm;
	ssize_t n;
	int fd;

	do
		n = recvmsg(from, &mh, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	cm = n == 1 ? CMSG_FIRSTHDR(&mh) : NULL;
	if (!cm || cm->cmsg_type != SCM_RIGHTS || cm->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EBADF;
	memcpy(&fd, CMSG_DATA(cm), sizeof(fd));
	return fd;
}

/*
 * In the memory of the parent, which goes on meanwhile: nothing may be written here but what is on
 * this stack. errno, which is the parent's too, is set when something fails; then the container is
 * about to fail as well.
 */
static int make(void *arg)
{
	const struct network_maker *m = arg;
	struct err ignored;
	int any, ns;

	if (os_unshare(CLONE_NEWNET) < 0 || netdev_loopback_up(&ignored) < 0)
		return 1;
	any = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ns = any < 0 ? FD_NONE : ioctl(any, SIOCGSKNS);
	return ns < 0 || send_fd(m->ends[0], ns) < 0;
}

struct network_maker *network_begin(void)
{
	struct network_maker *m = malloc(sizeof(*m));

	if (!m)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, m->ends) < 0) {
		free(m);
		return NULL;
	}
	m->pid = os_clone_beside(make, m, m->stack, sizeof(m->stack));
	/* The number is the helper's to read; its end is its alone now: init sees when it is gone. */
	fd_close(m->ends[0]);
	if (m->pid > 0)
		return m;
	fd_close(m->ends[1]);
	free(m);
	return NULL;
}

void network_finish(struct network_maker *m)
{
	int status;

	if (!m)
		return;
	os_wait_child(m->pid, &status);
	fd_close(m->ends[1]);
	free(m);
}

int network_enter(struct network_maker *m, struct err *e)
{
	auto_left_fd ns = m ? receive_fd(m->ends[1]) : FD_NONE;
	int r;

	if (ns >= 0 && os_setns(ns, CLONE_NEWNET) == 0)
		return 0;
	r = os_unshare(CLONE_NEWNET);
	return r < 0 ? err_sys(e, -r, "making the network namespace") : netdev_loopback_up(e);
}
