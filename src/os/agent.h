/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent: a small program that is linked with the system's libc and can load the system's
 * libraries, which a static program cannot. It lies in the runtime's own file and runs for as long
 * as somebody has something to ask.
 * Runs in: parent, outside of every namespace of the container.
 * Must not happen here: waiting without a deadline, unless the caller wants it so; a child that is
 * not reaped.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"
#include "os/agent_ops.h"

struct os_agent {
	int fd;
	pid_t pid;
	bool broken; /* what it would say next is not the answer to what we would ask */
};

/* Where the agent finds what it is started with. */
#define OS_AGENT_SOCKET 3
#define OS_AGENT_EXTRA  4

/* A request, and in front of it: */
struct os_agent_request {
	uint32_t op, len;
};
#define OS_AGENT_REQUEST_MAX (16U << 20)
/* A reply: this, and len bytes. */
struct os_agent_reply {
	uint32_t len;
	struct err err;
};
#define OS_AGENT_REPLY_MAX (1U << 20)

/* extra: a descriptor that it gets besides the standard ones, or FD_NONE. */
int os_agent_start(int extra, struct os_agent *ret, struct err *e);
/*
 * The agent's error becomes ours, word for word. timeout_ms: -1 for none. *result, which the caller
 * frees, has what came with the reply, after a failure too; nothing where there was no reply.
 */
int os_agent_call(struct os_agent *a, enum os_agent_op op, const struct str *request,
		  int64_t timeout_ms, struct str *result, struct err *e);
/* Ends it and reaps it; what it was doing is cut off only when it did not answer in time. */
void os_agent_stop(struct os_agent *a);
