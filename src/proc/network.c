/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/network.h"

#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "netdev/netdev.h"
#include "os/clone.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/raw_call.h"
#include "os/setns.h"

struct network_maker {
	pid_t pid;
	int ends[2]; /* the helper sends the namespace into [0], init reads it from [1] */
	_Alignas(16) char stack[8 * 1024];
};

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int))];
};

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

/* ---- the helper ----
 *
 * In the memory of the parent, which goes on meanwhile: nothing may be written here but what is on this
 * stack. errno would be the parent's: it may just have failed and be about to look why. So there is no
 * call of libc's here that could set it.
 */

static long send_fd(int to, int fd)
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
	return os_raw_call(SYS_sendmsg, to, (long)&mh, MSG_NOSIGNAL);
}

/* As netdev_loopback_up(). */
static int make(void *arg)
{
	const struct network_maker *m = arg;
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	long any, ns;

	if (os_raw_call(SYS_unshare, CLONE_NEWNET, 0, 0) < 0)
		return 1;
	any = os_raw_call(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (any < 0 || os_raw_call(SYS_ioctl, any, SIOCSIFFLAGS, (long)&lo) < 0)
		return 1;
	ns = os_raw_call(SYS_ioctl, any, SIOCGSKNS, 0);
	return ns < 0 || send_fd(m->ends[0], (int)ns) < 0;
}

/* ---- parent and init ---- */

struct network_maker *network_begin(struct arena *a)
{
	struct network_maker *m = arena_room(a, sizeof(*m));

	if (!m || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, m->ends) < 0)
		return NULL;
	m->pid = os_clone_beside(make, m, m->stack, sizeof(m->stack));
	/* The number is the helper's to read; its end is its alone now: init sees when it is gone. */
	fd_close(m->ends[0]);
	if (m->pid > 0)
		return m;
	fd_close(m->ends[1]);
	return NULL;
}

void network_finish(struct network_maker *m)
{
	int status;

	if (!m)
		return;
	os_wait_child(m->pid, &status);
	fd_close(m->ends[1]);
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
