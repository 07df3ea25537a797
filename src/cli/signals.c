/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/parse.h"

/* Second names; the first ones come from sigabbrev_np(). */
static const struct {
	const char *name;
	int sig;
} aliases[] = {
	{ "CLD", SIGCHLD },
	{ "IO", SIGIO },
	{ "IOT", SIGABRT },
	{ "POLL", SIGPOLL },
};

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
		r = parse_u64(name + 6, (uint64_t)(SIGRTMAX - SIGRTMIN), &n);
		if (r < 0)
			return r;
	}
	*ret = min ? SIGRTMIN + (int)n : SIGRTMAX - (int)n;
	return 0;
}

int signal_parse(const char *text, int *ret)
{
	const char *name = text + (strncasecmp(text, "SIG", 3) == 0 ? 3 : 0);
	uint64_t n;

	if (parse_u64(text, (uint64_t)SIGRTMAX, &n) == 0) {
		*ret = (int)n;
		return 0;
	}
	for (int sig = 1; sig < SIGRTMIN; sig++) {
		const char *abbrev = sigabbrev_np(sig);

		if (abbrev && strcasecmp(abbrev, name) == 0) {
			*ret = sig;
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strcasecmp(aliases[i].name, name) == 0) {
			*ret = aliases[i].sig;
			return 0;
		}
	}
	return parse_realtime(name, ret);
}
