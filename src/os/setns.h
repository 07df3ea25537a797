/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering namespaces (setns with a pidfd: Linux 5.8; CLONE_NEWTIME: 5.6).
 * Runs in: stage | init | a helper of the parent's | parent for its children's pid namespace alone.
 */
#pragma once

#include "base/util.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* flag: the CLONE_NEW* of the namespace that fd is open on. -errno. */
int os_setns(int fd, uint64_t flag);
/* Those of a process, all at once. -EINVAL before Linux 5.8 and for a kind that the kernel lacks. */
int os_setns_pidfd(int pidfd, uint64_t flags);
int os_unshare(uint64_t flags);
