/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/parse.h"

/* By name, whatever the machine's numbers are. */
static const struct {
	const char *name;
	int sig;
} names[] = {
	{ "HUP", SIGHUP },
	{ "INT", SIGINT },
	{ "QUIT", SIGQUIT },
	{ "ILL", SIGILL },
	{ "TRAP", SIGTRAP },
	{ "ABRT", SIGABRT },
	{ "IOT", SIGIOT },
	{ "BUS", SIGBUS },
	{ "FPE", SIGFPE },
	{ "KILL", SIGKILL },
	{ "USR1", SIGUSR1 },
	{ "SEGV", SIGSEGV },
	{ "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE },
	{ "ALRM", SIGALRM },
	{ "TERM", SIGTERM },
	{ "STKFLT", SIGSTKFLT },
	{ "CHLD", SIGCHLD },
	{ "CLD", SIGCHLD },
	{ "CONT", SIGCONT },
	{ "STOP", SIGSTOP },
	{ "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },
	{ "URG", SIGURG },
	{ "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },
	{ "VTALRM", SIGVTALRM },
	{ "PROF", SIGPROF },
	{ "WINCH", SIGWINCH },
	{ "IO", SIGIO },
	{ "POLL", SIGPOLL },
	{ "PWR", SIGPWR },
	{ "SYS", SIGSYS },
};

/*
 * The numbers that kill(1) and the engines give these names on Linux. SIGRTMIN is what the libc leaves of
 * the kernel's 32: musl keeps three for itself, glibc two.
 */
#define RT_MIN 34
#define RT_MAX 64

/* "", "+N" behind RTMIN and "-N" behind RTMAX. */
static int parse_realtime(const char *name, int *ret)
{
	bool min = strncasecmp(name, "RTMIN", 5) == 0;
	uint64_t n = 0;
	int r;

	if (!min && strncasecmp(name, "RTMAX", 5) != 0)
		return -EINVAL;
	if (name[5]) {
		if (name[5] != (min ? '+' : '-'))
			return -EINVAL;
		r = parse_u64(name + 6, (uint64_t)(RT_MAX - RT_MIN), &n);
		if (r < 0)
			return r;
	}
	*ret = min ? RT_MIN + (int)n : RT_MAX - (int)n;
	return 0;
}

int signal_parse(const char *text, int *ret)
{
	const char *name = text + (strncasecmp(text, "SIG", 3) == 0 ? 3 : 0);
	uint64_t n;

	if (parse_u64(text, (uint64_t)RT_MAX, &n) == 0) {
		*ret = (int)n;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcasecmp(names[i].name, name) == 0) {
			*ret = names[i].sig;
			return 0;
		}
	}
	return parse_realtime(name, ret);
}
