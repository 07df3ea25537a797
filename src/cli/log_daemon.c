/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/log_daemon.h"

#include <endian.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"

static const struct {
	const char *word;
	struct sockaddr_un at;
} daemons[] = {
	[LOG_DAEMON_JOURNAL] = { "journald", { AF_UNIX, "/run/systemd/journal/socket" } },
	[LOG_DAEMON_SYSLOG] = { "syslog", { AF_UNIX, "/dev/log" } },
};

enum log_daemon log_daemon_parse(const char *to, const char **ret_name)
{
	for (size_t i = 1; i < ARRAY_SIZE(daemons); i++) {
		size_t n = strlen(daemons[i].word);

		if (!str_starts(to, daemons[i].word) || to[n] != ':')
			continue;
		*ret_name = to + n + 1;
		return (enum log_daemon)i;
	}
	return LOG_DAEMON_NONE;
}

int log_daemon_open(enum log_daemon d, struct err *e)
{
	const struct sockaddr_un *at = &daemons[d].at;
	const struct timeval patience = { .tv_sec = 1 };
	auto_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return err_sys(e, errno, "make a socket for %s", at->sun_path);
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0)
		return err_sys(e, errno, "--log %s: connect to %s", daemons[d].word, at->sun_path);
	return TAKE_FD(fd);
}

/* Of systemd's native journal protocol the form that takes every text: name, length, text. */
static void format_journal(const char *name, int priority, const char *msg, struct str *out)
{
	uint64_t len = htole64(strlen(msg));

	str_addf(out, "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nMESSAGE\n", priority, name);
	str_add_n(out, (const char *)&len, sizeof(len));
	str_addf(out, "%s\n", msg);
}

/* RFC 3164, as syslog(3) writes it. */
static void format_syslog(const char *name, int priority, const char *msg,
			  const struct timespec *now, struct str *out)
{
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	struct tm tm = {};

	localtime_r(&now->tv_sec, &tm);
	str_addf(out, "<%d>%s %2d %02d:%02d:%02d %s[%d]: %s", LOG_USER | priority, months[tm.tm_mon], tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, name, (int)getpid(), msg);
}

void log_daemon_send(int fd, enum log_daemon d, const char *name, int priority, const char *msg,
		     const struct timespec *now)
{
	auto_str out = {};

	if (d == LOG_DAEMON_JOURNAL)
		format_journal(name, priority, msg, &out);
	else
		format_syslog(name, priority, msg, now, &out);
	if (!str_failed(&out))
		(void)!send(fd, str_text(&out), out.len, MSG_NOSIGNAL);
}
