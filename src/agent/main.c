/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "os/agent.h"
#include "os/fd.h"

static const agent_fn handlers[OS_AGENT_OP_MAX] = {
#if STRAKE_SYSTEMD
	[OS_AGENT_SD_OPEN] = agent_sd_open,
	[OS_AGENT_SD_STRING] = agent_sd_string,
	[OS_AGENT_SD_START] = agent_sd_start,
	[OS_AGENT_SD_STOP] = agent_sd_stop,
	[OS_AGENT_SD_RESET] = agent_sd_reset,
	[OS_AGENT_SD_SET] = agent_sd_set,
	[OS_AGENT_SD_ATTACH] = agent_sd_attach,
#endif
	[OS_AGENT_NETDEV_MOVE] = agent_netdev_move,
};

int agent_bad_request(struct err *e)
{
	return err_make(e, ERR_PROTOCOL, EPROTO, "the runtime's agent got a request that it cannot read");
}

static int handle(uint32_t op, struct wire_in *in, struct str *out, struct err *e)
{
	if (op >= OS_AGENT_OP_MAX || !handlers[op])
		return agent_bad_request(e);
	return handlers[op](in, out, e);
}

static int answer(uint32_t op, const char *bytes, size_t len)
{
	struct wire_in in = { .at = bytes, .end = bytes + len };
	struct os_agent_reply reply = { 0 };
	auto_str out;
	int r;

	str_init(&out);
	r = handle(op, &in, &out, &reply.err);
	if (out.failed)
		err_sys(&reply.err, ENOMEM, "the agent's answer");
	else if (r >= 0)
		err_init(&reply.err);
	reply.len = (uint32_t)out.len;
	r = io_write_all(OS_AGENT_SOCKET, &reply, sizeof(reply));
	return r < 0 || !out.len ? r : io_write_all(OS_AGENT_SOCKET, out.s, out.len);
}

static int serve_one(void)
{
	struct os_agent_request head;
	auto_free char *bytes = NULL;

	if (io_read_full(OS_AGENT_SOCKET, &head, sizeof(head)) != (ssize_t)sizeof(head) ||
	    head.len > OS_AGENT_REQUEST_MAX)
		return -EPIPE;
	bytes = malloc(head.len + 1);
	if (!bytes || io_read_full(OS_AGENT_SOCKET, bytes, head.len) != (ssize_t)head.len)
		return -EPIPE;
	return answer(head.op, bytes, head.len);
}

/* Without exit handlers: what was loaded has nothing to tidy up that the kernel does not. */
int main(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "strake-agent");
	os_cloexec_from(OS_AGENT_SOCKET); /* an address may tell libsystemd to run a program */
	while (serve_one() == 0)
		;
	_exit(0);
}
