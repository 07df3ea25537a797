/* SPDX-License-Identifier: Apache-2.0 */
/* Where systemd listens, and how long it may take to answer. */
#include "cgroup/systemd/conn.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cgroup/impl.h"
#include "cgroup/systemd/bus_place.h"

/* systemd's own socket: a step less than through the bus, and there before the bus is. */
#define SYSTEM_PRIVATE "/run/systemd/private"
#define SYSTEM_BUS     "/run/dbus/system_bus_socket"

#define HINT "hint: for rootless containers, maybe you need to install dbus-user-session package"

/* A file name in an address has only these as they are. */
static char *address_of(const char *path)
{
	struct str s;

	str_init(&s);
	str_add(&s, "unix:path=");
	for (; *path; path++) {
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.-\\*",
			   *path))
			str_add_n(&s, path, 1);
		else
			str_addf(&s, "%%%02x", (unsigned char)*path);
	}
	return str_take(&s);
}

static struct sd_place system_place(void)
{
	const char *env = getenv("DBUS_SYSTEM_BUS_ADDRESS");

	if (!str_empty(env))
		return (struct sd_place){ .address = env };
	if (access(SYSTEM_PRIVATE, W_OK) == 0)
		return (struct sd_place){ .path = SYSTEM_PRIVATE, .is_private = true };
	return (struct sd_place){ .path = SYSTEM_BUS };
}

/* Waits for the socket, the authentication and the bus's greeting. */
static int until_ready(struct sd_conn *c, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - now_ms();
		int r = sd_lib.is_ready(c->bus);

		if (r != 0)
			return r;
		if (left <= 0)
			return -ETIMEDOUT;
		r = sd_lib.process(c->bus, NULL);
		if (r == 0)
			r = sd_lib.wait(c->bus, (uint64_t)left * 1000);
		if (r < 0 && r != -EINTR)
			return r;
	}
}

/* Without a flush, which would wait for a peer that does not read; nothing is left to be sent. */
static void disconnect(struct sd_conn *c)
{
	if (c->bus) {
		sd_lib.close(c->bus);
		sd_lib.unref(c->bus);
	}
	c->bus = NULL;
}

static int connect_once(struct sd_conn *c, const char *address, int64_t deadline)
{
	int r = sd_lib.new(&c->bus);

	if (r >= 0)
		r = sd_lib.set_address(c->bus, address);
	if (r >= 0)
		r = sd_lib.set_bus_client(c->bus, !c->is_private);
	if (r >= 0)
		r = sd_lib.start(c->bus);
	if (r >= 0)
		r = until_ready(c, deadline);
	if (r < 0)
		disconnect(c);
	return r;
}

/* EAGAIN: the socket's queue is full; a host that starts many containers at once fills it. */
static int connect_to(struct sd_conn *c, const char *address, struct err *e)
{
	int64_t deadline = now_ms() + c->deadline_ms;
	unsigned us = 100000;
	int r = connect_once(c, address, deadline);

	for (; r == -EAGAIN && now_ms() + us / 1000 < deadline; us *= 2) {
		cg_sleep_us(us);
		r = connect_once(c, address, deadline);
	}
	return r < 0 ? err_sys(e, -r, "connect to systemd at %s", address) : 0;
}

int sd_conn_open(bool user, unsigned deadline_ms, struct sd_conn **ret, struct err *e)
{
	char buf[512];
	struct sd_place at = user ? sd_user_place(buf, sizeof(buf)) : system_place();
	auto_free char *made = at.path ? address_of(at.path) : NULL;
	struct sd_conn *c;
	int r;

	if (!at.address && !at.path)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"could not detect DBUS_SESSION_BUS_ADDRESS from the environment; make sure you have installed the dbus-user-session or dbus-daemon package; note you may need to re-login");
	r = sd_lib_load(e);
	if (r < 0)
		return r;
	c = calloc(1, sizeof(*c));
	if (!c || (at.path && !made)) {
		free(c);
		return err_sys(e, ENOMEM, "connect to systemd");
	}
	c->deadline_ms = deadline_ms;
	c->is_private = at.is_private;
	r = connect_to(c, at.address ? at.address : made, e);
	if (r < 0) {
		free(c);
		return err_wrap(e, "failed to connect to dbus (" HINT ")");
	}
	*ret = c;
	return 0;
}

void sd_conn_close(struct sd_conn *c)
{
	if (!c)
		return;
	disconnect(c);
	free(c);
}
