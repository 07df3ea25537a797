/* SPDX-License-Identifier: Apache-2.0 */
/* What the spec asks for, in the files of cgroup v1. */
#include <inttypes.h>

#include "base/log.h"
#include "cgroup/fs/rows.h"

#define MEMSW "memory.memsw.limit_in_bytes"

static const struct cg_row rows[] = {
	{ CG_CPUSET, "cpuset.cpus", "cpus", CG_SECTION_OF(cpu, cpus), CGK_STR, 0, 0 },
	{ CG_CPUSET, "cpuset.mems", "mems", CG_SECTION_OF(cpu, mems), CGK_STR, 0, 0 },
	/* A limit above memory+swap, or the other way round, is EINVAL: whichever comes too early
	 * is written again. */
	{ CG_MEMORY, "memory.limit_in_bytes", NULL, CG_SECTION_OF(memory, limit), CGK_I64,
	  CGR_ZERO_UNSET, CGW_RETRY },
	{ CG_MEMORY, MEMSW, NULL, CG_SECTION_OF(memory, swap), CGK_I64, CGR_ZERO_UNSET, CGW_RETRY },
	{ CG_MEMORY, "memory.soft_limit_in_bytes", NULL, CG_SECTION_OF(memory, reservation), CGK_I64,
	  CGR_ZERO_UNSET, 0 },
	{ CG_MEMORY, "memory.kmem.tcp.limit_in_bytes", NULL, CG_SECTION_OF(memory, kernel_tcp),
	  CGK_I64, CGR_ZERO_UNSET, 0 },
	{ CG_MEMORY, "memory.oom_control", NULL, CG_SECTION_OF(memory, disable_oom_killer), CGK_BOOL,
	  CGR_FALSE, CGW_ZERO_NEEDS_NONE }, /* a new cgroup has its parent's */
	{ CG_MEMORY, "memory.use_hierarchy", NULL, CG_SECTION_OF(memory, use_hierarchy), CGK_BOOL,
	  0, 0 },
	{ CG_MEMORY, "memory.swappiness", NULL, CG_SECTION_OF(memory, swappiness), CGK_U64, 0, 0 },
	{ CG_CPU, "cpu.shares", NULL, CG_SECTION_OF(cpu, shares), CGK_U64, CGR_ZERO_UNSET,
	  CGW_SHARES },
	{ CG_CPU, "cpu.cfs_period_us", NULL, CG_SECTION_OF(cpu, period), CGK_U64, CGR_ZERO_UNSET,
	  CGW_RETRY },
	/* Linux 5.14. */
	{ CG_CPU, "cpu.cfs_burst_us", NULL, CG_SECTION_OF(cpu, burst), CGK_U64, 0,
	  CGW_RETRY | CGW_OPTIONAL | CGW_WARN },
	{ CG_CPU, "cpu.cfs_quota_us", NULL, CG_SECTION_OF(cpu, quota), CGK_I64, CGR_ZERO_UNSET,
	  CGW_RETRY },
	{ CG_CPU, "cpu.rt_period_us", NULL, CG_SECTION_OF(cpu, realtime_period), CGK_U64,
	  CGR_ZERO_UNSET, CGW_RETRY },
	{ CG_CPU, "cpu.rt_runtime_us", NULL, CG_SECTION_OF(cpu, realtime_runtime), CGK_I64,
	  CGR_ZERO_UNSET, CGW_RETRY },
	{ CG_CPU, "cpu.idle", NULL, CG_SECTION_OF(cpu, idle), CGK_I64, 0, 0 },
	{ CG_BLKIO, "blkio.weight", "blkio.bfq.weight", CG_SECTION_OF(block_io, weight), CGK_U16,
	  CGR_ZERO_UNSET, 0 },
	{ CG_BLKIO, "blkio.leaf_weight", NULL, CG_SECTION_OF(block_io, leaf_weight), CGK_U16,
	  CGR_ZERO_UNSET, 0 },
	{ CG_NET_CLS, "net_cls.classid", NULL, CG_SECTION_OF(network, class_id), CGK_U32,
	  CGR_ZERO_UNSET, 0 },
};

static const struct {
	const char *file;
	size_t field;
} throttles[] = {
	{ "blkio.throttle.read_bps_device", offsetof(struct spec_blkio, read_bps) },
	{ "blkio.throttle.write_bps_device", offsetof(struct spec_blkio, write_bps) },
	{ "blkio.throttle.read_iops_device", offsetof(struct spec_blkio, read_iops) },
	{ "blkio.throttle.write_iops_device", offsetof(struct spec_blkio, write_iops) },
};

static void plan_blkio_devices(struct cg_plan *p, const struct spec_blkio *b)
{
	for (size_t i = 0; i < b->n_weight_devices; i++) {
		const struct spec_blkio_weight_device *d = &b->weight_devices[i];

		if (d->weight.set && d->weight.v)
			cg_plan_add(p, CG_BLKIO, "blkio.weight_device", "%" PRId64 ":%" PRId64 " %u",
				    d->major, d->minor, d->weight.v)->alt = "blkio.bfq.weight_device";
		if (d->leaf_weight.set && d->leaf_weight.v)
			cg_plan_add(p, CG_BLKIO, "blkio.leaf_weight_device",
				    "%" PRId64 ":%" PRId64 " %u", d->major, d->minor,
				    d->leaf_weight.v);
	}
	for (size_t i = 0; i < ARRAY_SIZE(throttles); i++) {
		struct spec_blkio_throttles t;

		memcpy(&t, (const char *)b + throttles[i].field, sizeof(t));
		for (size_t k = 0; k < t.n; k++)
			cg_plan_add(p, CG_BLKIO, throttles[i].file,
				    "%" PRId64 ":%" PRId64 " %" PRIu64, t.v[k].major, t.v[k].minor,
				    t.v[k].rate);
	}
}

void cg_warn_flat(const struct spec_memory *m)
{
	if (m->use_hierarchy.set && !m->use_hierarchy.v)
		log_warn("linux.resources.memory.useHierarchy: false is ignored: the kernel always "
			 "counts what is below (since Linux 5.11)");
}

static int check_memory(struct cg_plan *p, const struct spec_memory *m, struct err *e)
{
	if (m->swappiness.set && m->swappiness.v > 100)
		return err_make(e, ERR_CONFIG, EINVAL,
				"invalid memory swappiness value: %" PRIu64 " (valid range is 0-100)",
				m->swappiness.v);
	cg_warn_flat(m);
	/* Gone from the kernel; runc does not write it either. */
	if (m->kernel.set && m->kernel.v)
		log_warn("Kernel memory settings are ignored and will be removed");
	/* The limit goes to "unlimited" only together with memory+swap, where that is counted. */
	if (m->limit.set && m->limit.v == -1 && (!m->swap.set || m->swap.v == 0))
		cg_plan_add(p, CG_MEMORY, MEMSW, "-1")->flags = CGW_OPTIONAL;
	return 0;
}

int cg_v1_plan(const struct spec_resources *r, struct cg_plan *p, struct err *e)
{
	int ret;

	if (r->unified.n)
		return err_make(e, ERR_CONFIG, EINVAL,
				"invalid configuration: cannot use unified on cgroup v1");
	ret = r->memory ? check_memory(p, r->memory, e) : 0;
	if (ret < 0)
		return ret;
	cg_plan_rows(p, rows, ARRAY_SIZE(rows), r);
	cg_plan_pids(p, r);
	if (r->block_io)
		plan_blkio_devices(p, r->block_io);
	cg_plan_hugetlb(p, r, ".limit_in_bytes");
	for (size_t i = 0; r->network && i < r->network->n_priorities; i++)
		cg_plan_add(p, CG_NET_PRIO, "net_prio.ifpriomap", "%s %" PRIu32,
			    r->network->priorities[i].name, r->network->priorities[i].priority);
	cg_plan_rdma(p, r);
	return 0;
}
