/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a chain_job that create and exec prepare alike.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "container/container.h"
#include "proc/job.h"
#include "store/store.h"

struct launch {
	struct chain_job job;
	struct arena arena;        /* env and the like */
	int console;               /* connected console socket, or FD_NONE */
	int pidfd_socket;          /* connected, or FD_NONE */
	int tty;                   /* the pty's master when there is no console socket, or FD_NONE */
	bool is_exec;
};

struct launch_input {
	const struct spec *spec;
	const struct spec_process *process;
	const char *id;
	const char *console_socket, *pidfd_socket;
	const char *socket_dir;    /* where their relative names begin; NULL: the working directory */
	unsigned preserve_fds;
	bool notify;               /* NOTIFY_SOCKET is at NOTIFY_ENV (create and run) */
	bool listen_fds;           /* also LISTEN_FDS of the environment (create and run) */
	bool is_exec;
	/* exec: where create may have left the program, of a config with this text. */
	const struct store_dir *dir;
	const char *config;
	size_t config_len;
};

/* Fills in what follows from the config: program, environment, seccomp, labels, namespaces by
 * path, sockets, script. The caller adds mounts, cgroup, fifo, callbacks. */
int launch_init(struct launch *l, struct runtime *rt, const struct launch_input *in, struct err *e);
void launch_fini(struct launch *l);
/* For chain_job.on_tty: to the console socket, or kept in l->tty. */
int launch_on_tty(struct launch *l, int master, struct err *e);
/* For chain_job.on_pid: the pidfd to its socket, if one was given. */
int launch_send_pidfd(struct launch *l, int pidfd, struct err *e);
/* For chain_job.on_pid: the seccomp program, where it is compiled beside init. */
int launch_fill_slot(struct launch *l, struct err *e);
