/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One start of a container's process: all that the roles need, prepared by the parent.
 * Runs in: parent fills it in; stage and init read their copy of it.
 * Must not happen here: owning anything. Descriptors and pointers are borrowed from container/.
 */
#pragma once

#include <sys/types.h>

#include "cgroup/cgroup.h"
#include "mount/mount.h"
#include "ns/ns.h"
#include "oci/spec.h"
#include "oci/state.h"
#include "os/placement.h"
#include "os/procfs.h"
#include "proc/chan.h"
#include "proc/beside.h"
#include "proc/script.h"
#include "sec/seccomp.h"

struct chain_job {
	const struct spec *spec;            /* the container's config (exec: the snapshot) */
	const struct spec_process *process; /* what is to run */
	const char *id;
	const char *bundle;                 /* hooks' cwd; NULL for exec */
	struct procfs *proc;
	struct script script;
	struct ns_home *home;               /* the caller's */
	int self_pidfd;                     /* its own, where script.parent_joins; negative: none */
	bool privileged;
	bool initial_userns;       /* create and run: the process stays in it, for sure */
	bool new_keyring;
	bool relay;                         /* the parent relays the terminal: no console socket */

	/* create and run */
	struct mount_plan *mounts;
	int fifo_dir;              /* the container's directory, with exec.fifo; FD_NONE: no waiting */
	unsigned long mark;        /* os/mark.h: init has it until it executes the program; 0: none */
	int lock;                  /* the caller's lock on the container, or FD_NONE: not for children,
				    * who would hold it for as long as they live */
	int hook_output[2];        /* hooks_open_output()'s, of those that run before start */
	struct oci_state hook_state; /* id, bundle, annotations; pid and status are filled in */

	/* exec */
	int target_pidfd;          /* the container's init, or FD_NONE where there are no pidfds */
	pid_t target_pid;
	int root_fd;               /* the container's root when it has no mount namespace; FD_NONE */
	const char *const *sub_cgroups; /* NULL-terminated "[controller[,controller]:]path", or NULL */

	int ns_fd[NS_KIND_MAX];    /* namespaces by path; without target_pidfd the target's */
	struct cgroup *cgroup;
	bool cgroup_chown;         /* v2: hand the cgroup to cgroup_uid */
	uint32_t cgroup_uid;
	uint32_t delegate_uid;     /* whose linux.cgroup_delegate will be, where there is one */
	struct os_placement placement;
	struct beside *beside; /* who makes the network and mount namespaces in script.late_kinds; NULL: init */
	struct seccomp_program seccomp;
	struct seccomp_slot *seccomp_slot; /* or where it will be by BEGIN; NULL */
	const char *apparmor, *selinux; /* NULL: none */
	char *const *argv;
	char **envp;               /* NULL-terminated */
	char **home_slot;          /* the entry of envp that gets HOME=...; NULL: it is set already */
	unsigned extra_fds;        /* 3 .. go to the container */

	/*
	 * Called once init has its pid and before BEGIN: here exec.fifo is made, the state is written, so that
	 * whatever happens later can be undone by `delete`, and seccomp_slot is filled.
	 */
	int (*on_pid)(void *data, pid_t pid, int pidfd, struct err *e);
	/* Called when init needs nothing more, and has still to say that it is ready; NULL: nothing is to be done. */
	int (*meanwhile)(void *data, struct err *e);
	void *data;
	int (*on_tty)(void *data, int master, struct err *e); /* takes the descriptor */
};

/* What the parent holds after a successful chain_start(). */
struct chain_result {
	pid_t pid;
	int pidfd; /* FD_NONE where there are no pidfds */
};

/*
 * Runs the chain until init is ready: blocked on the exec fifo (create), or past its last
 * message and about to execve (run, exec). On failure every process of the chain is gone and
 * reaped, and e says why in one sentence. job->beside is the caller's to finish.
 */
int chain_start(struct chain_job *job, struct chain_result *ret, struct err *e);

/* The other roles; they never return. */
void stage_main(struct chain_job *job, struct chan *to_parent, struct chan *init_end)
	__attribute__((noreturn));
void init_main(struct chain_job *job, struct chan *to_parent) __attribute__((noreturn));
