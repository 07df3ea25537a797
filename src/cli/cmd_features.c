/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "cli/cli.h"

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	auto_free char *json = strake_features_json(&c->err);
	auto_str out = {};

	(void)values;
	(void)args;
	(void)n_args;
	if (!json)
		return -1;
	str_addf(&out, "%s\n", json);
	return cli_print_str(c, &out);
}

const struct cmd cmd_features = {
	.name = "features",
	.summary = "show what this program can do",
	.description = "Prints the features document of the runtime specification as JSON.",
	.run = run,
};
