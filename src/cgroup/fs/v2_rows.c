/* SPDX-License-Identifier: Apache-2.0 */
/* What the spec asks for, in the files of cgroup v2. */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "cgroup/fs/rows.h"

static const struct cg_row rows[] = {
	{ CG_MEMORY, "memory.max", NULL, CG_SECTION_OF(memory, limit), CGK_I64,
	  CGR_ZERO_UNSET | CGR_MAX, CGW_RETRY },
	{ CG_MEMORY, "memory.low", NULL, CG_SECTION_OF(memory, reservation), CGK_I64,
	  CGR_ZERO_UNSET | CGR_MAX, 0 },
	{ CG_CPU, "cpu.max.burst", NULL, CG_SECTION_OF(cpu, burst), CGK_U64, 0, CGW_RETRY },
	{ CG_CPUSET, "cpuset.cpus", NULL, CG_SECTION_OF(cpu, cpus), CGK_STR, 0, 0 },
	{ CG_CPUSET, "cpuset.mems", NULL, CG_SECTION_OF(cpu, mems), CGK_STR, 0, 0 },
};

/* What v2 has no counterpart for. Not an error: engines send one config to every host. */
static const struct cg_row v1_only[] = {
	{ 0, "memory.swappiness", NULL, CG_SECTION_OF(memory, swappiness), CGK_U64, 0, 0 },
	{ 0, "memory.disableOOMKiller", NULL, CG_SECTION_OF(memory, disable_oom_killer), CGK_BOOL,
	  0, 0 },
	{ 0, "memory.kernel", NULL, CG_SECTION_OF(memory, kernel), CGK_I64, CGR_ZERO_UNSET, 0 },
	{ 0, "memory.kernelTCP", NULL, CG_SECTION_OF(memory, kernel_tcp), CGK_I64, CGR_ZERO_UNSET,
	  0 },
	{ 0, "cpu.realtimePeriod", NULL, CG_SECTION_OF(cpu, realtime_period), CGK_U64,
	  CGR_ZERO_UNSET, 0 },
	{ 0, "cpu.realtimeRuntime", NULL, CG_SECTION_OF(cpu, realtime_runtime), CGK_I64,
	  CGR_ZERO_UNSET, 0 },
	{ 0, "blockIO.leafWeight", NULL, CG_SECTION_OF(block_io, leaf_weight), CGK_U16,
	  CGR_ZERO_UNSET, 0 },
	{ 0, "network.classID", NULL, CG_SECTION_OF(network, class_id), CGK_U32, CGR_ZERO_UNSET, 0 },
};

static void warn_v1_only(struct cg_plan *p, const struct spec_resources *r)
{
	struct cg_plan found;

	cg_plan_init(&found, p->a);
	cg_plan_rows(&found, v1_only, ARRAY_SIZE(v1_only), r);
	for (size_t i = 0; i < found.n; i++)
		log_warn("linux.resources.%s is for cgroup v1 and ignored on v2", found.v[i].file);
	if (r->network && r->network->n_priorities)
		log_warn("linux.resources.network.priorities is for cgroup v1 and ignored on v2");
}

static int plan_swap(struct cg_plan *p, const struct spec_memory *m, struct err *e)
{
	int64_t swap;
	int r = cg_swap_max(m->limit.set ? m->limit.v : 0, m->swap.set ? m->swap.v : 0, &swap, e);

	if (r < 0 || swap == CG_NOTHING)
		return r;
	/* Without swap accounting the file is missing, and "none" or "unlimited" hold anyway. */
	if (swap == -1)
		cg_plan_add(p, CG_MEMORY, "memory.swap.max", "max")->flags = CGW_OPTIONAL;
	else
		cg_plan_add(p, CG_MEMORY, "memory.swap.max", "%" PRId64, swap)->flags =
			swap == 0 ? CGW_OPTIONAL : 0;
	return 0;
}

static void plan_cpu(struct cg_plan *p, const struct spec_cpu *cpu)
{
	bool quota = cpu->quota.set && cpu->quota.v, period = cpu->period.set && cpu->period.v;
	char max[24] = "max";

	/* An idle group takes no weight: it is set before or after. */
	if (cpu->idle.set && cpu->idle.v == 0)
		cg_plan_add(p, CG_CPU, "cpu.idle", "0");
	if (cpu->shares.set && cpu->shares.v)
		cg_plan_add(p, CG_CPU, "cpu.weight", "%" PRIu64, cg_weight_of_shares(cpu->shares.v));
	if (cpu->idle.set && cpu->idle.v != 0)
		cg_plan_add(p, CG_CPU, "cpu.idle", "%" PRId64, cpu->idle.v);
	if (quota && cpu->quota.v > 0)
		snprintf(max, sizeof(max), "%" PRId64, cpu->quota.v);
	/* One number alone leaves the period as it is; "max" alone too. */
	if (period)
		cg_plan_add(p, CG_CPU, "cpu.max", "%s %" PRIu64, max, cpu->period.v)->flags = CGW_RETRY;
	else if (quota)
		cg_plan_add(p, CG_CPU, "cpu.max", "%s", max)->flags = CGW_RETRY;
}

static const struct {
	const char *key;
	size_t field;
} throttles[] = {
	{ "rbps", offsetof(struct spec_blkio, read_bps) },
	{ "wbps", offsetof(struct spec_blkio, write_bps) },
	{ "riops", offsetof(struct spec_blkio, read_iops) },
	{ "wiops", offsetof(struct spec_blkio, write_iops) },
};

static void plan_weight_device(struct cg_plan *p, const struct spec_blkio_weight_device *d)
{
	struct cg_write *bfq = cg_plan_add(p, CG_BLKIO, "io.bfq.weight", "%" PRId64 ":%" PRId64 " %u",
					   d->major, d->minor, d->weight.v);

	bfq->alt = "io.weight";
	bfq->alt_value = arena_printf(p->a, "%" PRId64 ":%" PRId64 " %" PRIu64, d->major, d->minor,
				      cg_io_weight(d->weight.v));
	p->failed |= !bfq->alt_value;
}

static int plan_io(struct cg_plan *p, const struct spec_blkio *b, struct err *e)
{
	if (b->weight.set && b->weight.v) {
		uint64_t w = cg_io_weight(b->weight.v);
		struct cg_write *bfq;

		if (!w || w > 10000)
			return err_make(e, ERR_CONFIG, EINVAL,
					"invalid blockIO weight %u (valid range is 10-1000)",
					b->weight.v);
		/* BFQ has a file of its own, in v1's unit. */
		bfq = cg_plan_add(p, CG_BLKIO, "io.bfq.weight", "%u", b->weight.v);
		bfq->alt = "io.weight";
		bfq->alt_value = arena_printf(p->a, "%" PRIu64, w);
		p->failed |= !bfq->alt_value;
	}
	for (size_t i = 0; i < b->n_weight_devices; i++) {
		const struct spec_blkio_weight_device *d = &b->weight_devices[i];

		if (d->weight.set && d->weight.v)
			plan_weight_device(p, d);
		if (d->leaf_weight.set && d->leaf_weight.v)
			log_warn("linux.resources.blockIO.weightDevice[%zu].leafWeight is for cgroup v1 and ignored on v2",
				 i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(throttles); i++) {
		struct spec_blkio_throttles t;

		memcpy(&t, (const char *)b + throttles[i].field, sizeof(t));
		for (size_t k = 0; k < t.n; k++)
			cg_plan_add(p, CG_BLKIO, "io.max", "%" PRId64 ":%" PRId64 " %s=%" PRIu64,
				    t.v[k].major, t.v[k].minor, throttles[i].key, t.v[k].rate);
	}
	return 0;
}

/* Files by name, as they are. The name is a file of this directory and nothing else. */
static int plan_unified(struct cg_plan *p, const struct kv_list *u, struct err *e)
{
	for (size_t i = 0; i < u->n; i++) {
		const char *k = u->v[i].key, *dot = strchr(k, '.');
		struct cg_write *w;

		if (strchr(k, '/'))
			return err_make(e, ERR_CONFIG, EINVAL,
					"unified resource \"%s\" must be a file name (no slashes)", k);
		if (!dot || dot == k || !dot[1])
			return err_make(e, ERR_CONFIG, EINVAL,
					"unified resource \"%s\" must be in the form CONTROLLER.PARAMETER",
					k);
		w = cg_plan_add(p, CG_UNIFIED, k, "%s", "");
		w->value = u->v[i].value;
		w->flags = CGW_LINES;
	}
	return 0;
}

int cg_v2_plan(const struct spec_resources *r, struct cg_plan *p, struct err *e)
{
	int ret = 0;

	warn_v1_only(p, r);
	cg_plan_pids(p, r);
	if (r->memory) {
		cg_warn_flat(r->memory);
		ret = plan_swap(p, r->memory, e);
	}
	if (ret >= 0 && r->block_io)
		ret = plan_io(p, r->block_io, e);
	if (ret < 0)
		return ret;
	cg_plan_rows(p, rows, ARRAY_SIZE(rows), r);
	if (r->cpu)
		plan_cpu(p, r->cpu);
	cg_plan_hugetlb(p, r, ".max");
	cg_plan_rdma(p, r);
	return plan_unified(p, &r->unified, e);
}
