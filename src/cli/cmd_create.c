/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_flags.h"

static const struct opt opts[] = {
	CREATE_FLAGS,
	/* crun has it: what it asks for is always so. */
	{ .name = "no-subreaper", .kind = OPT_BOOL, .hidden = true,
	  .offset = offsetof(struct strake_create_options, no_subreaper) },
	OPT_END
};
static const struct strake_create_options defaults = { .size = sizeof(defaults) };

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)n_args;
	return strake_create(c->rt, args[0], values, &c->err);
}

const struct cmd cmd_create = {
	.name = "create",
	.summary = "create a container",
	.args = "<container-id>",
	.description = "Sets up everything that config.json asks for and leaves the process waiting:\n"
		       "start lets it go. The id must not be in use on this host.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.min_args = 1,
	.max_args = 1,
	.seals = true,
	.runtime = true,
	.failing = "create failed",
	.failing_named = true,
	.run = run,
};
_Static_assert(sizeof(defaults) <= CMD_VALUES_MAX, "the flags fill a buffer of this size");
