/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_flags.h"

static const struct opt opts[] = {
	CREATE_FLAGS,
	/* crun has it: what it asks for is always so. */
	{ .name = "no-subreaper", .kind = OPT_BOOL, .hidden = true,
	  .offset = offsetof(struct strake_create_options, no_subreaper) },
	OPT_END
};

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)n_args;
	return strake_create(c->rt, args[0], values, &c->err);
}

const struct cmd cmd_create = {
	CREATE_COMMAND("create", opts),
	.summary = "create a container",
	.description = "Sets up everything that config.json asks for and leaves the process waiting:\n"
		       "start lets it go. The id must not be in use on this host.",
	.run = run,
};
