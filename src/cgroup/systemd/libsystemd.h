/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsystemd's D-Bus calls as a table, and values put into a message.
 * Runs in: parent.
 * Must not happen here: calling sd_bus_* by name, which would link the library.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "cgroup/systemd/value.h"
#include "os/library.h"

/* All are in systemd 237. */
#define SD_BUS_FUNCTIONS(X)                                                                \
	X(sd_bus_, new) X(sd_bus_, set_address) X(sd_bus_, set_bus_client)                 \
	X(sd_bus_, start) X(sd_bus_, is_ready) X(sd_bus_, process) X(sd_bus_, wait)        \
	X(sd_bus_, close) X(sd_bus_, unref) X(sd_bus_, call) X(sd_bus_, match_signal_async)      \
	X(sd_bus_, error_free) X(sd_bus_, message_new_method_call)                         \
	X(sd_bus_, message_unref) X(sd_bus_, message_append_basic)                         \
	X(sd_bus_, message_open_container) X(sd_bus_, message_close_container)             \
	X(sd_bus_, message_enter_container) X(sd_bus_, message_read_basic)
struct libsystemd {
	SD_BUS_FUNCTIONS(OS_LIBRARY_POINTER)
};
extern struct libsystemd sd_lib;

int sd_lib_load(struct err *e);
/* One value, without a variant around it; -errno without e. */
int sd_append(sd_bus_message *m, const struct sd_value *v);
/* "a(sv)". */
int sd_append_props(sd_bus_message *m, const struct sd_props *p);
