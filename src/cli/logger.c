/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/logger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/quote.h"
#include "cli/streams.h"

static const struct {
	const char *name, *label; /* label: for terminals */
	int colour, priority;
} levels[] = {
	{ "debug", "DEBU", 37, LOG_DEBUG },
	{ "info", "INFO", 36, LOG_INFO },
	{ "warning", "WARN", 33, LOG_WARNING },
	{ "error", "ERRO", 31, LOG_ERR },
};

static int clamp(int level)
{
	return level < 0 || (size_t)level >= ARRAY_SIZE(levels) ? (int)ARRAY_SIZE(levels) - 1 : level;
}

void logger_init(struct logger *l)
{
	*l = (struct logger){ .fd = FD_NONE, .lowest = 1 };
	/* Most commands ask no more for the time, and libc's first look for the vDSO takes longer than it ever saves them. */
#ifdef __LP64__ /* elsewhere the kernel's struct is another than libc's */
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &l->start);
#else
	clock_gettime(CLOCK_REALTIME, &l->start);
#endif
}

void logger_fini(struct logger *l)
{
	cleanup_fd(&l->fd);
}

static int open_file(const char *path, struct err *e)
{
	int fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	return fd < 0 ? err_sys(e, errno, "open %s", path) : fd;
}

int logger_open(struct logger *l, const char *to, struct err *e)
{
	const char *name = "";
	enum log_daemon d = log_daemon_parse(to, &name);
	int fd;

	if (strchr(name, '\n'))
		return err_make(e, ERR_USAGE, EINVAL, "invalid --log: %s", to);
	fd = d ? log_daemon_open(d, e) : open_file(str_starts(to, "file:") ? to + 5 : to, e);
	if (fd < 0)
		return fd;
	cleanup_fd(&l->fd);
	l->fd = fd;
	l->daemon = d;
	l->name = *name ? name : "strake";
	return 0;
}

/* RFC 3339 in local time. By itself: strftime(3) is 4 KiB of a static program. */
static void add_time(struct str *out, const struct timespec *now)
{
	struct tm tm = {};
	long off;

	localtime_r(&now->tv_sec, &tm);
	str_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		 tm.tm_min, tm.tm_sec);
	off = tm.tm_gmtoff / 60;
	if (off)
		str_addf(out, "%c%02ld:%02ld", off < 0 ? '-' : '+', labs(off) / 60, labs(off) % 60);
	else
		str_add(out, "Z");
}

static bool needs_quotes(const char *msg)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-._/@^+";

	return msg[strspn(msg, plain)] != '\0';
}

static void format_text(int level, const char *msg, const struct timespec *now, struct str *out)
{
	str_add(out, "time=\"");
	add_time(out, now);
	str_addf(out, "\" level=%s", levels[level].name);
	if (*msg) {
		str_add(out, " msg=");
		if (needs_quotes(msg))
			quote_go(out, msg);
		else
			str_add(out, msg);
	}
	str_add(out, "\n");
}

static void format_json(int level, const char *msg, const struct timespec *now, struct str *out)
{
	str_addf(out, "{\"level\":\"%s\",\"msg\":", levels[level].name);
	quote_json(out, msg);
	str_add(out, ",\"time\":\"");
	add_time(out, now);
	str_add(out, "\"}\n");
}

/* For people: the message in a column of 44 characters, behind the seconds since the start. */
static void format_colour(const struct logger *l, int level, const char *msg,
			  const struct timespec *now, struct str *out)
{
	size_t width = text_width(msg);

	str_addf(out, "\033[%dm%s\033[0m[%04lld] %s%*s \n", levels[level].colour, levels[level].label,
		 (long long)(now->tv_sec - l->start.tv_sec), msg, width < 44 ? (int)(44 - width) : 0, "");
}

void logger_format(const struct logger *l, int level, const char *msg, const struct timespec *now,
		   struct str *out)
{
	level = clamp(level);
	if (l->json)
		format_json(level, msg, now, out);
	else if (l->colour)
		format_colour(l, level, msg, now, out);
	else
		format_text(level, msg, now, out);
}

void logger_record(const struct logger *l, int level, const char *msg)
{
	struct logger with = *l;
	auto_str line = {};
	struct timespec now;

	if (level < l->lowest)
		return;
	/* Asked late: most commands have nothing to say. */
	with.colour = l->fd < 0 && isatty(STDERR_FILENO);
	clock_gettime(CLOCK_REALTIME, &now);
	if (l->daemon) {
		log_daemon_send(l->fd, l->daemon, l->name, levels[clamp(level)].priority, msg, &now);
		return;
	}
	logger_format(&with, level, msg, &now, &line);
	/* One write, as other commands append to the same file. */
	stream_write_all(l->fd >= 0 ? l->fd : STDERR_FILENO, str_text(&line), line.len);
}

void logger_failure(const struct logger *l, const char *msg)
{
	auto_str line = {};

	logger_record(l, ARRAY_SIZE(levels) - 1, msg);
	if (l->fd < 0)
		return;
	str_addf(&line, "%s\n", msg);
	stream_write_all(STDERR_FILENO, str_text(&line), line.len);
}
