/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)values;
	(void)n_args;
	auto_free char *json = strake_state_json(c->rt, args[0], &c->err);

	return json ? cli_print(c, json) : -1;
}

const struct cmd cmd_state = {
	.name = "state",
	.summary = "show the state of a container",
	.args = "<container-id>",
	.description = "Prints the state as JSON: ociVersion, id, pid, status, bundle, rootfs, created,\n"
		       "annotations, owner; oomKilled for a stopped container that ran out of memory.",
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
