/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount namespace of the kernel's thread kdevtmpfs, of a mount or two. unshare(2) and clone(2) copy every mount
 * of the namespace that one is in, thousands on a busy host: who is to make one enters this one first.
 * Runs in: parent. In another pid namespace than the kernel's first nobody sees the thread.
 */
#pragma once

#include "os/procfs.h"

struct os_small_ns {
	pid_t thread;   /* of the first pid namespace; 0: there is none */
	uint64_t inode; /* of the namespace, for as long as the kernel runs, as the thread */
};

/* Looks through the first processes, some hundred files for each sixteen CPUs. -ENOENT: there is none to be
 * entered (CONFIG_DEVTMPFS, a pid namespace, no CAP_SYS_PTRACE). */
int os_small_ns_find(struct procfs *p, struct os_small_ns *ret);
/* A descriptor of the namespace. -ESTALE: what is there is another one. */
int os_small_ns_open(struct procfs *p, const struct os_small_ns *at);
