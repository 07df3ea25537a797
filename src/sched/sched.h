/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scheduler and the resource accounting know of one process.
 * Runs in: init (each function says when) | parent for exec's affinity and rlimits by prlimit.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "oci/stats.h"
#include "os/procfs.h"

/* prlimit(2) on pid (0: self). Words as runc: "error setting rlimit type %d: ...". */
int sched_set_rlimits(pid_t pid, const struct spec_rlimits *r, struct err *e);
/* pid 0 is self; the parent does it for an init in a user namespace, which may not lower its own. */
int sched_set_oom_score_adj(struct procfs *proc, pid_t pid, int32_t adj, struct err *e);
int sched_set_policy(const struct spec_scheduler *s, struct err *e);   /* sched_setattr(2) */
int sched_set_ioprio(const struct spec_ioprio *p, struct err *e);      /* ioprio_set(2) */
int sched_set_personality(const struct spec_personality *p, struct err *e);
int sched_set_memory_policy(const struct spec_memory_policy *p, struct err *e); /* set_mempolicy(2) */
/* A cpu list ("0-3,7") for pid (0: self). */
int sched_set_affinity(pid_t pid, const char *list, struct err *e);
/* All CPUs that the kernel allows, so that a pinned caller does not hand its mask on. */
int sched_reset_affinity(void);

/* intelrdt.c: resctrl group for the container. */
int intelrdt_apply(const struct spec_intel_rdt *r, const char *id, pid_t pid, struct err *e);
int intelrdt_remove(const struct spec_intel_rdt *r, const char *id, struct err *e);
bool intelrdt_available(void);
/* Writes new schemata to the group of a container that has one. */
int intelrdt_set(const struct spec_intel_rdt *r, const char *id, struct err *e);
/* The group's schemata and what bounds them; in a. Nothing without resctrl. */
int intelrdt_stats(const struct spec_intel_rdt *r, const char *id, struct arena *a,
		   struct stats_intel_rdt *ret, struct err *e);
/* What the kernel can limit in resctrl, as runc tells: the cache, the memory bandwidth. */
bool intelrdt_has_cache(void);
bool intelrdt_has_bandwidth(void);
