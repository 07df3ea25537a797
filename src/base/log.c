/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#define LOG_LINE_MAX 4096

static log_sink_fn log_sink;
static void *log_sink_data;
static enum log_level log_lowest = LOG_LEVEL_INFO;

void log_set_sink(log_sink_fn sink, void *data)
{
	log_sink = sink;
	log_sink_data = data;
}

void log_set_level(enum log_level lowest)
{
	log_lowest = lowest;
}

bool log_enabled(enum log_level level)
{
	return log_sink && level >= log_lowest;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_sink(log_sink_data, level, line);
}

const char *log_level_name(enum log_level level)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };

	return (size_t)level < ARRAY_SIZE(names) ? names[level] : "error";
}
