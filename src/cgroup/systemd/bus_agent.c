/* SPDX-License-Identifier: Apache-2.0 */
/* bus.h for a program that can load no library: the agent does it (src/agent/systemd.c). */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cgroup/systemd/bus.h"
#include "cgroup/systemd/props_wire.h"
#include "os/agent.h"

/* The agent keeps the deadlines; this is for one that does not. */
#define MARGIN_MS 5000

/* How many times in a row an operation may wait until the deadline. */
static const unsigned waits[OS_AGENT_OP_MAX] = {
	[OS_AGENT_SD_OPEN] = 1,
	[OS_AGENT_SD_STRING] = 1,
	[OS_AGENT_SD_START] = 5, /* start, reset, start, its job, reset */
	[OS_AGENT_SD_STOP] = 2,  /* stop, its job */
	[OS_AGENT_SD_RESET] = 1,
	[OS_AGENT_SD_SET] = 1,
	[OS_AGENT_SD_ATTACH] = 1,
};

struct sd_conn {
	struct os_agent agent;
	unsigned deadline_ms;
};

static int call(struct sd_conn *c, enum os_agent_op op, const struct str *request, struct str *result,
		struct err *e)
{
	int64_t ms = (int64_t)waits[op] * c->deadline_ms + MARGIN_MS;

	return os_agent_call(&c->agent, op, request, ms, result, e);
}

/* Where the reply is no more than "done". */
static int ask(struct sd_conn *c, enum os_agent_op op, const struct str *request, struct err *e)
{
	auto_str nothing;

	str_init(&nothing);
	return call(c, op, request, &nothing, e);
}

int sd_conn_open(bool user, unsigned deadline_ms, struct sd_conn **ret, struct err *e)
{
	struct sd_conn *c = calloc(1, sizeof(*c));
	auto_str request;
	int r;

	str_init(&request);
	if (!c)
		return err_sys(e, ENOMEM, "connect to systemd");
	c->agent.fd = FD_NONE;
	c->deadline_ms = deadline_ms;
	wire_put_u32(&request, user);
	wire_put_u32(&request, deadline_ms);
	r = os_agent_start(FD_NONE, &c->agent, e);
	if (r == 0)
		r = ask(c, OS_AGENT_SD_OPEN, &request, e);
	if (r < 0)
		sd_conn_close(c);
	else
		*ret = c;
	return r;
}

void sd_conn_close(struct sd_conn *c)
{
	if (!c)
		return;
	os_agent_stop(&c->agent);
	free(c);
}

int sd_manager_string(struct sd_conn *c, const char *property, struct arena *a, const char **ret,
		      struct err *e)
{
	auto_str request, result;
	struct wire_in in;
	const char *text;
	int r;

	str_init(&request);
	str_init(&result);
	wire_put_text(&request, property);
	r = call(c, OS_AGENT_SD_STRING, &request, &result, e);
	if (r < 0)
		return r;
	in = (struct wire_in){ .at = str_text(&result), .end = str_text(&result) + result.len };
	text = wire_get_text(&in);
	if (!wire_done(&in))
		return err_make(e, ERR_PROTOCOL, EPROTO, "read systemd's property %s", property);
	*ret = arena_strdup(a, text);
	return *ret ? 0 : err_sys(e, ENOMEM, "read systemd's property %s", property);
}

int sd_start_unit(struct sd_conn *c, const char *name, const struct sd_props *p, bool *ret_unknown,
		  struct err *e)
{
	auto_str request, result;
	struct wire_in in;
	bool unknown;
	int r;

	str_init(&request);
	str_init(&result);
	wire_put_text(&request, name);
	sd_props_put(&request, p);
	r = call(c, OS_AGENT_SD_START, &request, &result, e);
	in = (struct wire_in){ .at = str_text(&result), .end = str_text(&result) + result.len };
	unknown = wire_get_u32(&in);
	/* An agent that did not answer may have asked systemd all the same. */
	*ret_unknown = unknown || !wire_done(&in);
	return r;
}

int sd_set_properties(struct sd_conn *c, const char *name, const struct sd_props *p, struct err *e)
{
	auto_str request;

	str_init(&request);
	wire_put_text(&request, name);
	sd_props_put(&request, p);
	return ask(c, OS_AGENT_SD_SET, &request, e);
}

static int ask_about(struct sd_conn *c, enum os_agent_op op, const char *name, struct err *e)
{
	auto_str request;

	str_init(&request);
	wire_put_text(&request, name);
	return ask(c, op, &request, e);
}

int sd_stop_unit(struct sd_conn *c, const char *name, struct err *e)
{
	return ask_about(c, OS_AGENT_SD_STOP, name, e);
}

int sd_reset_failed(struct sd_conn *c, const char *name, struct err *e)
{
	return ask_about(c, OS_AGENT_SD_RESET, name, e);
}

int sd_attach_pid(struct sd_conn *c, const char *name, const char *sub, pid_t pid, struct err *e)
{
	auto_str request;

	str_init(&request);
	wire_put_text(&request, name);
	wire_put_text(&request, sub);
	wire_put_u32(&request, (uint32_t)pid);
	return ask(c, OS_AGENT_SD_ATTACH, &request, e);
}
