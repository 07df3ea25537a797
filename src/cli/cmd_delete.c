/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/matching.h"

struct values {
	bool force, regex;
};
static const struct opt opts[] = {
	OPT(OPT_BOOL, struct values, force, "force", "f",
	    "kill the container when it runs; be content when there is none"),
	OPT(OPT_BOOL, struct values, regex, "regex", "r",
	    "the argument is a regular expression: delete all containers that it matches"),
	OPT_END
};

static int delete(struct cli *c, const char *id, void *data)
{
	const struct values *v = data;

	return strake_delete(c->rt, id, v->force, &c->err);
}

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;

	(void)n_args;
	return v->regex ? matching_each(c, args[0], delete, values) : delete(c, args[0], values);
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
