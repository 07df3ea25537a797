/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One edge of the process chain: a SOCK_SEQPACKET socketpair and the checks of msg.h.
 * Runs in: all roles.
 * Must not happen here: believing a length or a descriptor count that a peer sent.
 */
#pragma once

#include "base/err.h"
#include "base/log.h"
#include "proc/msg.h"

struct chan {
	int fd;
	enum role self, peer;
	bool peer_failed; /* ERROR came: the cause is the peer's, not ours */
};
#define CHAN_NONE { .fd = -EBADF }

/* ends[0] is for the parent, ends[1] for inner (both CLOEXEC). */
int chan_pair(enum role inner, struct chan ends[2], struct err *e);
void chan_close(struct chan *c);

/* payload: the struct of the table (NULL for msg_none); fd: FD_NONE when the table says 0. */
int chan_send(struct chan *c, enum msg_type type, const void *payload, int fd, struct err *e);
int chan_send_error(struct chan *c, const struct err *cause);

/*
 * Receives until something other than LOG comes; that must be want. ERROR becomes *e (returns
 * negative); end of file gives ERR_CHILD with errnum EPIPE; another message ERR_PROTOCOL.
 * ret_payload (may be NULL) has the table's size; ret_fd (may be NULL) gets the descriptor.
 */
int chan_expect(struct chan *c, enum msg_type want, void *ret_payload, int *ret_fd, struct err *e);
/* The same for "end of file is what I wait for": 0 on EOF, else the ERROR's -errno. */
int chan_expect_eof(struct chan *c, struct err *e);
/* Has the peer sent an ERROR by now? Then it becomes *e. */
bool chan_has_error(struct chan *c, struct err *e);

/* A log sink (base/log.h) that sends LOG messages; data is the chan. */
void chan_log_sink(void *data, enum log_level level, const char *msg);
