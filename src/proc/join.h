/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering namespaces that exist: those given by path, and those of a running container.
 * Runs in: stage | init before pivot | parent, for its children's pid namespace.
 */
#pragma once

#include "proc/job.h"

/* kinds: bits of enum ns_kind. The order matters: see the body. */
int join_namespaces(const struct chain_job *job, uint32_t kinds, struct err *e);
/* exec into a container without a mount namespace: into its root, once. */
int join_root(struct chain_job *job, struct err *e);
/* Ids 0 of the user namespace the caller is in, where they are mapped; drops all groups. */
int become_root(struct err *e);
