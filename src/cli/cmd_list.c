/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cli.h"
#include "cli/quote.h"
#include "cli/streams.h"
#include "cli/table.h"

struct values {
	const char *format;
	bool quiet;
};
static const struct values defaults = { .format = "table" };
static const struct opt opts[] = {
	{ .name = "format", .alias = "f", .kind = OPT_RAW, .offset = offsetof(struct values, format),
	  .help = "select one of: table or json", .def = "table" },
	OPT(OPT_BOOL, struct values, quiet, "quiet", "q", "print the ids only"),
	OPT_END
};

struct listing {
	struct str text;
	struct table table;
	size_t n;
};

static int add_id(void *data, const struct strake_info *i)
{
	struct listing *l = data;

	str_add(&l->text, i->id);
	str_add(&l->text, "\n");
	return 0;
}

static int add_row(void *data, const struct strake_info *i)
{
	struct listing *l = data;
	char pid[32];

	snprintf(pid, sizeof(pid), "%" PRId64, i->pid);
	table_add(&l->table,
		  (const char *const[]){ i->id, pid, i->status, i->bundle, i->created, i->owner });
	return 0;
}

static void add_key(struct str *out, const char *key, const char *value)
{
	str_addf(out, ",\"%s\":", key);
	quote_json(out, value ? value : "");
}

static int add_json(void *data, const struct strake_info *i)
{
	struct listing *l = data;
	struct str *out = &l->text;

	str_addf(out, "%s{\"ociVersion\":\"%s\"", l->n++ ? "," : "[", strake_spec_version());
	add_key(out, "id", i->id);
	str_addf(out, ",\"pid\":%" PRId64, i->pid);
	add_key(out, "status", i->status);
	add_key(out, "bundle", i->bundle);
	add_key(out, "rootfs", i->rootfs);
	add_key(out, "created", i->created);
	for (size_t k = 0; k < i->n_annotations; k++) {
		str_add(out, k ? "," : ",\"annotations\":{");
		quote_json(out, i->annotation_keys[k]);
		str_add(out, ":");
		quote_json(out, i->annotation_values[k]);
	}
	if (i->n_annotations)
		str_add(out, "}");
	add_key(out, "owner", i->owner);
	str_add(out, "}");
	return 0;
}

/* Not a record: runc prints these lines to stderr as they are, and goes on. */
static void unreadable(void *data, const char *id, const char *why)
{
	auto_str line = {};

	(void)data;
	str_addf(&line, "load container %s: %s\n", id, why);
	stream_write_all(STDERR_FILENO, str_text(&line), line.len);
}

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	static const char *const header[] = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" };
	const struct values *v = values;
	struct listing l = {};
	bool json = !v->quiet && str_eq(v->format, "json");
	int r = 0;

	(void)args;
	(void)n_args;
	if (!v->quiet && !json && !str_eq(v->format, "table"))
		return cli_fail(c, "invalid format option");
	table_init(&l.table, ARRAY_SIZE(header));
	if (!v->quiet && !json)
		table_add(&l.table, header);
	if (v->quiet)
		r = strake_list(c->rt, STRAKE_DETAIL_ID, add_id, unreadable, &l, &c->err);
	else if (json)
		r = strake_list(c->rt, STRAKE_DETAIL_FULL, add_json, unreadable, &l, &c->err);
	else
		r = strake_list(c->rt, STRAKE_DETAIL_ROW, add_row, unreadable, &l, &c->err);
	if (r == 0 && json)
		str_add(&l.text, l.n ? "]\n" : "null\n");
	if (r == 0)
		table_print(&l.table, &l.text);
	if (r == 0)
		r = cli_print_str(c, &l.text);
	table_fini(&l.table);
	str_fini(&l.text);
	return r;
}

const struct cmd cmd_list = {
	.name = "list",
	.summary = "list the containers",
	.args = "",
	.description = "Shows those below the directory that --root names.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.runtime = true,
	.run = run,
};
