/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of the program: its globals, its command, how it ends.
 * Runs in: parent.
 * Must not happen here: anything that include/strake does not offer. A command is one row in
 * commands.c and one file.
 */
#pragma once

#include <strake/container.h>
#include <strake/features.h>

#include "cli/logger.h"
#include "cli/options.h"

/* The global options. */
struct globals {
	bool debug, systemd_cgroup, version;
	const char *log, *log_format, *log_level, *root, *rootless, *timeline, *cgroup_manager;
};
extern const struct opt global_opts[];

struct cli {
	const char *argv0;   /* as typed */
	const char *program; /* "strake", or "runc" when called by that name */
	struct globals globals;
	struct logger log;
	int timeline;        /* the file of --timeline, or FD_NONE */
	char *root;          /* --root, absolute; NULL: the library's rule */
	strake_runtime *rt;  /* only in commands that have .runtime */
	struct strake_error err; /* why a command returned -1 */
};

/* Room for what any command's flags fill. */
#define CMD_VALUES_MAX 512
#define CMD_ANY_ARGS SIZE_MAX

struct cmd {
	const char *name, *alias;
	const char *summary;
	const char *args;         /* behind the name in USAGE; NULL: "[arguments...]" */
	const char *description;  /* NULL: none */
	const struct opt *opts;   /* NULL: none */
	size_t values_size;
	const void *values;       /* their defaults; NULL: zero */
	size_t min_args, max_args; /* as runc counts them: an exact number when both are the same */
	bool ends_at_argument;    /* flags end at the first argument */
	bool seals;               /* enters a container: runs from a sealed copy */
	bool runtime;             /* works on containers */
	const char *failing;      /* "create failed": put before the error; NULL: nothing */
	bool failing_named;       /* ... with the program's name before it */
	int failure_status;       /* 0: 1 */
	/* The exit status, or -1 with c->err set. */
	int (*run)(struct cli *c, void *values, char **args, size_t n_args);
};

extern const struct cmd cmd_checkpoint, cmd_create, cmd_delete, cmd_events, cmd_exec, cmd_features, cmd_help,
	cmd_kill, cmd_list, cmd_mounts, cmd_pause, cmd_ps, cmd_restore, cmd_resume, cmd_run, cmd_spec, cmd_start,
	cmd_state, cmd_update;
/* In the order of the help, ends with NULL. */
extern const struct cmd *const commands[];
const struct cmd *command_find(const char *name);

/* program.c: the whole program behind main(); the exit status. */
int cli_main(char **argv);

/* globals.c: puts the globals to work: log, root, runtime. -1 with c->err set. */
int globals_apply(struct cli *c);
int globals_runtime(struct cli *c);

/* cli.c: c->err = the sentence; returns -1. */
int cli_fail(struct cli *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* stdout: 0, or -1 with c->err set. */
int cli_print(struct cli *c, const char *text);
int cli_print_str(struct cli *c, const struct str *text);
/* A file, or stdin for "-", in the heap (what is no regular file: cli/streams.h): 0, or -1 with c->err set. */
int cli_read_document(struct cli *c, const char *path, char **ret, size_t *ret_len);
/* The exit status for a command that is not there, told. */
int cli_unknown_command(struct cli *c, const char *name);
/* A hint on stderr when the failure may come from cgroups that are not ours. */
void cli_cgroup_hint(struct cli *c, const char *op);

/* help.c; 0 or -1 as cli_print(). */
int help_app(struct cli *c);
int help_command(struct cli *c, const struct cmd *cmd);
int help_version(struct cli *c);
