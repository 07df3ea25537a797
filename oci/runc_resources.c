/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "json/read.h"
#include "oci/merge.h"

/* config.cgroups of runc's state.json; 0 is "not set" in all of them. */
struct runc_cgroups {
	int64_t memory, reservation, swap, quota, rt_runtime, pids;
	uint64_t shares, period, rt_period;
	uint16_t blkio_weight;
};

#define T struct runc_cgroups
static const struct json_field cgroups[] = {
	{ "memory", JSON_INT, JSON_AT(T, memory) },
	{ "memory_reservation", JSON_INT, JSON_AT(T, reservation) },
	{ "memory_swap", JSON_INT, JSON_AT(T, swap) },
	{ "cpu_shares", JSON_UINT, JSON_AT(T, shares) },
	{ "cpu_quota", JSON_INT, JSON_AT(T, quota) },
	{ "cpu_period", JSON_UINT, JSON_AT(T, period) },
	{ "cpu_rt_quota", JSON_INT, JSON_AT(T, rt_runtime) },
	{ "cpu_rt_period", JSON_UINT, JSON_AT(T, rt_period) },
	{ "pids_limit", JSON_INT, JSON_AT(T, pids) },
	{ "blkio_weight", JSON_UINT, JSON_AT(T, blkio_weight) },
	{ NULL }
};
#undef T
static const struct json_field config[] = { { "cgroups", JSON_OBJECT, .child = cgroups }, { NULL } };
static const struct json_field state[] = { { "config", JSON_OBJECT, .child = config }, { NULL } };

int spec_resources_of_runc(struct arena *a, const char *name, const char *text, size_t len,
			   struct spec_resources **ret, struct err *e)
{
	struct spec_resources *r = arena_new(a, struct spec_resources);
	struct runc_cgroups c = { .memory = 0 };
	int x = json_read(state, &c, a, name, text, len, e);

	if (x < 0)
		return x;
	if (r) {
		r->memory = arena_new(a, struct spec_memory);
		r->cpu = arena_new(a, struct spec_cpu);
		r->block_io = arena_new(a, struct spec_blkio);
	}
	if (!r || !r->memory || !r->cpu || !r->block_io)
		return err_sys(e, ENOMEM, "read %s", name);
#define TAKE(to, from)                          \
	do {                                    \
		r->to.set = c.from != 0;        \
		r->to.v = c.from;               \
	} while (0)
	TAKE(memory->limit, memory);
	TAKE(memory->reservation, reservation);
	TAKE(memory->swap, swap);
	TAKE(cpu->shares, shares);
	TAKE(cpu->quota, quota);
	TAKE(cpu->period, period);
	TAKE(cpu->realtime_runtime, rt_runtime);
	TAKE(cpu->realtime_period, rt_period);
	TAKE(block_io->weight, blkio_weight);
	TAKE(pids_limit, pids);
#undef TAKE
	*ret = r;
	return 0;
}
