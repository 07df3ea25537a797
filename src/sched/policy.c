/* SPDX-License-Identifier: Apache-2.0 */
/* How one process is scheduled: CPU, disk, memory nodes; and which kernel it believes to run on. */
#include <errno.h>

#include "base/cpulist.h"
#include "os/sched_raw.h"
#include "sched/sched.h"

/* linux/sched.h; sched.h of the C library lacks one of them. */
enum { FIFO = 1, RR = 2, DEADLINE = 6 };

int sched_set_policy(const struct spec_scheduler *s, struct err *e)
{
	/* The utilization clamps stay 0: the spec has the flags for them but no values. */
	const struct os_sched_attr attr = {
		.policy = s->policy,
		.flags = s->flags,
		.nice = s->nice,
		.priority = (uint32_t)s->priority,
		.runtime = s->runtime,
		.deadline = s->deadline,
		.period = s->period,
	};
	int r = os_sched_setattr(&attr);

	/* SCHED_DEADLINE is admitted only over a whole root domain (Documentation/scheduler). */
	if (r == -EPERM && s->policy == DEADLINE)
		return err_sys(e, EPERM, "process scheduler can't be used together with AllowedCPUs, and "
			       "needs CAP_SYS_NICE: policy %u", s->policy);
	if (r == -EPERM && (s->policy == FIFO || s->policy == RR))
		return err_sys(e, EPERM, "a real-time policy needs CAP_SYS_NICE and, on cgroup v1, "
			       "linux.resources.cpu.realtimeRuntime: policy %u", s->policy);
	if (r == -EOPNOTSUPP)
		return err_sys(e, EOPNOTSUPP, "this kernel has no utilization clamps: scheduler flags 0x%llx",
			       (unsigned long long)s->flags);
	if (r < 0)
		return err_sys(e, -r, "error setting scheduler policy %u", s->policy);
	return 0;
}

int sched_set_ioprio(const struct spec_ioprio *p, struct err *e)
{
	int r = os_ioprio_set(p->class, (uint32_t)p->priority);

	if (r < 0)
		return err_sys(e, -r, "failed to set io priority (class %u, priority %d)", p->class,
			       p->priority);
	return 0;
}

int sched_set_personality(const struct spec_personality *p, struct err *e)
{
	/* Its flags: the spec defines none, and the config's reader has said so. */
	int r = os_personality(p->domain);

	if (r < 0)
		return err_sys(e, -r, "set_personality to 0x%llx", (unsigned long long)p->domain);
	return 0;
}

int sched_set_memory_policy(const struct spec_memory_policy *p, struct err *e)
{
	struct cpulist nodes = { .n = 0 };
	int r;

	if (!str_empty(p->nodes)) {
		r = cpulist_parse(p->nodes, &nodes);
		if (r < 0)
			return err_make(e, ERR_CONFIG, -r,
					"linux.memoryPolicy.nodes: \"%s\" is not a list of nodes",
					p->nodes);
	}
	r = os_set_mempolicy(p->mode | p->flags, nodes.n ? nodes.bits : NULL, nodes.n);
	if (r < 0)
		return err_sys(e, -r, "set_mempolicy (mode %u, flags 0x%x, nodes \"%s\")", p->mode,
			       p->flags, p->nodes ? p->nodes : "");
	return 0;
}

int sched_set_affinity(pid_t pid, const char *list, struct err *e)
{
	struct cpulist cpus;
	int r = cpulist_parse(list, &cpus);

	if (r < 0)
		return err_make(e, ERR_CONFIG, -r, "\"%s\" is not a list of CPUs", list);
	r = os_sched_setaffinity(pid, cpus.bits, cpulist_bytes(&cpus));
	if (r < 0)
		return err_sys(e, -r, "error setting CPU affinity to %s", list);
	return 0;
}

/* CONFIG_NR_CPUS with CONFIG_MAXSMP, Linux 6.18. */
#define KERNEL_CPUS_MAX 8192

int sched_reset_affinity(void)
{
	unsigned long all[KERNEL_CPUS_MAX / CPULIST_WORD_BITS];

	/* The kernel cuts the mask to its CPUs and to the cpuset, and remembers the rest: CPUs that
	 * come into the cpuset later are allowed too. */
	memset(all, 0xff, sizeof(all));
	return os_sched_setaffinity(0, all, sizeof(all));
}
