/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/systemd/bus.h"

#include <errno.h>

#include "base/cleanup.h"
#include "cgroup/impl.h"
#include "cgroup/systemd/conn.h"

#define SERVICE "org.freedesktop.systemd1"
#define PATH    "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

/* ---- calls ---- */

static void free_message(sd_bus_message **m)
{
	if (*m)
		sd_lib.message_unref(*m);
}
#define auto_message __attribute__((cleanup(free_message))) sd_bus_message

static void free_error(sd_bus_error *e)
{
	sd_lib.error_free(e);
}
#define auto_error __attribute__((cleanup(free_error))) sd_bus_error

/* What follows appends to *ret and checks the sum of it once, in call(). */
static int new_call(struct sd_conn *c, const char *interface, const char *method,
		    sd_bus_message **ret)
{
	return sd_lib.message_new_method_call(c->bus, ret, c->is_private ? NULL : SERVICE, PATH,
					      interface, method);
}

static int add_strings(sd_bus_message *m, const char *a, const char *b)
{
	int r = sd_lib.message_append_basic(m, 's', a);

	return r < 0 || !b ? r : sd_lib.message_append_basic(m, 's', b);
}

/* r: how building the message went. An error of systemd's is told in its words. */
static int call(struct sd_conn *c, int r, sd_bus_message *m, const char *what, sd_bus_error *why,
		sd_bus_message **reply, struct err *e)
{
	if (r < 0)
		return err_sys(e, -r, "build systemd call %s", what);
	r = sd_lib.call(c->bus, m, (uint64_t)c->deadline_ms * 1000, why, reply);
	if (r >= 0)
		return 0;
	if (r == -ETIMEDOUT)
		return err_make(e, ERR_SYS, ETIMEDOUT, "systemd did not answer %s within %u ms", what,
				c->deadline_ms);
	if (why->message)
		return err_make(e, ERR_SYS, -r, "%s", why->message);
	return err_sys(e, -r, "systemd call %s", what);
}

int sd_manager_string(struct sd_conn *c, const char *property, struct arena *a, const char **ret,
		      struct err *e)
{
	auto_message *m = NULL, *reply = NULL;
	auto_error why = SD_BUS_ERROR_NULL;
	int r = new_call(c, "org.freedesktop.DBus.Properties", "Get", &m);
	const char *text = NULL;

	if (r >= 0)
		r = add_strings(m, MANAGER, property);
	r = call(c, r, m, "Get", &why, &reply, e);
	if (r < 0)
		return err_wrap(e, "unable to get systemd's property %s", property);
	r = sd_lib.message_enter_container(reply, 'v', "s");
	if (r >= 0)
		r = sd_lib.message_read_basic(reply, 's', &text);
	if (r < 0)
		return err_sys(e, -r, "read systemd's property %s", property);
	*ret = arena_strdup(a, text);
	return *ret ? 0 : err_sys(e, ENOMEM, "read systemd's property %s", property);
}

/* ---- jobs ---- */

/* JobRemoved(u id, o job, s unit, s result), of whatever job. */
static int on_job_removed(sd_bus_message *m, void *data, sd_bus_error *ignored)
{
	const char *job = NULL, *unit = NULL, *result = NULL;
	struct sd_conn *c = data;
	uint32_t id;

	(void)ignored;
	if (sd_lib.message_read_basic(m, 'u', &id) <= 0 ||
	    sd_lib.message_read_basic(m, 'o', &job) <= 0 ||
	    sd_lib.message_read_basic(m, 's', &unit) <= 0 ||
	    sd_lib.message_read_basic(m, 's', &result) <= 0)
		return 0;
	if (str_eq(job, c->job))
		snprintf(c->result, sizeof(c->result), "%s", result);
	return 0;
}

/* Before the job is made, so that its end is not missed. systemd tells the one who made it. */
static int listen_for_jobs(struct sd_conn *c, struct err *e)
{
	int r = c->has_match ? 0 : sd_lib.match_signal_async(c->bus, NULL,
			c->is_private ? NULL : SERVICE, PATH, MANAGER, "JobRemoved",
			on_job_removed, NULL, c);

	if (r < 0)
		return err_sys(e, -r, "listen for systemd's jobs");
	c->has_match = true;
	return 0;
}

static int wait_for_job(struct sd_conn *c, const char *name, const char *verb, struct err *e)
{
	int64_t deadline = now_ms() + c->deadline_ms;

	while (!*c->result) {
		int64_t left = deadline - now_ms();
		int r;

		if (left <= 0)
			return err_make(e, ERR_SYS, ETIMEDOUT, "Timeout waiting for systemd to %s %s",
					verb, name);
		r = sd_lib.process(c->bus, NULL);
		if (r == 0)
			r = sd_lib.wait(c->bus, (uint64_t)left * 1000);
		if (r < 0 && r != -EINTR)
			return err_sys(e, -r, "wait for systemd to %s %s", verb, name);
	}
	return 0;
}

/* The reply of every call that makes a job. */
static int read_job(struct sd_conn *c, sd_bus_message *reply, struct err *e)
{
	const char *job = NULL;
	int r = sd_lib.message_read_basic(reply, 'o', &job);

	if (r <= 0)
		return err_sys(e, r < 0 ? -r : EBADMSG, "read systemd's answer");
	*c->result = '\0';
	snprintf(c->job, sizeof(c->job), "%s", job);
	return 0;
}

static int call_start(struct sd_conn *c, const char *name, const struct sd_props *p,
		      sd_bus_error *why, struct err *e)
{
	auto_message *m = NULL, *reply = NULL;
	int r = new_call(c, MANAGER, "StartTransientUnit", &m);

	if (r >= 0)
		r = add_strings(m, name, "replace");
	if (r >= 0)
		r = sd_append_props(m, p);
	if (r >= 0)
		r = sd_lib.message_open_container(m, 'a', "(sa(sv))");
	if (r >= 0)
		r = sd_lib.message_close_container(m);
	r = call(c, r, m, "StartTransientUnit", why, &reply, e);
	return r < 0 ? r : read_job(c, reply, e);
}

static void forget_failure(struct sd_conn *c, const char *name)
{
	struct err ignored;

	err_init(&ignored);
	(void)sd_reset_failed(c, name, &ignored);
}

int sd_start_unit(struct sd_conn *c, const char *name, const struct sd_props *p, bool *ret_unknown,
		  struct err *e)
{
	auto_error why = SD_BUS_ERROR_NULL, again = SD_BUS_ERROR_NULL;
	int r = listen_for_jobs(c, e);

	if (r < 0)
		return r;
	*ret_unknown = false;
	r = call_start(c, name, p, &why, e);
	/* Maybe what failed under this name and was never asked about: then it can go. */
	if (r < 0 && str_eq(why.name, SERVICE ".UnitExists")) {
		forget_failure(c, name);
		err_init(e);
		r = call_start(c, name, p, &again, e);
	}
	*ret_unknown = r == -ETIMEDOUT;
	if (r < 0)
		return r;
	*ret_unknown = true;
	r = wait_for_job(c, name, "create", e);
	if (r == 0 && !str_eq(c->result, "done"))
		r = err_make(e, ERR_SYS, EIO, "error creating systemd unit `%s`: got `%s`", name,
			     c->result);
	if (r < 0)
		forget_failure(c, name);
	return r;
}

int sd_stop_unit(struct sd_conn *c, const char *name, struct err *e)
{
	auto_error why = SD_BUS_ERROR_NULL;
	auto_message *m = NULL, *reply = NULL;
	int r = listen_for_jobs(c, e);

	if (r < 0)
		return r;
	r = new_call(c, MANAGER, "StopUnit", &m);
	if (r >= 0)
		r = add_strings(m, name, "replace");
	r = call(c, r, m, "StopUnit", &why, &reply, e);
	if (r < 0 && str_eq(why.name, SERVICE ".NoSuchUnit")) {
		err_init(e);
		return 0;
	}
	if (r == 0)
		r = read_job(c, reply, e);
	return r < 0 ? r : wait_for_job(c, name, "remove", e);
}

int sd_reset_failed(struct sd_conn *c, const char *name, struct err *e)
{
	auto_error why = SD_BUS_ERROR_NULL;
	auto_message *m = NULL, *reply = NULL;
	int r = new_call(c, MANAGER, "ResetFailedUnit", &m);

	if (r >= 0)
		r = add_strings(m, name, NULL);
	r = call(c, r, m, "ResetFailedUnit", &why, &reply, e);
	if (r < 0 && str_eq(why.name, SERVICE ".NoSuchUnit")) {
		err_init(e);
		return 0;
	}
	return r;
}

int sd_set_properties(struct sd_conn *c, const char *name, const struct sd_props *p, struct err *e)
{
	auto_error why = SD_BUS_ERROR_NULL;
	auto_message *m = NULL, *reply = NULL;
	const int runtime = 1;
	int r = new_call(c, MANAGER, "SetUnitProperties", &m);

	if (r >= 0)
		r = add_strings(m, name, NULL);
	if (r >= 0)
		r = sd_lib.message_append_basic(m, 'b', &runtime);
	if (r >= 0)
		r = sd_append_props(m, p);
	return call(c, r, m, "SetUnitProperties", &why, &reply, e);
}

int sd_attach_pid(struct sd_conn *c, const char *name, const char *sub, pid_t pid, struct err *e)
{
	auto_error why = SD_BUS_ERROR_NULL;
	auto_message *m = NULL, *reply = NULL;
	uint32_t number = (uint32_t)pid;
	int r = new_call(c, MANAGER, "AttachProcessesToUnit", &m);

	if (r >= 0)
		r = add_strings(m, name, sub);
	if (r >= 0)
		r = sd_lib.message_open_container(m, 'a', "u");
	if (r >= 0)
		r = sd_lib.message_append_basic(m, 'u', &number);
	if (r >= 0)
		r = sd_lib.message_close_container(m);
	r = call(c, r, m, "AttachProcessesToUnit", &why, &reply, e);
	return r < 0 ? err_wrap(e, "attach process %d to unit %s", (int)pid, name) : 0;
}
