/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cli/cli.h"

struct values {
	const char *bundle, *file;
	bool rootless;
};
static const struct values defaults = { .file = "config.json" };
static const struct opt opts[] = {
	OPT(OPT_STRING, struct values, bundle, "bundle", "b",
	    "the bundle's directory (default: the current one)"),
	{ .name = "file", .alias = "f", .kind = OPT_RAW, .offset = offsetof(struct values, file),
	  .help = "the name of the file in it", .def = "config.json" },
	OPT(OPT_BOOL, struct values, rootless, "rootless", NULL,
	    "make it one that a user without privileges can run"),
	OPT_END
};

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;
	auto_free char *json = NULL;
	auto_fd fd = FD_NONE;
	int r;

	(void)args;
	(void)n_args;
	json = strake_spec_json(v->rootless, &c->err);
	if (!json)
		return -1;
	if (v->bundle && chdir(v->bundle) < 0)
		return cli_fail(c, "chdir %s: %s", v->bundle, err_strerror(errno));
	fd = open(v->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EEXIST)
		return cli_fail(c, "File %s exists. Remove it first", v->file);
	if (fd < 0)
		return cli_fail(c, "open %s: %s", v->file, err_strerror(errno));
	r = io_write_all(fd, json, strlen(json));
	return r < 0 ? cli_fail(c, "write %s: %s", v->file, err_strerror(-r)) : 0;
}

const struct cmd cmd_spec = {
	.name = "spec",
	.summary = "write a config.json to start from",
	.args = "",
	.description = "Edit what it writes: the process is a shell, the root file system is expected in\n"
		       "rootfs. A config.json that is there already is left alone.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.run = run,
};
