/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/timeline.h"
#include "cli/quote.h"

#define G(kind, field, name, alias, help) OPT(kind, struct globals, field, name, alias, help)

const struct opt global_opts[] = {
	G(OPT_BOOL, debug, "debug", NULL, "write debug records too"),
	G(OPT_STRING, log, "log", NULL, "append records to this file, or send them to 'journald:NAME' or 'syslog:NAME' (default: stderr)"),
	{ .name = "log-format", .kind = OPT_STRING, .offset = offsetof(struct globals, log_format),
	  .help = "shape of the records: text or json", .def = "text" },
	G(OPT_STRING, log_level, "log-level", NULL,
	  "the least that is written: debug, info, warning or error (default: info)"),
	G(OPT_RAW, root, "root", NULL,
	  "directory for the state of containers, best on tmpfs (default: below /run, or below "
	  "$XDG_RUNTIME_DIR for users)"),
	G(OPT_BOOL, systemd_cgroup, "systemd-cgroup", NULL,
	  "let systemd make the cgroups; cgroupsPath is \"slice:prefix:name\""),
	G(OPT_STRING, cgroup_manager, "cgroup-manager", NULL,
	  "who makes the cgroups: cgroupfs, systemd (as --systemd-cgroup) or disabled"),
	{ .name = "rootless", .kind = OPT_STRING, .offset = offsetof(struct globals, rootless),
	  .help = "go on where cgroups may not be written: true, false or auto", .def = "auto" },
	G(OPT_STRING, timeline, "timeline", NULL,
	  "write where the time goes to this file, for Perfetto or chrome://tracing"),
	/* runc had it until 1.3; old clients still send it. */
	{ .name = "criu", .kind = OPT_IGNORED, .hidden = true },
	G(OPT_BOOL, version, "version", "v", "print the version"),
	OPT_END
};

/* Absolute and clean; "" is the current directory, as in runc. */
static int revise_root(struct cli *c)
{
	auto_free char *cwd = NULL;
	struct arena a;
	const char *root;
	int r = 0;

	if (!c->globals.root)
		return 0;
	if (!path_is_absolute(c->globals.root)) {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return cli_fail(c, "getwd: %s", err_strerror(errno));
	}
	arena_init(&a);
	root = cwd ? path_join(&a, cwd, c->globals.root) : path_clean(&a, c->globals.root);
	if (root && !str_eq(root, "/"))
		c->root = strdup(root);
	if (root && str_eq(root, "/"))
		r = cli_fail(c, "Option --root argument should not be set to /");
	else if (!c->root)
		r = cli_fail(c, "make --root absolute: %s", err_strerror(ENOMEM));
	arena_fini(&a);
	return r;
}

/* runc has two levels, crun's clients name more, and youki's in its own words. */
static int revise_level(struct cli *c)
{
	static const struct {
		const char *name;
		int lowest;
	} levels[] = {
		{ "debug", 0 }, { "trace", 0 }, { "info", 1 }, { "warning", 2 }, { "warn", 2 }, { "error", 3 },
	};
	const char *wanted = c->globals.log_level;

	c->log.lowest = c->globals.debug ? 0 : 1;
	if (!wanted)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (str_eq(wanted, levels[i].name)) {
			c->log.lowest = c->globals.debug ? 0 : levels[i].lowest;
			return 0;
		}
	}
	return cli_fail(c, "invalid log-level: %s", wanted);
}

/* Opened at once, so that a wrong name is told before anything is made. */
static int open_timeline(struct cli *c)
{
	int r = timeline ? 0 : timeline_start(); /* before the command, it was seen earlier */

	if (r == 0)
		c->timeline = open(c->globals.timeline, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (r < 0 || c->timeline < 0)
		return cli_fail(c, "open %s: %s", c->globals.timeline, err_strerror(r < 0 ? -r : errno));
	return 0;
}

int globals_apply(struct cli *c)
{
	const char *format = c->globals.log_format;
	struct err e;

	err_init(&e);
	if (revise_root(c) < 0 || revise_level(c) < 0)
		return -1;
	if (format && !str_eq(format, "text") && !str_eq(format, "json"))
		return cli_fail(c, "invalid log-format: %s", format);
	c->log.json = str_eq(format, "json");
	if (c->globals.timeline && open_timeline(c) < 0)
		return -1;
	if (c->globals.log && logger_open(&c->log, c->globals.log, &e) < 0) {
		err_format(&e, c->err.text, sizeof(c->err.text));
		return -1;
	}
	return 0;
}

int globals_runtime(struct cli *c)
{
	struct strake_runtime_options o = {
		.size = sizeof(o),
		.root = c->root,
		.systemd_cgroup = c->globals.systemd_cgroup,
		.cgroup_manager = c->globals.cgroup_manager,
		.rootless = -1,
		.program = c->program,
	};
	const char *rootless = c->globals.rootless;

	if (rootless && strcasecmp(rootless, "auto") != 0) {
		auto_str quoted = {};

		quote_go(&quoted, rootless);
		o.rootless = opt_bool(rootless);
		if (o.rootless < 0)
			return cli_fail(c, "strconv.ParseBool: parsing %s: invalid syntax",
					str_text(&quoted));
	}
	c->rt = strake_runtime_new(&o, &c->err);
	return c->rt ? 0 : -1;
}
