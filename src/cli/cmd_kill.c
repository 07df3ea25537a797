/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/quote.h"
#include "cli/signals.h"

struct values {
	bool all;
};
static const struct opt opts[] = {
	/* Obsolete in runc, and still sent: only makes "container not running" a success. */
	{ .name = "all", .alias = "a", .kind = OPT_BOOL, .offset = offsetof(struct values, all),
	  .hidden = true },
	OPT_END
};

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;
	const char *name = n_args > 1 && *args[1] ? args[1] : "TERM";
	auto_str quoted = {};
	int sig;

	quote_go(&quoted, name);
	if (signal_parse(name, &sig) < 0)
		return cli_fail(c, "unknown signal %s", str_text(&quoted));
	return strake_kill(c->rt, args[0], sig, v->all, &c->err);
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
