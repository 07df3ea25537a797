/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "cli/cli.h"

struct values {
	int64_t interval;
	bool stats;
};
static const struct values defaults = { .interval = 5000000000 };
static const struct opt opts[] = {
	{ .name = "interval", .kind = OPT_DURATION, .offset = offsetof(struct values, interval),
	  .help = "time between two statistics, such as 500ms or 1m30s", .def = "5s" },
	OPT(OPT_BOOL, struct values, stats, "stats", NULL, "print the statistics once and end"),
	OPT_END
};

struct printing {
	struct cli *c;
	struct strake_error why; /* of a failed write: the library's words come after ours */
};

static int print_event(void *data, const char *json)
{
	struct printing *p = data;
	auto_str line = {};
	int r;

	/* In one write: a reader gets whole lines. */
	str_addf(&line, "%s\n", json);
	r = cli_print_str(p->c, &line);
	if (r < 0)
		p->why = p->c->err;
	return r;
}

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;
	struct strake_events_options o = {
		.size = sizeof(o), .stats_only = v->stats, .interval_ns = v->interval,
	};
	struct printing p = { .c = c };
	int r;

	(void)n_args;
	if (o.interval_ns <= 0)
		return cli_fail(c, "duration interval must be greater than 0");
	r = strake_events(c->rt, args[0], &o, print_event, &p, &c->err);
	if (r < 0 && *p.why.text)
		c->err = p.why;
	return r;
}

const struct cmd cmd_events = {
	.name = "events",
	.summary = "show statistics of a container and when it runs out of memory",
	.args = "<container-id>",
	.description = "Prints one JSON object a line until the container is gone.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
