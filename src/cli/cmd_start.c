/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)values;
	(void)n_args;
	return strake_start(c->rt, args[0], &c->err);
}

const struct cmd cmd_start = {
	.name = "start",
	.summary = "start the process of a created container",
	.args = "<container-id>",
	.description = "The process that create left waiting executes its program.",
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
