/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CPU for who was just cloned: it often stands in the queue of the one that its parent is on, with the next one idle,
 * and comes on only when the parent sleeps. Nothing is done where anybody else runs on the host: there a mask would
 * put one of them behind somebody else's work. Nor is a failure anybody's loss.
 * Runs in: parent.
 */
#pragma once

#include <sched.h>

#include "os/procfs.h"

/* What was asked, once for a container. All zero: nothing yet. */
struct os_placement {
	/* By who knows it: the caller's own mask is to be left alone. It is inherited, and a mask that was set is narrower
	 * than one that never was, should the cpuset grow (Linux 6.2); and real-time tasks the kernel brings where they can run. */
	bool stays;
	bool cpus_asked, load_asked;
	int n_cpus; /* of the caller's mask; 0: not known */
	cpu_set_t cpus;
	bool quiet; /* nobody else runs */
};

/* Whether the caller has one or two CPUs, less than one for each of three. */
bool os_placement_is_short(struct os_placement *p);
/* The child goes to another of the caller's CPUs and stays off this one: it must be nobody who hands its mask on. */
void os_send_away(struct os_placement *p, struct procfs *proc, pid_t pid);
/* The caller goes, if it is on that CPU, once; afterwards its mask has the same CPUs. ours: how many run or wait to, it included. */
void os_step_aside(struct os_placement *p, struct procfs *proc, int cpu, unsigned ours);
