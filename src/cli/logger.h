/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where errors and warnings go, and in which shape: the records that engines parse.
 * Runs in: parent.
 *
 * One error has two audiences: with --log F the record goes to F and the bare message to stderr
 * (containerd reads both, each for other commands). What cannot be written is lost: with the
 * null-io of containerd stderr is open for reading only.
 */
#pragma once

#include <time.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/log_daemon.h"

struct logger {
	int fd;      /* FD_NONE: stderr */
	enum log_daemon daemon; /* who is at the other end of fd, if it is no file */
	const char *name;       /* what the records are marked with there */
	bool json;
	int lowest;  /* the level below which nothing is written */
	bool colour; /* for a terminal; logger_record() asks what stderr is */
	struct timespec start;
};

void logger_init(struct logger *l);
void logger_fini(struct logger *l);
/* "journald:NAME", "syslog:NAME", or a file ("file:PATH" too) that is appended to from now on; it is
 * made, 0644, when it is not there. to must stay. */
int logger_open(struct logger *l, const char *to, struct err *e);

/* level: as in strake_log_fn. Formats one record with its final newline. */
void logger_format(const struct logger *l, int level, const char *msg, const struct timespec *now,
		   struct str *out);
void logger_record(const struct logger *l, int level, const char *msg);
/* The failure of the command: a record, and the bare message when the record went to a file. */
void logger_failure(const struct logger *l, const char *msg);
