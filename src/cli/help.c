/* SPDX-License-Identifier: Apache-2.0 */
/* The help, in the layout of runc's: clients look for its sections and for the flags in it. */
#include <strake/version.h>

#include "cli/cli.h"

static const struct opt app_help[] = {
	{ .name = "help", .alias = "h", .kind = OPT_BOOL, .help = "show help" },
	OPT_END
};

/* "--bundle value, -b value" */
static void add_flag_names(struct str *out, const struct opt *o)
{
	const char *value = opt_takes_value(o) ? " value" : "";

	str_addf(out, "--%s%s", o->name, value);
	if (o->alias)
		str_addf(out, ", -%s%s", o->alias, value);
}

static size_t widest_flag(const struct opt *opts, size_t width)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		auto_str names = {};

		add_flag_names(&names, o);
		if (!o->hidden && names.len > width)
			width = names.len;
	}
	return width;
}

static void add_flags(struct str *out, const struct opt *opts, size_t width)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		auto_str names = {};

		if (o->hidden)
			continue;
		add_flag_names(&names, o);
		str_addf(out, "   %-*s  %s", (int)width, str_text(&names), o->help);
		if (o->def)
			str_addf(out, " (default: \"%s\")", o->def);
		else if (o->kind == OPT_COUNT)
			str_add(out, " (default: 0)");
		str_add(out, "\n");
	}
}

/* "help, h" */
static void add_command_names(struct str *out, const struct cmd *cmd)
{
	str_add(out, cmd->name);
	if (cmd->alias)
		str_addf(out, ", %s", cmd->alias);
}

static void add_commands(struct str *out)
{
	size_t width = 0;

	for (size_t i = 0; commands[i]; i++) {
		auto_str names = {};

		add_command_names(&names, commands[i]);
		if (names.len > width)
			width = names.len;
	}
	for (size_t i = 0; commands[i]; i++) {
		auto_str names = {};

		add_command_names(&names, commands[i]);
		str_addf(out, "   %-*s  %s\n", (int)width, str_text(&names), commands[i]->summary);
	}
}

/* Every line of text behind the section's indent. */
static void add_indented(struct str *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		str_addf(out, "   %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

int help_app(struct cli *c)
{
	auto_str out = {};
	size_t width = widest_flag(app_help, widest_flag(global_opts, 0));

	str_addf(&out, "NAME:\n   %s - Open Container Initiative runtime\n\n",
		 c->program);
	str_addf(&out,
		 "A container is made from a bundle: a directory with a config.json and a root\n"
		 "file system. To run the bundle in the current directory:\n\n"
		 "    # %s run <container-id>\n\n",
		 c->program);
	str_addf(&out, "USAGE:\n   %s [global options] command [command options] [arguments...]\n\n",
		 c->program);
	str_addf(&out, "VERSION:\n   %s\n\nCOMMANDS:\n", STRAKE_VERSION);
	add_commands(&out);
	str_add(&out, "\nGLOBAL OPTIONS:\n");
	add_flags(&out, global_opts, width);
	add_flags(&out, app_help, width);
	return cli_print_str(c, &out);
}

int help_command(struct cli *c, const struct cmd *cmd)
{
	auto_str out = {};

	str_addf(&out, "NAME:\n   %s %s - %s\n\n", c->program, cmd->name, cmd->summary);
	str_addf(&out, "USAGE:\n   %s %s%s %s\n", c->program, cmd->name,
		 cmd->opts ? " [command options]" : "", cmd->args ? cmd->args : "[arguments...]");
	if (cmd->description) {
		str_add(&out, "\nDESCRIPTION:\n");
		add_indented(&out, cmd->description);
	}
	if (cmd->opts) {
		str_add(&out, "\nOPTIONS:\n");
		add_flags(&out, cmd->opts, widest_flag(cmd->opts, 0));
	}
	return cli_print_str(c, &out);
}

/* No other line may contain the word "version": Docker takes each line that does for it. */
int help_version(struct cli *c)
{
	auto_str out = {};

	str_addf(&out, "%s version %s\n", c->program, STRAKE_VERSION);
	if (*STRAKE_COMMIT)
		str_add(&out, "commit: " STRAKE_COMMIT "\n");
	str_addf(&out, "spec: %s\n", strake_spec_version());
	if (*strake_libseccomp_version())
		str_addf(&out, "libseccomp: %s\n", strake_libseccomp_version());
	return cli_print_str(c, &out);
}
