/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records for a daemon instead of a file: systemd's journal and syslog, by the datagrams that they
 * take. No library: a record is one packet.
 * Runs in: parent.
 * Must not happen here: waiting long for a daemon that hangs.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "base/err.h"
#include "base/str.h"

enum log_daemon { LOG_DAEMON_NONE, LOG_DAEMON_JOURNAL, LOG_DAEMON_SYSLOG };

/* "journald:NAME", "syslog:NAME" as crun has them; *ret_name points into to. */
enum log_daemon log_daemon_parse(const char *to, const char **ret_name);
/* A socket that is connected; nobody there is an error. */
int log_daemon_open(enum log_daemon d, struct err *e);
/* priority: of syslog(3), without a facility. What cannot be sent is lost. */
void log_daemon_send(int fd, enum log_daemon d, const char *name, int priority, const char *msg,
		     const struct timespec *now);
