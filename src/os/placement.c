/* SPDX-License-Identifier: Apache-2.0 */
#include "os/placement.h"

#include <stdlib.h>
#include <string.h>

#include "base/timeline.h"

/* How many the caller may run on; 0: not known. */
static int cpus(struct os_placement *p)
{
	if (!p->cpus_asked)
		p->n_cpus = sched_getaffinity(0, sizeof(p->cpus), &p->cpus) < 0 ? 0 : CPU_COUNT(&p->cpus);
	p->cpus_asked = true;
	return p->n_cpus;
}

bool os_placement_is_short(struct os_placement *p)
{
	return (unsigned)cpus(p) - 1 < 2;
}

/* proc(5), loadavg: how many run or are ready to is what stands before the slash. */
static bool no_more_run(struct procfs *proc, unsigned n)
{
	char text[64];
	const char *s;
	unsigned long running;

	if (procfs_read_record(proc, "loadavg", text, sizeof(text)) < 0)
		return false;
	s = strchr(text, '/');
	while (s && s > text && s[-1] != ' ')
		s--;
	running = s ? strtoul(s, NULL, 10) : 0;
	return running > 0 && running <= n;
}

/* The caller's CPUs without this one, if there is room on them. */
static bool others_are_idle(struct os_placement *p, struct procfs *proc, int here, unsigned ours, cpu_set_t *ret)
{
	if (here < 0 || cpus(p) < 2)
		return false;
	*ret = p->cpus;
	CPU_CLR(here, ret);
	if (!p->load_asked)
		p->quiet = no_more_run(proc, ours);
	p->load_asked = true;
	return p->quiet;
}

void os_send_away(struct os_placement *p, struct procfs *proc, pid_t pid)
{
	TIMELINE("looking for a CPU for the helper");
	cpu_set_t others;

	if (others_are_idle(p, proc, sched_getcpu(), 2, &others))
		sched_setaffinity(pid, sizeof(others), &others);
}

void os_step_aside(struct os_placement *p, struct procfs *proc, int cpu, unsigned ours)
{
	cpu_set_t set;

	if (cpu != sched_getcpu())
		return;
	TIMELINE("looking for a CPU for init");
	if (p->stays || !others_are_idle(p, proc, cpu, ours, &set))
		return;
	p->stays = true; /* once is enough */
	if (sched_setaffinity(0, sizeof(set), &set) == 0 && sched_setaffinity(0, sizeof(set), &p->cpus) < 0) {
		memset(&set, 0xff, sizeof(set));
		sched_setaffinity(0, sizeof(set), &set);
	}
}
