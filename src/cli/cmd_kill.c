/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/matching.h"
#include "cli/quote.h"
#include "cli/signals.h"

struct values {
	bool all, regex;
	int sig;
};
static const struct opt opts[] = {
	OPT(OPT_BOOL, struct values, all, "all", "a",
	    "signal all processes in the container's cgroup; be content when it does not run"),
	OPT(OPT_BOOL, struct values, regex, "regex", "r",
	    "the first argument is a regular expression: signal all containers that it matches"),
	OPT_END
};

static int kill_one(struct cli *c, const char *id, void *data)
{
	const struct values *v = data;

	return strake_kill(c->rt, id, v->sig, v->all, &c->err);
}

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	struct values *v = values;
	const char *name = n_args > 1 && *args[1] ? args[1] : "TERM";
	auto_str quoted = {};

	quote_go(&quoted, name);
	if (signal_parse(name, &v->sig) < 0)
		return cli_fail(c, "unknown signal %s", str_text(&quoted));
	return v->regex ? matching_each(c, args[0], kill_one, v) : kill_one(c, args[0], v);
}

const struct cmd cmd_kill = {
	.name = "kill",
	.summary = "send a signal to the first process of a container (default: SIGTERM)",
	.args = "<container-id> [signal]",
	.description = "The signal is a number or a name, with or without SIG, in either case. KILL ends\n"
		       "all processes of the container.",
	.opts = opts,
	.min_args = 1,
	.max_args = 2,
	.runtime = true,
	.run = run,
};
