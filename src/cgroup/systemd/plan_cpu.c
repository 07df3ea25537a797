/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources.cpu as unit properties. */
#include "base/log.h"
#include "cgroup/fs/rows.h"
#include "cgroup/systemd/unit.h"

#define DEFAULT_PERIOD 100000 /* the kernel's, in microseconds */

/* Which version of systemd knows a property. */
enum { HAS_QUOTA_PERIOD = 242, HAS_CPUSET = 244, HAS_CPU_IDLE = 252 };

void sd_add_cpu_quota(const struct sd_limits *l, struct sd_props *p, int64_t *quota,
		      uint64_t period)
{
	uint64_t per_sec = SD_INFINITY;

	if (period && l->version >= HAS_QUOTA_PERIOD)
		sd_add_u64(p, "CPUQuotaPeriodUSec", period);
	if (!*quota && !period)
		return;
	if (*quota > 0) {
		uint64_t usec = period ? period : DEFAULT_PERIOD;

		per_sec = (uint64_t)((unsigned __int128)*quota * 1000000 / usec);
		/* systemd keeps whole percents. Rounded up here, the files get the same, and what is
		 * below the container can still have all that was asked for. */
		if (per_sec % 10000) {
			per_sec = (per_sec / 10000 + 1) * 10000;
			*quota = (int64_t)((unsigned __int128)per_sec * usec / 1000000);
		}
	}
	sd_add_u64(p, "CPUQuotaPerSecUSec", per_sec);
}

static int add_cpuset(const struct sd_limits *l, struct sd_props *p, const struct spec_cpu *cpu,
		      struct err *e)
{
	int r = 0;

	if (l->version < HAS_CPUSET)
		return 0;
	if (!str_empty(cpu->cpus))
		r = sd_add_bits(p, "AllowedCPUs", cpu->cpus, e);
	if (r == 0 && !str_empty(cpu->mems))
		r = sd_add_bits(p, "AllowedMemoryNodes", cpu->mems, e);
	return r;
}

bool sd_has_cpu_idle(const struct sd_limits *l)
{
	return l->version >= HAS_CPU_IDLE;
}

/* A weight of 0 is how units say cpu.idle=1. */
static void add_v2_weight(const struct sd_limits *l, struct sd_props *p, const struct spec_cpu *cpu)
{
	bool shares = cpu->shares.set && cpu->shares.v;

	if (cpu->idle.set && cpu->idle.v == 1 && sd_has_cpu_idle(l)) {
		sd_add_u64(p, "CPUWeight", 0);
		if (shares)
			log_warn("unable to apply both CPUWeight and CpuIdle to systemd, ignoring CPUWeight");
	} else if (shares) {
		sd_add_u64(p, "CPUWeight", cg_weight_of_shares(cpu->shares.v));
	}
}

int sd_plan_cpu(const struct sd_limits *l, struct sd_props *p, struct opt_i64 *ret_quota,
		struct err *e)
{
	const struct spec_cpu *cpu = l->r->cpu;
	int64_t quota = cpu->quota.set ? cpu->quota.v : 0;

	if (l->v2)
		add_v2_weight(l, p, cpu);
	else if (cpu->shares.set && cpu->shares.v)
		sd_add_u64(p, "CPUShares", cpu->shares.v);
	sd_add_cpu_quota(l, p, &quota, cpu->period.set ? cpu->period.v : 0);
	if (cpu->quota.set)
		*ret_quota = (struct opt_i64){ true, quota };
	return add_cpuset(l, p, cpu, e);
}
