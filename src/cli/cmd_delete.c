/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

struct values {
	bool force;
};
static const struct opt opts[] = {
	OPT(OPT_BOOL, struct values, force, "force", "f",
	    "kill the container when it runs; be content when there is none"),
	OPT_END
};

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;

	(void)n_args;
	return strake_delete(c->rt, args[0], v->force, &c->err);
}

const struct cmd cmd_delete = {
	.name = "delete",
	.summary = "delete what a container holds",
	.args = "<container-id>",
	.description = "Removes the cgroups and the state of a stopped container; one that was created\n"
		       "and never started is killed first.",
	.opts = opts,
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
