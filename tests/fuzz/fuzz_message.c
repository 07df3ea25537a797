/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a packet of the process chain. The first byte says who reads and what it waits for
 * (modulo MSG_TYPE_MAX; the eighth bit: an end of file), the second how many descriptors come along.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "proc/chan.h"
#include "tests/fuzz/fuzz.h"

#define FDS_MAX 3

static void send_packet(int socket, const uint8_t *data, size_t size, unsigned n_fds)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = size };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[FDS_MAX] = { socket, socket, socket };

	if (n_fds) {
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * n_fds);
	}
	MUST(sendmsg(socket, &mh, MSG_NOSIGNAL) == (ssize_t)size);
}

/* The lowest free descriptor: what a leak would raise. */
static int lowest_fd(void)
{
	int fd = dup(STDIN_FILENO);

	MUST(fd >= 0);
	close(fd);
	return fd;
}

static void expect(struct chan *c, unsigned want, bool eof)
{
	char payload[4096];
	struct err e;
	int fd = FD_NONE, r;

	r = eof ? chan_expect_eof(c, &e) : chan_expect(c, want, payload, &fd, &e);
	if (r < 0)
		check_error(&e);
	else if (!eof && msg_table[want].fds == MSG_FD_ONE)
		MUST(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	else if (eof || msg_table[want].fds == MSG_FD_NO)
		MUST(fd < 0);
	fd_close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum role inner[] = { ROLE_INIT, ROLE_STAGE };
	struct chan ends[2];
	struct err e;
	unsigned how, n_fds, want;
	int before = lowest_fd();

	if (size < 2 || size > 8192)
		return 0;
	how = data[0];
	n_fds = data[1] % (FDS_MAX + 1);
	want = how % MSG_TYPE_MAX;
	MUST(chan_pair(inner[how >> 6 & 1], ends, &e) == 0);
	send_packet(ends[1].fd, data + 2, size - 2, n_fds);
	send_packet(ends[0].fd, data + 2, size - 2, n_fds);
	/* Both have their packet; what follows it is the end. */
	shutdown(ends[0].fd, SHUT_WR);
	shutdown(ends[1].fd, SHUT_WR);
	for (int i = 0; i < 2; i++)
		expect(&ends[i], want ? want : MSG_BEGIN, how >> 7);
	chan_close(&ends[0]);
	chan_close(&ends[1]);
	MUST(lowest_fd() == before);
	return 0;
}
