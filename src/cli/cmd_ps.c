/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/host_ps.h"

struct values {
	const char *format;
};
static const struct values defaults = { .format = "table" };
static const struct opt opts[] = {
	{ .name = "format", .alias = "f", .kind = OPT_RAW, .offset = offsetof(struct values, format),
	  .help = "select one of: table or json", .def = "table" },
	OPT_END
};

static void add_json(struct str *out, const pid_t *pids, size_t n)
{
	if (n == 0)
		str_add(out, "null"); /* what an empty list of Go's is, and what clients expect */
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s%d", i ? "," : "[", (int)pids[i]);
	str_add(out, n ? "]\n" : "\n");
}

static int print_table(struct cli *c, char **args, const pid_t *pids, size_t n)
{
	static const char *const all[] = { "-ef", NULL };
	auto_str listing = {}, out = {};
	struct err e;
	int r;

	err_init(&e);
	r = host_ps(args[0] ? (const char *const *)args : all, &listing, &e);
	if (r == 0)
		r = ps_filter(str_text(&listing), pids, n, &out, &e);
	if (r < 0) {
		char msg[ERR_TEXT_MAX];

		err_format(&e, msg, sizeof(msg));
		return cli_fail(c, "%s", msg);
	}
	return cli_print_str(c, &out);
}

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;
	bool json = str_eq(v->format, "json");
	auto_free pid_t *pids = NULL;
	auto_str out = {};
	size_t n = 0;

	(void)n_args;
	if (strake_pids(c->rt, args[0], &pids, &n, &c->err) < 0) {
		cli_cgroup_hint(c, "ps");
		return -1;
	}
	if (!json && !str_eq(v->format, "table"))
		return cli_fail(c, "invalid format option");
	if (!json)
		return print_table(c, args + 1, pids, n);
	add_json(&out, pids, n);
	return cli_print_str(c, &out);
}

const struct cmd cmd_ps = {
	.name = "ps",
	.summary = "show the processes of a container",
	.args = "<container-id> [ps options]",
	.description = "Runs the host's ps (with -ef when no options follow the id) and shows the lines\n"
		       "of processes of the container; its output must have a PID column.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.min_args = 1,
	.max_args = CMD_ANY_ARGS,
	.ends_at_argument = true,
	.runtime = true,
	.run = run,
};
