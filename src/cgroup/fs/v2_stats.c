/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of cgroup v2, in the terms of v1. */
#include <stdio.h>

#include "base/parse.h"
#include "cgroup/fs/stats.h"

#define US 1000ull /* in nanoseconds */

static void read_pids(struct cg_reader *r, struct stats *s)
{
	char *procs;

	if (cg_read_number(r, "pids.current", &s->pids.current)) {
		if (!cg_read_number(r, "pids.max", &s->pids.limit) || s->pids.limit == UINT64_MAX)
			s->pids.limit = 0;
		return;
	}
	/* Without the controller: who is here. */
	procs = cg_read_text(r, "cgroup.procs");
	if (!procs)
		procs = cg_read_text(r, "cgroup.threads");
	while (procs && cg_token(&procs, "\n"))
		s->pids.current++;
}

static void read_cpu(struct cg_reader *r, struct stats *s)
{
	static const struct cg_key keys[] = {
#define T struct stats_cpu
		{ "usage_usec", offsetof(T, usage.total), US },
		{ "user_usec", offsetof(T, usage.user), US },
		{ "system_usec", offsetof(T, usage.kernel), US },
		{ "nr_periods", offsetof(T, throttling.periods), 1 },
		{ "nr_throttled", offsetof(T, throttling.throttled_periods), 1 },
		{ "throttled_usec", offsetof(T, throttling.throttled_time), US },
#undef T
	};

	/* There even without the controller. */
	cg_read_keys(r, "cpu.stat", keys, ARRAY_SIZE(keys), &s->cpu);
	cg_read_pressure(r, "cpu.pressure", &s->cpu.pressure);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void read_memory(struct cg_reader *r, struct stats *s)
{
	struct stats_memory *m = &s->memory;

	cg_read_raw(r, "memory.stat", m);
	m->cache = cg_raw_value(m, "file");
	if (cg_read_number(r, "memory.current", &m->usage.usage)) {
		(void)cg_read_number(r, "memory.max", &m->usage.limit);
		(void)cg_read_number(r, "memory.peak", &m->usage.max); /* Linux 5.19 */
		if (cg_read_number(r, "memory.swap.current", &m->swap.usage))
			(void)cg_read_number(r, "memory.swap.max", &m->swap.limit);
		/* v1 counts both together. Their peaks cannot be added. */
		m->swap.usage = sum(m->swap.usage, m->usage.usage);
		m->swap.limit = sum(m->swap.limit, m->usage.limit);
	}
	cg_read_pressure(r, "memory.pressure", &m->pressure);
}

static void io_value(struct cg_reader *r, struct stats_blkio *b, struct stats_blkio_entry entry,
		     const char *key)
{
	static char read_op[] = "Read", write_op[] = "Write";
	bool reads = key[0] == 'r';

	entry.op = reads ? read_op : write_op;
	if (str_eq(key, "rbytes") || str_eq(key, "wbytes"))
		cg_blkio_add(r, &b->service_bytes, &entry);
	else if (str_eq(key, "rios") || str_eq(key, "wios"))
		cg_blkio_add(r, &b->serviced, &entry);
}

/* "8:0 rbytes=1 wbytes=2 ..." lines; some kernels leave the newline away behind a lone device. */
static void read_io(struct cg_reader *r, struct stats *s)
{
	static const char file[] = "io.stat";
	char *at = cg_read_text(r, file), *word;
	struct stats_blkio_entry entry = { .op = NULL };

	while (at && !r->failed && (word = cg_token(&at, " \n"))) {
		char *value = strchr(word, '='), *minor = strchr(word, ':');

		if (value) {
			*value++ = '\0';
			/* What others count there (io.cost's) need not be a number. */
			if (parse_u64(value, UINT64_MAX, &entry.value) == 0)
				io_value(r, &s->blkio, entry, word);
		} else if (minor) {
			*minor++ = '\0';
			if (parse_u64(word, UINT64_MAX, &entry.major) < 0 ||
			    parse_u64(minor, UINT64_MAX, &entry.minor) < 0)
				cg_read_malformed(r, file);
		}
	}
	cg_read_pressure(r, "io.pressure", &s->blkio.pressure);
}

static void read_hugetlb(struct cg_reader *r, struct stats *s)
{
	static const struct cg_key keys[] = { { "max", offsetof(struct stats_hugetlb, failcnt),
						1 } };

	s->hugetlb.n = cg_page_sizes(r, ".max", &s->hugetlb.v);
	for (size_t i = 0; i < s->hugetlb.n; i++) {
		struct stats_hugetlb *h = &s->hugetlb.v[i];
		char file[64];

		snprintf(file, sizeof(file), "hugetlb.%s.rsvd.current", h->page_size);
		if (!cg_read_number(r, file, &h->usage)) {
			snprintf(file, sizeof(file), "hugetlb.%s.current", h->page_size);
			(void)cg_read_number(r, file, &h->usage);
		}
		snprintf(file, sizeof(file), "hugetlb.%s.events", h->page_size);
		cg_read_keys(r, file, keys, ARRAY_SIZE(keys), h);
	}
}

int cg_v2_stats(struct cgroup *c, struct arena *a, struct stats *s, struct err *e)
{
	struct cg_reader r;

	if (cg_reader_init(&r, c, CG_UNIFIED, a, e)) {
		read_pids(&r, s);
		read_cpu(&r, s);
		read_memory(&r, s);
		read_io(&r, s);
		read_hugetlb(&r, s);
	}
	return r.failed;
}
