/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#define X(kind, field, name, alias, help) \
	OPT(kind, struct strake_exec_options, field, name, alias, help)

static const struct opt opts[] = {
	X(OPT_STRING, console_socket, "console-socket", NULL,
	  "AF_UNIX socket that gets the master of the console's pseudoterminal"),
	X(OPT_STRING, pidfd_socket, "pidfd-socket", NULL,
	  "AF_UNIX socket that gets a pidfd of the new process"),
	X(OPT_STRING, cwd, "cwd", NULL, "working directory in the container"),
	X(OPT_STRINGS, env, "env", "e", "set this variable, NAME=VALUE"),
	X(OPT_BOOL, tty, "tty", "t", "give the process a pseudoterminal"),
	X(OPT_RAW, user, "user", "u", "run as <uid>[:<gid>]"),
	X(OPT_NUMBERS, additional_gids, "additional-gids", "g", "add this group"),
	X(OPT_STRING, process, "process", "p", "take the process from this process.json"),
	X(OPT_BOOL, detach, "detach", "d", "do not wait for the process"),
	X(OPT_STRING, pid_file, "pid-file", NULL, "write the process id to this file"),
	X(OPT_STRING, process_label, "process-label", NULL, "SELinux label of the process"),
	X(OPT_STRING, apparmor, "apparmor", NULL, "AppArmor profile of the process"),
	X(OPT_TRISTATE, no_new_privs, "no-new-privs", NULL, "set no_new_privs, or not with =false"),
	X(OPT_STRINGS, caps, "cap", "c", "add this capability"),
	X(OPT_COUNT, preserve_fds, "preserve-fds", NULL,
	  "hand N more file descriptors to the process, behind stdio"),
	X(OPT_STRINGS, cgroups, "cgroup", NULL,
	  "run in this cgroup below the container's: [<controller>[,<controller>]:]<path>"),
	X(OPT_BOOL, ignore_paused, "ignore-paused", NULL, "do not fail when the container is paused"),
	OPT_END
};
static const struct strake_exec_options defaults = { .size = sizeof(defaults), .no_new_privs = -1 };

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	struct strake_exec_options *o = values;

	if (!o->process && n_args < 2)
		return cli_fail(c, "exec args cannot be empty");
	if (!o->process)
		o->args = (const char *const *)args + 1;
	return strake_exec(c->rt, args[0], o, &c->err);
}

const struct cmd cmd_exec = {
	.name = "exec",
	.summary = "run another process in a container",
	.args = "<container-id> <command> [argument...]  || -p process.json <container-id>",
	.description = "Flags end at the container's id: what follows belongs to the command. Ends with\n"
		       "the status of the process, or 255 when it could not be run.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.min_args = 1,
	.max_args = CMD_ANY_ARGS,
	.ends_at_argument = true,
	.seals = true,
	.runtime = true,
	.failing = "exec failed",
	.failure_status = 255,
	.run = run,
};
_Static_assert(sizeof(defaults) <= CMD_VALUES_MAX, "the flags fill a buffer of this size");
