/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Undoing a container: its processes, its cgroup, its hooks, its directory.
 * Runs in: parent.
 */
#pragma once

#include "container/opened.h"
#include "oci/spec.h"

/* Removes the cgroup; with_processes: kills who is left in it first, else that is an error. */
int destroy_cgroup(struct cgroup *cg, bool with_processes, struct err *e);
/* poststop hooks of spec; a failure warns and the rest runs (runtime.md lifecycle 13). */
void run_poststop(const struct spec *spec, const struct state *state);
/* poststart hooks; the first failure is the result. */
int run_poststart(const struct spec *spec, const struct state *state, struct err *e);
/* prestart and createRuntime hooks, in the host's namespaces; the first failure is the result. */
int run_create_hooks(const struct spec *spec, const struct state *state, struct err *e);
/* All of it, for a container whose init is dead or shall die. c must be locked. The directory
 * goes last: a delete that is killed half-way can be run again. */
int destroy_container(struct opened *c, struct err *e);
/* SIGKILL to init (to all without a pid namespace of its own), then waits for its end. */
int kill_and_wait(struct opened *c, struct err *e);
