/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

struct values {
	struct strake_checkpoint_options o; /* first: what the library takes */
	struct opt_int status_fd;
};

#define X(kind, field, name, help) OPT(kind, struct values, o.field, name, NULL, help)

static const struct opt opts[] = {
	X(OPT_STRING, image_path, "image-path", "directory for the images (default: checkpoint)"),
	X(OPT_STRING, work_path, "work-path", "directory for CRIU's log and working files"),
	X(OPT_STRING, parent_path, "parent-path",
	  "images of an earlier --pre-dump, relative to --image-path"),
	X(OPT_BOOL, leave_running, "leave-running", "do not end the container"),
	X(OPT_BOOL, tcp_established, "tcp-established", "dump open TCP connections"),
	X(OPT_BOOL, tcp_skip_in_flight, "tcp-skip-in-flight", "leave out TCP connections in the making"),
	X(OPT_BOOL, link_remap, "link-remap", "link unlinked files back where possible"),
	X(OPT_BOOL, ext_unix_sk, "ext-unix-sk", "dump unix sockets that lead out"),
	X(OPT_BOOL, shell_job, "shell-job", "dump processes that run on a terminal of the host"),
	X(OPT_BOOL, lazy_pages, "lazy-pages",
	  "stay and serve the memory to a restore by userfaultfd"),
	OPT(OPT_INT, struct values, status_fd, "status-fd", NULL,
	    "write a zero byte to this descriptor once --lazy-pages is ready"),
	X(OPT_STRING, page_server, "page-server", "send the memory to ADDRESS:PORT"),
	X(OPT_BOOL, file_locks, "file-locks", "dump file locks"),
	X(OPT_BOOL, pre_dump, "pre-dump", "dump the memory alone and do not end the container"),
	X(OPT_STRING, manage_cgroups, "manage-cgroups-mode",
	  "cgroups mode: soft|full|strict|ignore (default: soft)"),
	X(OPT_STRING, network_lock, "network-lock",
	  "how connections are held meanwhile: iptables|nftables|skip (default: iptables)"),
	X(OPT_STRINGS, empty_ns, "empty-ns", "make this namespace again, but not what is in it"),
	X(OPT_BOOL, auto_dedup, "auto-dedup", "remove from earlier images what this one has again"),
	OPT_END
};
static const struct values defaults = { .o.size = sizeof(defaults.o) };

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	struct values *v = values;
	int fd = (int)v->status_fd.v;

	(void)n_args;
	if (v->status_fd.set && v->status_fd.v != -1)
		v->o.status_fd = &fd;
	return strake_checkpoint(c->rt, args[0], &v->o, &c->err);
}

const struct cmd cmd_checkpoint = {
	.name = "checkpoint",
	.summary = "save a running container with CRIU",
	.args = "<container-id>",
	.description = "Writes the container's processes to a directory, from which restore brings them\n"
		       "back, and deletes the container. Needs CRIU 3.16 or newer.",
	.opts = opts,
	.values = &defaults,
	.values_size = sizeof(defaults),
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
_Static_assert(sizeof(defaults) <= CMD_VALUES_MAX, "the flags fill a buffer of this size");
