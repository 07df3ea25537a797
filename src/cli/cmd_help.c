/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct cmd *cmd;

	(void)values;
	if (n_args == 0)
		return help_app(c);
	cmd = command_find(args[0]);
	return cmd ? help_command(c, cmd) : cli_unknown_command(c, args[0]);
}

const struct cmd cmd_help = {
	.name = "help",
	.alias = "h",
	.summary = "show the commands, or help for one of them",
	.args = "[command]",
	.max_args = CMD_ANY_ARGS,
	.run = run,
};
