/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_flags.h"

static const struct opt opts[] = {
	CREATE_FLAGS,
	C(OPT_BOOL, detach, "detach", "d", "do not wait for the container's process"),
	C(OPT_BOOL, keep, "keep", NULL, "do not delete the container when its process has ended"),
	C(OPT_BOOL, no_subreaper, "no-subreaper", NULL,
	  "do not become the parent of processes that the container leaves behind"),
	OPT_END
};

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	(void)n_args;
	return strake_run(c->rt, args[0], values, &c->err);
}

const struct cmd cmd_run = {
	CREATE_COMMAND("run", opts),
	.summary = "create and start a container",
	.description = "Does what create and start do, waits, deletes the container, and ends with the\n"
		       "status of its process (128 and the signal's number when a signal ended it).",
	.run = run,
};
