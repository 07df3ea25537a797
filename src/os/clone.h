/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone3(2) (Linux 5.3; CLONE_INTO_CGROUP 5.7) with clone(2) behind it.
 * Runs in: parent | stage.
 * The child returns 0 like fork(2), on a copy of the caller's memory.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

struct os_clone {
	uint64_t flags;  /* CLONE_NEW* and CLONE_PARENT; CLONE_PIDFD is always added */
	int cgroup;      /* a cgroup v2 directory to be born in, or -EBADF */
};

/*
 * Returns the child's pid (0 in the child) or -errno. *ret_pidfd is CLOEXEC in the parent.
 * *ret_in_cgroup tells whether the child was born in the cgroup; when false the caller must
 * move it (kernels before 5.7, or the directory is busy: the caller sees no error for that).
 */
pid_t os_clone(const struct os_clone *c, int *ret_pidfd, bool *ret_in_cgroup);

/*
 * Runs fn(arg) in a child that has descriptors and namespaces of its own but the caller's memory,
 * thread-local variables too, while the caller goes on; its end is the child's. fn may do nothing
 * but system calls, by os_raw_call(): what libc does with errno is the caller's. To be waited for
 * with __WALL; no SIGCHLD tells of it. Pid or -errno.
 */
pid_t os_clone_beside(int (*fn)(void *), void *arg, void *stack, size_t size);
