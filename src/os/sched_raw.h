/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduler, I/O priority, memory policy and personality: calls that libc has no wrapper for, or
 * wraps with types that differ between libcs.
 * Runs in: init | parent for affinity.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* The kernel's struct sched_attr as of Linux 5.3 (56 bytes); kernels before take it as well while
 * the utilization fields are 0. */
struct os_sched_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};

/* All act on the calling thread unless pid says otherwise (0: self); 0 or -errno. */
int os_sched_setattr(const struct os_sched_attr *a);
int os_sched_getattr(struct os_sched_attr *ret);
int os_sched_setaffinity(pid_t pid, const unsigned long *mask, size_t bytes);
int os_ioprio_set(uint32_t class, uint32_t level);
/* mask NULL: no nodes. max_node is the number of bits in mask. */
int os_set_mempolicy(uint32_t mode, const unsigned long *mask, unsigned long max_node);
int os_personality(unsigned long persona);
