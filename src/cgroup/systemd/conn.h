/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection, as conn.c (which makes it) and bus.c (which asks) see it.
 * Runs in: parent.
 */
#pragma once

#include "cgroup/systemd/bus.h"
#include "cgroup/systemd/libsystemd.h"

struct sd_conn {
	sd_bus *bus;
	unsigned deadline_ms;
	bool is_private;     /* no bus between us: no destination, no AddMatch */
	bool has_match;
	char job[256];       /* the job that we wait for, and how it ended */
	char result[32];
};
