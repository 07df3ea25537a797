/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)values;
	(void)n_args;
	if (strake_resume(c->rt, args[0], &c->err) == 0)
		return 0;
	cli_cgroup_hint(c, "resume");
	return -1;
}

const struct cmd cmd_resume = {
	.name = "resume",
	.summary = "let the processes of a paused container go on",
	.args = "<container-id>",
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
