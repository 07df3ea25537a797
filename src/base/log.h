/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records for people: a level and a line, given to one sink that the program sets.
 * Runs in: parent (the sink writes) | stage, init (the sink sends the record to the parent).
 * A library function reports failure by struct err, never by log; log what is not a failure.
 */
#pragma once

#include "base/util.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

typedef void (*log_sink_fn)(void *data, enum log_level level, const char *msg);

/* Without a sink nothing is written. */
void log_set_sink(log_sink_fn sink, void *data);
void log_set_level(enum log_level lowest);
bool log_enabled(enum log_level level);
void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *log_level_name(enum log_level level);

#define log_debug(...)                                               \
	do {                                                         \
		if (log_enabled(LOG_LEVEL_DEBUG))                    \
			log_write(LOG_LEVEL_DEBUG, __VA_ARGS__);     \
	} while (0)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
