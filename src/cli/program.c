/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of the command line to the command, and to the exit status. */
#include <signal.h>
#include <stdalign.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path.h"
#include "base/timeline.h"
#include "cli/cli.h"
#include "os/all_signals.h"

static void to_logger(void *data, int level, const char *msg)
{
	logger_record(data, level, msg);
}

/* The usage error goes to stdout with the help, and once more where errors go. */
static int usage(struct cli *c, const struct cmd *cmd, const char *msg, bool show_msg)
{
	auto_str line = {};

	if (show_msg)
		str_addf(&line, "Incorrect Usage%s %s\n\n", cmd ? ":" : ".", msg);
	else
		str_add(&line, "Incorrect Usage.\n\n");
	if (cli_print(c, str_text(&line)) == 0)
		(void)(cmd ? help_command(c, cmd) : help_app(c));
	logger_failure(&c->log, msg);
	return 1;
}

/* The exit status of what only prints. */
static int printed(struct cli *c, int r)
{
	if (r == 0)
		return 0;
	logger_failure(&c->log, c->err.text);
	return 1;
}

/* Apart, for the sake of the stack: every command has the frame of who calls this. */
static int __attribute__((noinline)) usage_err(struct cli *c, const struct cmd *cmd, const struct err *e)
{
	char msg[ERR_TEXT_MAX];

	err_format(e, msg, sizeof(msg));
	return usage(c, cmd, msg, true);
}

static int check_args(struct cli *c, const struct cmd *cmd, size_t n)
{
	auto_str msg = {};

	if (n >= cmd->min_args && n <= cmd->max_args)
		return 0;
	str_addf(&msg, "%s: \"%s\" requires ", c->argv0, cmd->name);
	if (cmd->min_args == cmd->max_args)
		str_addf(&msg, "exactly %zu argument(s)", cmd->min_args);
	else if (n < cmd->min_args)
		str_addf(&msg, "a minimum of %zu argument(s)", cmd->min_args);
	else
		str_addf(&msg, "a maximum of %zu argument(s)", cmd->max_args);
	return usage(c, cmd, str_text(&msg), false);
}

/* A failure of the command itself, with the words that tell which one it was. */
static int command_failed(struct cli *c, const struct cmd *cmd)
{
	auto_str msg = {};

	if (cmd->failing)
		str_addf(&msg, "%s%s%s: ", cmd->failing_named ? c->program : "",
			 cmd->failing_named ? " " : "", cmd->failing);
	str_add(&msg, c->err.text);
	logger_failure(&c->log, str_text(&msg));
	return cmd->failure_status ? cmd->failure_status : 1;
}

/* Reads the flags and the arguments' number. *ret_args: where the arguments begin. */
static int command_parse(const struct cmd *cmd, void *values, char **args, bool *help,
			 char ***ret_args, size_t *ret_n, struct err *e)
{
	size_t first, n = 0;
	int r;

	if (!cmd->ends_at_argument) {
		r = opts_parse(cmd->opts, values, args, help, ret_n, e);
		if (r == 0)
			*ret_args = args;
		return r;
	}
	r = opts_parse_leading(cmd->opts, values, args, help, &first, e);
	if (r < 0)
		return r;
	while (args[first + n])
		n++;
	*ret_args = args + first;
	*ret_n = n;
	return 0;
}

static int command_timed(struct cli *c, const struct cmd *cmd, void *values, char **args, size_t n)
{
	TIMELINE(cmd->name);
	return cmd->run(c, values, args, n);
}

/* sealed: the result of strake_seal_self(); c->err is its reason. */
static int command_call(struct cli *c, const struct cmd *cmd, void *values, char **args, int sealed, struct err *e)
{
	bool help = false;
	size_t n = 0;
	int r;

	if (command_parse(cmd, values, args, &help, &args, &n, e) < 0)
		return usage_err(c, cmd, e);
	if (help) {
		r = help_command(c, cmd);
	} else {
		r = check_args(c, cmd, n);
		if (r > 0)
			return r;
		r = sealed;
		if (r == 0 && cmd->runtime)
			r = globals_runtime(c);
		if (r == 0)
			r = command_timed(c, cmd, values, args, n);
	}
	return r < 0 ? command_failed(c, cmd) : r;
}

static int command_run(struct cli *c, const struct cmd *cmd, char **args, int sealed, struct err *e)
{
	alignas(max_align_t) char values[CMD_VALUES_MAX] = {};
	int r;

	if (cmd->values)
		memcpy(values, cmd->values, cmd->values_size);
	r = command_call(c, cmd, values, args, sealed, e);
	opts_fini(cmd->opts, values);
	return r;
}

/* runc takes its global flags after the command too, from the version on that has cli v3. */
static int hoist_globals(struct cli *c, const struct cmd *cmd, char **args, struct err *e)
{
	if (opts_hoist(global_opts, &c->globals, cmd->opts, cmd->ends_at_argument, args, e) == 0)
		return 0;
	return usage_err(c, cmd, e);
}

/*
 * args: the command and what follows. The order matters: sealing runs the program again, so it
 * comes before anything is opened; its failure is told once the log is open.
 */
static int dispatch(struct cli *c, char **argv, char **args, struct err *e)
{
	const struct cmd *cmd = args[0] ? command_find(args[0]) : NULL;
	int sealed = 0;

	if (c->globals.timeline)
		(void)timeline_start(); /* tried again, and told, when the options are complete */
	if (cmd && cmd->seals) {
		TIMELINE("sealing the program");
		sealed = strake_seal_self(argv, &c->err);
	}
	if (cmd && hoist_globals(c, cmd, args + 1, e) != 0)
		return 1;
	if (globals_apply(c) < 0) {
		logger_failure(&c->log, c->err.text);
		return 1;
	}
	strake_set_log(to_logger, &c->log, c->log.lowest);
	if (!args[0])
		return printed(c, help_app(c));
	if (!cmd)
		return cli_unknown_command(c, args[0]);
	if (c->globals.version)
		return printed(c, help_version(c));
	return command_run(c, cmd, args + 1, sealed, e);
}

static void write_timeline(struct cli *c)
{
	int r = timeline && c->timeline >= 0 ? timeline_finish(c->timeline) : 0;
	auto_str msg = {};

	if (r < 0) {
		str_addf(&msg, "write %s: %s", c->globals.timeline, err_strerror(-r));
		logger_record(&c->log, LOG_LEVEL_WARNING, str_text(&msg));
	}
	cleanup_fd(&c->timeline);
}

static void cli_fini(struct cli *c)
{
	write_timeline(c);
	/* The rest the process's end does, and quicker; who looks for leaks wants to see it done. */
	if (!SANITIZED)
		return;
	strake_set_log(NULL, NULL, LOG_LEVEL_ERROR);
	strake_runtime_free(c->rt);
	free(c->root);
	logger_fini(&c->log);
}

int cli_main(char **argv)
{
	struct cli c = { .argv0 = argv[0], .timeline = FD_NONE };
	bool help = false;
	sigset_t no_pipe;
	size_t n;
	struct err e;
	int r;

	/* conmon hands an ignored SIGPIPE down, others the default: a reader that went away must
	 * not kill a half-made create. Blocked, it needs no care: the library gives what it executes an empty mask. */
	sigemptyset(&no_pipe);
	sigaddset(&no_pipe, SIGPIPE);
	os_signal_mask(SIG_BLOCK, &no_pipe, NULL);
	signal(SIGCHLD, SIG_DFL);
	c.program = str_eq(path_base(argv[0]), "runc") ? "runc" : "strake";
	logger_init(&c.log);
	err_init(&e);
	r = opts_parse_leading(global_opts, &c.globals, argv + 1, &help, &n, &e);
	if (r < 0) {
		r = usage_err(&c, NULL, &e);
	} else if (help) {
		r = printed(&c, help_app(&c));
	} else if (c.globals.version) {
		r = printed(&c, help_version(&c));
	} else {
		r = dispatch(&c, argv, argv + 1 + n, &e);
	}
	cli_fini(&c);
	return r;
}
