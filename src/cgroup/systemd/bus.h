/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver asks of systemd's manager, over D-Bus by libsystemd, which is loaded when the
 * first question comes: who does not use the driver does not pay for it. In a program that cannot
 * load it (bus_agent.c) the agent is asked, in the same words and with the same errors.
 * Runs in: parent, outside of every namespace of the container | the agent.
 * Must not happen here: waiting without a deadline; a connection that outlives fork in use.
 */
#pragma once

#include <sys/types.h>

#include "cgroup/systemd/value.h"

struct sd_conn; /* opaque */

/* user: the manager of the caller's session. Everything done with it ends within deadline_ms. */
int sd_conn_open(bool user, unsigned deadline_ms, struct sd_conn **ret, struct err *e);
void sd_conn_close(struct sd_conn *c);
/* Where the user's bus is said to be: DBUS_SESSION_BUS_ADDRESS, or below XDG_RUNTIME_DIR. */
bool sd_has_user_bus(void);

/* A string property of the manager ("Version", "ControlGroup"); in the arena. */
int sd_manager_string(struct sd_conn *c, const char *property, struct arena *a, const char **ret,
		      struct err *e);
/* Both wait until the job is done. *ret_unknown: whether the unit may exist although this failed. */
int sd_start_unit(struct sd_conn *c, const char *name, const struct sd_props *p, bool *ret_unknown,
		  struct err *e);
/* One that is not there is fine. */
int sd_stop_unit(struct sd_conn *c, const char *name, struct err *e);
/* Takes a failed unit out of systemd's memory; others are left alone. */
int sd_reset_failed(struct sd_conn *c, const char *name, struct err *e);
/* At run time, and kept over a daemon-reload. */
int sd_set_properties(struct sd_conn *c, const char *name, const struct sd_props *p, struct err *e);
/* sub: a path below the unit's cgroup, "/" for the cgroup itself. */
int sd_attach_pid(struct sd_conn *c, const char *name, const char *sub, pid_t pid, struct err *e);
