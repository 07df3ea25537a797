/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/chan.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/cleanup.h"

const struct msg_info msg_table[MSG_TYPE_MAX] = {
#define X(n, f, t, p, d, m) \
	[MSG_##n] = { .name = #n, .meaning = m, .from = f, .to = t, .size = sizeof(p), .fds = d },
	CHAN_MESSAGES(X)
#undef X
};

/* Lies in an array of bytes of its reader's. */
struct __attribute__((may_alias)) packet {
	uint32_t type;
	_Alignas(8) char payload[];
};
#define PACKET_HEAD sizeof(struct packet)

/* Room for a packet: inside, where each page of the stack is the container's, nothing long comes in. */
#define ROOM_OF_PARENT (PACKET_HEAD + 4096)
#define ROOM_INSIDE    (PACKET_HEAD + 64)
#define X(n, f, t, p, d, m) \
	_Static_assert(sizeof(p) <= ((t) & ROLE_INNER ? ROOM_INSIDE : ROOM_OF_PARENT) - PACKET_HEAD, #n);
CHAN_MESSAGES(X)
#undef X

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int) * 4)];
};

int chan_pair(enum role inner, struct chan ends[2], struct err *e)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_sys(e, errno, "socketpair");
	ends[0] = (struct chan){ .fd = fds[0], .self = ROLE_PARENT, .peer = inner };
	ends[1] = (struct chan){ .fd = fds[1], .self = inner, .peer = ROLE_PARENT };
	return 0;
}

void chan_close(struct chan *c)
{
	fd_close(c->fd);
	c->fd = FD_NONE;
}

static bool fd_count_is_legal(const struct msg_info *info, int fd)
{
	return info->fds == MSG_FD_MAYBE || (fd >= 0) == (info->fds == MSG_FD_ONE);
}

int chan_send(struct chan *c, enum msg_type type, const void *payload, int fd, struct err *e)
{
	static const char nothing[1];
	const struct msg_info *info = &msg_table[type];
	struct packet head = { .type = type };
	struct iovec iov[] = {
		{ .iov_base = &head, .iov_len = PACKET_HEAD },
		{ .iov_base = (void *)(uintptr_t)(payload ? payload : nothing), .iov_len = info->size },
	};
	union control control = { 0 };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = ARRAY_SIZE(iov) };
	ssize_t n;

	if (!(info->from & c->self) || !(info->to & c->peer) || !fd_count_is_legal(info, fd))
		return err_make(e, ERR_PROTOCOL, EINVAL, "%s is not mine to send", info->name);
	if (fd >= 0) {
		struct cmsghdr *cm = &control.align;

		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(sizeof(int));
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	}
	do
		n = sendmsg(c->fd, &mh, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
		return err_make(e, ERR_CHILD, EPIPE, "the process chain ended before %s", info->name);
	if (n < 0)
		return err_sys(e, errno, "sending %s", info->name);
	return 0;
}

int chan_send_error(struct chan *c, const struct err *cause)
{
	struct err ignored;

	return chan_send(c, MSG_ERROR, cause, FD_NONE, &ignored);
}

/* Takes the first descriptor and closes any other: a peer may have sent more than it should. */
static int take_fds(struct msghdr *mh)
{
	int fd = FD_NONE;

	for (struct cmsghdr *cm = CMSG_FIRSTHDR(mh); cm; cm = CMSG_NXTHDR(mh, cm)) {
		size_t n;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int one;

			memcpy(&one, CMSG_DATA(cm) + i * sizeof(int), sizeof(int));
			if (fd < 0)
				fd = one;
			else
				fd_close(one);
		}
	}
	return fd;
}

/* One packet, checked against the table. Returns its type, 0 at end of file, or negative. */
static int receive(struct chan *c, struct packet *p, size_t room, int *ret_fd, struct err *e)
{
	struct iovec iov = { .iov_base = p, .iov_len = room };
	union control control;
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	const struct msg_info *info;
	auto_fd fd = FD_NONE;
	ssize_t n;

	do
		n = recvmsg(c->fd, &mh, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != ECONNRESET)
		return err_sys(e, errno, "receiving from the process chain");
	if (n <= 0)
		return 0;
	fd = take_fds(&mh);
	/* More descriptors than we may have: those that did not fit are gone, and a message may have had one or none. */
	if (mh.msg_flags & MSG_CTRUNC)
		return err_sys(e, EMFILE, "receive a descriptor");
	if ((size_t)n < PACKET_HEAD || p->type == MSG_INVALID || p->type >= MSG_TYPE_MAX)
		return err_make(e, ERR_PROTOCOL, EPROTO, "a packet of %zd bytes that is no message", n);
	info = &msg_table[p->type];
	if (!(info->from & c->peer) || !(info->to & c->self))
		return err_make(e, ERR_PROTOCOL, EPROTO, "%s from a role that may not say it", info->name);
	if ((size_t)n != PACKET_HEAD + info->size || (mh.msg_flags & MSG_TRUNC))
		return err_make(e, ERR_PROTOCOL, EPROTO, "%s with %zd bytes", info->name, n);
	if (!fd_count_is_legal(info, fd))
		return err_make(e, ERR_PROTOCOL, EPROTO, "%s with %s descriptor", info->name,
				fd >= 0 ? "an unexpected" : "no");
	*ret_fd = TAKE_FD(fd);
	return (int)p->type;
}

/* As receive(), with LOG passed on and ERROR made the caller's error. */
static int receive_one(struct chan *c, struct packet *p, size_t room, int *ret_fd, struct err *e)
{
	int type = receive(c, p, room, ret_fd, e);

	if (type == MSG_LOG) {
		struct msg_log *m = (struct msg_log *)p->payload;

		m->text[MSG_LOG_MAX - 1] = '\0';
		if (m->level <= LOG_LEVEL_ERROR)
			log_write(m->level, "%s", m->text);
	}
	if (type == MSG_ERROR) {
		memcpy(e, p->payload, sizeof(*e));
		if (!err_is_valid(e))
			return err_make(e, ERR_PROTOCOL, EPROTO, "a damaged error message");
		c->peer_failed = true;
		return -e->errnum;
	}
	return type;
}

/* The next that is more than LOG. */
static int receive_checked(struct chan *c, struct packet *p, size_t room, int *ret_fd, struct err *e)
{
	int type;

	do
		type = receive_one(c, p, room, ret_fd, e);
	while (type == MSG_LOG);
	return type;
}

static int expect(struct chan *c, enum msg_type want, struct packet *p, size_t room, void *ret_payload, int *ret_fd,
		  struct err *e)
{
	int fd = FD_NONE;
	int type = receive_checked(c, p, room, &fd, e);

	if (type < 0)
		return type;
	if (type == 0)
		return err_make(e, ERR_CHILD, EPIPE, "the process chain ended before %s",
				msg_table[want].name);
	if (type != (int)want) {
		fd_close(fd);
		return err_make(e, ERR_PROTOCOL, EPROTO, "expected %s, got %s", msg_table[want].name,
				msg_table[type].name);
	}
	if (ret_payload)
		memcpy(ret_payload, p->payload, msg_table[want].size);
	if (ret_fd)
		*ret_fd = fd;
	else
		fd_close(fd);
	return 0;
}

static __attribute__((noinline)) int expect_as_parent(struct chan *c, enum msg_type want, void *ret_payload,
						      int *ret_fd, struct err *e)
{
	_Alignas(struct packet) char room[ROOM_OF_PARENT];

	return expect(c, want, (struct packet *)room, sizeof(room), ret_payload, ret_fd, e);
}

int chan_expect(struct chan *c, enum msg_type want, void *ret_payload, int *ret_fd, struct err *e)
{
	_Alignas(struct packet) char room[ROOM_INSIDE];

	return c->self == ROLE_PARENT ? expect_as_parent(c, want, ret_payload, ret_fd, e) :
					expect(c, want, (struct packet *)room, sizeof(room), ret_payload, ret_fd, e);
}

int chan_expect_eof(struct chan *c, struct err *e)
{
	_Alignas(struct packet) char room[ROOM_OF_PARENT];
	int fd = FD_NONE;
	int type = receive_checked(c, (struct packet *)room, sizeof(room), &fd, e);

	fd_close(fd);
	if (type > 0)
		return err_make(e, ERR_PROTOCOL, EPROTO, "expected the end, got %s", msg_table[type].name);
	return type;
}

bool chan_has_error(struct chan *c, struct err *e)
{
	struct pollfd there = { .fd = c->fd, .events = POLLIN };
	_Alignas(struct packet) char room[ROOM_OF_PARENT];
	struct err word;
	int type = 1;

	while (type > 0 && poll(&there, 1, 0) > 0) {
		int fd = FD_NONE;

		/* After a LOG the peer may wait for us: it is not waited for. */
		type = receive_one(c, (struct packet *)room, sizeof(room), &fd, &word);
		fd_close(fd);
	}
	if (c->peer_failed)
		*e = word;
	return c->peer_failed;
}

void chan_log_sink(void *data, enum log_level level, const char *msg)
{
	struct msg_log m = { .level = (uint8_t)level };
	struct err ignored;

	snprintf(m.text, sizeof(m.text), "%s", msg);
	chan_send(data, MSG_LOG, &m, FD_NONE, &ignored);
}
