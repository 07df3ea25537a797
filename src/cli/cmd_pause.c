/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)values;
	(void)n_args;
	if (strake_pause(c->rt, args[0], &c->err) == 0)
		return 0;
	cli_cgroup_hint(c, "pause");
	return -1;
}

const struct cmd cmd_pause = {
	.name = "pause",
	.summary = "suspend all processes of a container",
	.args = "<container-id>",
	.description = "The processes stay where they are until resume.",
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
