/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of cgroup v1. */
#include <stdio.h>
#include <unistd.h>

#include "base/parse.h"
#include "cgroup/fs/stats.h"

#define NS_PER_S 1000000000ull

/* Plain numbers. Without "cpuset." where the hierarchy is mounted with noprefix. */
static const struct {
	uint32_t controller;
	const char *file;
	size_t offset;
} numbers[] = {
#define T struct stats
	{ CG_CPUACCT, "cpuacct.usage", offsetof(T, cpu.usage.total) },
	{ CG_PIDS, "pids.current", offsetof(T, pids.current) },
	{ CG_PIDS, "pids.max", offsetof(T, pids.limit) },
	{ CG_CPUSET, "cpuset.cpu_exclusive", offsetof(T, cpuset.cpu_exclusive) },
	{ CG_CPUSET, "cpuset.mem_hardwall", offsetof(T, cpuset.mem_hardwall) },
	{ CG_CPUSET, "cpuset.mem_exclusive", offsetof(T, cpuset.mem_exclusive) },
	{ CG_CPUSET, "cpuset.memory_migrate", offsetof(T, cpuset.memory_migrate) },
	{ CG_CPUSET, "cpuset.memory_spread_page", offsetof(T, cpuset.memory_spread_page) },
	{ CG_CPUSET, "cpuset.memory_spread_slab", offsetof(T, cpuset.memory_spread_slab) },
	{ CG_CPUSET, "cpuset.memory_pressure", offsetof(T, cpuset.memory_pressure) },
	{ CG_CPUSET, "cpuset.sched_load_balance", offsetof(T, cpuset.sched_load_balance) },
#undef T
};

static int read_numbers(struct cgroup *c, struct arena *a, struct stats *s, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const char *file = numbers[i].file;
		struct cg_reader r;
		uint64_t v;

		if (cg_reader_init(&r, c, numbers[i].controller, a, e) &&
		    (cg_read_number(&r, file, &v) ||
		     (numbers[i].controller == CG_CPUSET &&
		      cg_read_number(&r, strchr(file, '.') + 1, &v))))
			memcpy((char *)s + numbers[i].offset, &v, sizeof(v));
		if (r.failed)
			return r.failed;
	}
	if (s->pids.limit == UINT64_MAX)
		s->pids.limit = 0;
	return 0;
}

static void read_cpuset(struct cg_reader *r, struct stats *s)
{
	struct stats_cpuset *set = &s->cpuset;
	char *level;

	cg_read_ranges(r, "cpuset.cpus", &set->cpus);
	cg_read_ranges(r, "cpuset.mems", &set->mems);
	if (!set->cpus.n)
		cg_read_ranges(r, "cpus", &set->cpus);
	if (!set->mems.n)
		cg_read_ranges(r, "mems", &set->mems);
	level = cg_read_text(r, "cpuset.sched_relax_domain_level");
	if (!level)
		level = cg_read_text(r, "sched_relax_domain_level");
	if (level)
		set->sched_relax_domain_level = strtoll(level, NULL, 10);
}

static void read_cpu(struct cg_reader *r, struct stats *s)
{
	static const struct cg_key keys[] = {
		{ "nr_periods", offsetof(struct stats_cpu, throttling.periods), 1 },
		{ "nr_throttled", offsetof(struct stats_cpu, throttling.throttled_periods), 1 },
		{ "throttled_time", offsetof(struct stats_cpu, throttling.throttled_time), 1 },
	};

	cg_read_keys(r, "cpu.stat", keys, ARRAY_SIZE(keys), &s->cpu);
}

/* "cpu user system", then a line for each CPU (Linux 4.8). */
static void read_usage_all(struct cg_reader *r, struct stats *s)
{
	static const char file[] = "cpuacct.usage_all";
	char *at = cg_read_text(r, file), *line = at ? cg_token(&at, "\n") : NULL;
	size_t n = s->cpu.usage.percpu.n, i = 0;
	uint64_t *user = arena_array(r->a, n + 1, sizeof(*user));
	uint64_t *kernel = arena_array(r->a, n + 1, sizeof(*kernel));

	if (!line || !user || !kernel || n == 0)
		return;
	if (!str_starts(line, "cpu user system")) {
		cg_read_malformed(r, file);
		return;
	}
	for (; i < n && (line = cg_token(&at, "\n")); i++) {
		unsigned long long v[3]; /* cpu, user, system */

		if (parse_numbers(line, v, ARRAY_SIZE(v)) < 0) {
			cg_read_malformed(r, file);
			return;
		}
		user[i] = v[1];
		kernel[i] = v[2];
	}
	if (i) {
		s->cpu.usage.percpu_user = (struct stats_u64s){ user, i };
		s->cpu.usage.percpu_kernel = (struct stats_u64s){ kernel, i };
	}
}

static void read_cpuacct(struct cg_reader *r, struct stats *s)
{
	static const struct cg_key keys[] = {
		{ "user", offsetof(struct stats_cpu, usage.user), 1 },
		{ "system", offsetof(struct stats_cpu, usage.kernel), 1 },
	};
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);

	cg_read_keys(r, "cpuacct.stat", keys, ARRAY_SIZE(keys), &s->cpu);
	s->cpu.usage.user = s->cpu.usage.user * NS_PER_S / ticks;
	s->cpu.usage.kernel = s->cpu.usage.kernel * NS_PER_S / ticks;
	cg_read_list(r, "cpuacct.usage_percpu", &s->cpu.usage.percpu);
	read_usage_all(r, s);
}

static void read_memory(struct cg_reader *r, struct stats *s)
{
	static const struct {
		const char *prefix;
		size_t offset;
	} kinds[] = {
		{ "memory", offsetof(struct stats_memory, usage) },
		{ "memory.memsw", offsetof(struct stats_memory, swap) },
		{ "memory.kmem", offsetof(struct stats_memory, kernel) },
		{ "memory.kmem.tcp", offsetof(struct stats_memory, kernel_tcp) },
	};

	cg_read_raw(r, "memory.stat", &s->memory);
	s->memory.cache = cg_raw_value(&s->memory, "cache");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct stats_memory_entry entry = { .usage = 0 };
		char file[64];

		/* Swap and kernel memory are counted on some kernels only. */
		snprintf(file, sizeof(file), "%s.usage_in_bytes", kinds[i].prefix);
		if (!cg_read_number(r, file, &entry.usage))
			continue;
		snprintf(file, sizeof(file), "%s.max_usage_in_bytes", kinds[i].prefix);
		(void)cg_read_number(r, file, &entry.max);
		snprintf(file, sizeof(file), "%s.failcnt", kinds[i].prefix);
		(void)cg_read_number(r, file, &entry.failcnt);
		snprintf(file, sizeof(file), "%s.limit_in_bytes", kinds[i].prefix);
		(void)cg_read_number(r, file, &entry.limit);
		memcpy((char *)&s->memory + kinds[i].offset, &entry, sizeof(entry));
	}
}

/*
 * Which files there are depends on the IO scheduler. A set is taken when its first file has
 * something in it: BFQ with its debug counters and without, CFQ (until Linux 5.0), and what the
 * block layer itself counts, of all below and of this cgroup alone.
 */
#define LIST(m) offsetof(struct stats_blkio, m)
struct blkio_file {
	const char *file;
	size_t list;
};
#define DETAILED(prefix)                                                                     \
	{ prefix ".sectors_recursive", LIST(sectors) },                                     \
	{ prefix ".io_service_time_recursive", LIST(service_time) },                        \
	{ prefix ".io_wait_time_recursive", LIST(wait_time) },                              \
	{ prefix ".io_merged_recursive", LIST(merged) },                                    \
	{ prefix ".io_queued_recursive", LIST(queued) }, { prefix ".time_recursive", LIST(time) }, \
	COUNTED(prefix, "_recursive")
#define COUNTED(prefix, suffix)                                  \
	{ prefix ".io_serviced" suffix, LIST(serviced) },        \
	{ prefix ".io_service_bytes" suffix, LIST(service_bytes) }

static const struct blkio_file bfq_debug[] = { DETAILED("blkio.bfq"), { NULL, 0 } };
static const struct blkio_file bfq[] = { COUNTED("blkio.bfq", "_recursive"), { NULL, 0 } };
static const struct blkio_file cfq[] = { DETAILED("blkio"), { NULL, 0 } };
static const struct blkio_file throttle_below[] = { COUNTED("blkio.throttle", "_recursive"),
						    { NULL, 0 } };
static const struct blkio_file throttle[] = { COUNTED("blkio.throttle", ""), { NULL, 0 } };

static void read_blkio(struct cg_reader *r, struct stats *s)
{
	static const struct blkio_file *const sets[] = { bfq_debug, bfq, cfq, throttle_below,
							 throttle };

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		const struct blkio_file *f = sets[i];

		for (; f->file; f++) {
			struct stats_blkio_list l = { .n = 0 };

			cg_read_blkio(r, f->file, &l);
			if (!l.n)
				break;
			memcpy((char *)&s->blkio + f->list, &l, sizeof(l));
		}
		if (f != sets[i])
			return;
	}
}

static void read_hugetlb(struct cg_reader *r, struct stats *s)
{
	s->hugetlb.n = cg_page_sizes(r, ".limit_in_bytes", &s->hugetlb.v);
	for (size_t i = 0; i < s->hugetlb.n; i++) {
		struct stats_hugetlb *h = &s->hugetlb.v[i];
		const char *rsvd = ".rsvd"; /* what is reserved counts, since Linux 5.7 */
		char file[64];

		snprintf(file, sizeof(file), "hugetlb.%s.rsvd.usage_in_bytes", h->page_size);
		if (!cg_read_number(r, file, &h->usage)) {
			rsvd = "";
			snprintf(file, sizeof(file), "hugetlb.%s.usage_in_bytes", h->page_size);
			(void)cg_read_number(r, file, &h->usage);
		}
		snprintf(file, sizeof(file), "hugetlb.%s%s.max_usage_in_bytes", h->page_size, rsvd);
		(void)cg_read_number(r, file, &h->max);
		snprintf(file, sizeof(file), "hugetlb.%s%s.failcnt", h->page_size, rsvd);
		(void)cg_read_number(r, file, &h->failcnt);
	}
}

int cg_v1_stats(struct cgroup *c, struct arena *a, struct stats *s, struct err *e)
{
	static const struct {
		uint32_t controller;
		void (*read)(struct cg_reader *r, struct stats *s);
	} parts[] = {
		{ CG_CPUSET, read_cpuset }, { CG_CPU, read_cpu }, { CG_CPUACCT, read_cpuacct },
		{ CG_MEMORY, read_memory }, { CG_BLKIO, read_blkio }, { CG_HUGETLB, read_hugetlb },
	};
	int ret = read_numbers(c, a, s, e);

	for (size_t i = 0; ret == 0 && i < ARRAY_SIZE(parts); i++) {
		struct cg_reader r;

		if (cg_reader_init(&r, c, parts[i].controller, a, e))
			parts[i].read(&r, s);
		ret = r.failed;
	}
	return ret;
}
