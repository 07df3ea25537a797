/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup/systemd/bus.h, from the far side; one connection. */
#include <errno.h>

#include "agent/agent.h"
#include "cgroup/systemd/bus.h"
#include "cgroup/systemd/props_wire.h"

static struct sd_conn *conn;

int agent_sd_open(struct wire_in *in, struct str *out, struct err *e)
{
	bool user = wire_get_u32(in);
	unsigned ms = wire_get_u32(in);

	(void)out;
	if (!wire_done(in) || conn)
		return agent_bad_request(e);
	return sd_conn_open(user, ms, &conn, e);
}

int agent_sd_string(struct wire_in *in, struct str *out, struct err *e)
{
	const char *property = wire_get_text(in), *text = NULL;
	struct arena a;
	int r;

	if (!wire_done(in) || !conn)
		return agent_bad_request(e);
	arena_init(&a);
	r = sd_manager_string(conn, property, &a, &text, e);
	if (r == 0)
		wire_put_text(out, text);
	arena_fini(&a);
	return r;
}

/* unknown: NULL sets properties, otherwise starts. */
static int with_props(struct wire_in *in, bool *unknown, struct err *e)
{
	const char *name = wire_get_text(in);
	struct sd_props p;
	struct arena a;
	int r;

	arena_init(&a);
	sd_props_get(in, &a, &p);
	if (p.failed)
		r = err_sys(e, ENOMEM, "unit %s", name);
	else if (!wire_done(in) || !conn)
		r = agent_bad_request(e);
	else
		r = unknown ? sd_start_unit(conn, name, &p, unknown, e) :
			      sd_set_properties(conn, name, &p, e);
	arena_fini(&a);
	return r;
}

int agent_sd_start(struct wire_in *in, struct str *out, struct err *e)
{
	bool unknown = false;
	int r = with_props(in, &unknown, e);

	wire_put_u32(out, unknown);
	return r;
}

int agent_sd_set(struct wire_in *in, struct str *out, struct err *e)
{
	(void)out;
	return with_props(in, NULL, e);
}

int agent_sd_stop(struct wire_in *in, struct str *out, struct err *e)
{
	const char *name = wire_get_text(in);

	(void)out;
	return wire_done(in) && conn ? sd_stop_unit(conn, name, e) : agent_bad_request(e);
}

int agent_sd_reset(struct wire_in *in, struct str *out, struct err *e)
{
	const char *name = wire_get_text(in);

	(void)out;
	return wire_done(in) && conn ? sd_reset_failed(conn, name, e) : agent_bad_request(e);
}

int agent_sd_attach(struct wire_in *in, struct str *out, struct err *e)
{
	const char *name = wire_get_text(in), *sub = wire_get_text(in);
	pid_t pid = (pid_t)wire_get_u32(in);

	(void)out;
	return wire_done(in) && conn ? sd_attach_pid(conn, name, sub, pid, e) : agent_bad_request(e);
}
