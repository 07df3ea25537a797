/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	bool add = str_eq(args[0], "add");
	auto_free char *text = NULL;
	size_t len;

	(void)values;
	(void)n_args;
	if (!add && !str_eq(args[0], "remove"))
		return cli_fail(c, "unknown command %s", args[0]);
	if (cli_read_document(c, args[2], &text, &len) < 0)
		return -1;
	return strake_mounts(c->rt, args[1], add, text, len, &c->err);
}

const struct cmd cmd_mounts = {
	.name = "mounts",
	.summary = "add mounts to a container that runs, or remove them",
	.args = "add|remove <container-id> <file>",
	.description = "The file holds an array of mounts as config.json has them (- is stdin). To remove\n"
		       "some, their destinations are enough.",
	.min_args = 3,
	.max_args = 3,
	.seals = true,
	.runtime = true,
	.run = run,
};
