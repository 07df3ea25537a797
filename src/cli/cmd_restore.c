/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

struct values {
	struct strake_restore_options o; /* first: what the library takes */
	bool unused;
};

#define X(kind, field, name, alias, help) OPT(kind, struct values, o.field, name, alias, help)

static const struct opt opts[] = {
	X(OPT_STRING, console_socket, "console-socket", NULL,
	  "AF_UNIX socket that gets the master of the console's pseudoterminal"),
	X(OPT_STRING, image_path, "image-path", NULL, "directory of the images (default: checkpoint)"),
	X(OPT_STRING, work_path, "work-path", NULL, "directory for CRIU's log and working files"),
	X(OPT_BOOL, tcp_established, "tcp-established", NULL, "restore open TCP connections"),
	X(OPT_BOOL, tcp_close, "tcp-close", NULL, "restore TCP sockets, but close their connections"),
	X(OPT_BOOL, ext_unix_sk, "ext-unix-sk", NULL, "restore unix sockets that lead out"),
	X(OPT_BOOL, shell_job, "shell-job", NULL, "restore processes that run on a terminal of the host"),
	X(OPT_BOOL, file_locks, "file-locks", NULL, "restore file locks"),
	X(OPT_STRING, manage_cgroups, "manage-cgroups-mode", NULL,
	  "cgroups mode: soft|full|strict|ignore (default: soft)"),
	X(OPT_STRING, network_lock, "network-lock", NULL,
	  "how checkpoint held the connections: iptables|nftables|skip (default: iptables)"),
	X(OPT_STRING, bundle, "bundle", "b", "the bundle's directory (default: the current one)"),
	X(OPT_BOOL, detach, "detach", "d", "do not wait for the container's process"),
	X(OPT_STRING, pid_file, "pid-file", NULL, "write the process id to this file"),
	X(OPT_BOOL, no_subreaper, "no-subreaper", NULL,
	  "do not become the parent of processes that the container leaves behind"),
	X(OPT_BOOL, no_new_keyring, "no-new-keyring", NULL, "keep the caller's session keyring"),
	X(OPT_STRINGS, empty_ns, "empty-ns", NULL, "make this namespace again, but not what is in it"),
	X(OPT_BOOL, auto_dedup, "auto-dedup", NULL, "punch holes in the images as memory is restored"),
	X(OPT_BOOL, lazy_pages, "lazy-pages", NULL, "fetch the memory by userfaultfd when it is used"),
	X(OPT_STRING, lsm_profile, "lsm-profile", NULL, "LSM profile of the processes, TYPE:NAME"),
	X(OPT_STRING, lsm_mount_context, "lsm-mount-context", NULL, "LSM context of the mounts"),
	/* Engines send these; but the images know their parents, a process that is restored has the
	 * descriptors that it had, and it is CRIU that changes the root. */
	{ .name = "no-pivot", .kind = OPT_BOOL, .hidden = true, .offset = offsetof(struct values, unused) },
	{ .name = "parent-path", .kind = OPT_IGNORED, .hidden = true },
	{ .name = "preserve-fds", .kind = OPT_IGNORED, .hidden = true },
	OPT_END
};
static const struct values defaults = { .o.size = sizeof(defaults.o) };

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;

	(void)n_args;
	return strake_restore(c->rt, args[0], &v->o, &c->err);
}

const struct cmd cmd_restore = {
	.name = "restore",
	.summary = "bring back a container that checkpoint saved",
	.args = "<container-id>",
	.description = "Makes a container from the bundle and gives it the processes of the images. Waits and\n"
		       "ends as run does. Needs CRIU 3.16 or newer.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
_Static_assert(sizeof(defaults) <= CMD_VALUES_MAX, "the flags fill a buffer of this size");
