/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `events` tells about a container: the shape of runc's types/events.go.
 * Runs in: parent.
 * Must not happen here: reading; cgroup/ and sched/ fill it in.
 *
 * Numbers are the kernel's, times in nanoseconds, "no limit" as the kernel or runc has it. What
 * is zero is mostly left out. Everything lives in the arena of who fills it.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/spec.h"

struct stats_u64s {
	uint64_t *v;
	size_t n;
};
struct stats_u16s {
	uint16_t *v;
	size_t n;
};

/* One line of a *.pressure file; averages in hundredths of a per cent. */
struct stats_pressure_line {
	uint64_t avg10, avg60, avg300, total;
};
struct stats_pressure {
	struct stats_pressure_line some, full;
};

struct stats_cpu {
	struct {
		uint64_t total, kernel, user;
		struct stats_u64s percpu, percpu_kernel, percpu_user;
	} usage;
	struct {
		uint64_t periods, throttled_periods, throttled_time;
	} throttling;
	struct stats_pressure *pressure; /* NULL: the kernel does not say */
};

struct stats_cpuset {
	struct stats_u16s cpus, mems;
	uint64_t cpu_exclusive, mem_hardwall, mem_exclusive, memory_migrate, memory_spread_page,
		memory_spread_slab, memory_pressure, sched_load_balance;
	int64_t sched_relax_domain_level;
};

struct stats_memory_entry {
	uint64_t limit, usage, max, failcnt;
};
struct stats_named {
	char *name;
	uint64_t v;
};
struct stats_memory {
	uint64_t cache;
	struct stats_memory_entry usage, swap, kernel, kernel_tcp; /* swap: memory and swap */
	struct {
		struct stats_named *v; /* ascending by name */
		size_t n;
	} raw;
	struct stats_pressure *pressure;
};

struct stats_blkio_entry {
	uint64_t major, minor, value;
	char *op; /* "Read", "Write", ...; NULL: none */
};
struct stats_blkio_list {
	struct stats_blkio_entry *v;
	size_t n;
};
struct stats_blkio {
	struct stats_blkio_list service_bytes, serviced, queued, service_time, wait_time, merged,
	    time, sectors;
	struct stats_pressure *pressure;
};

struct stats_hugetlb {
	char *page_size; /* "2MB" */
	uint64_t usage, max, failcnt;
};

/* Of one L3 cache, whose number runc does not give: they are in the order of their names. */
struct stats_mbm {
	uint64_t total_bytes, local_bytes;
};
struct stats_cmt {
	uint64_t llc_occupancy;
};

/* What resctrl says: which groups there can be, and what ours has. */
struct stats_intel_rdt {
	struct {
		char *cbm_mask;
		uint64_t min_cbm_bits, num_closids;
	} *l3_info;
	char *l3_schema_root, *l3_schema;
	struct {
		uint64_t bandwidth_gran, delay_linear, min_bandwidth, num_closids;
	} *mem_bw_info;
	char *mem_bw_schema_root, *mem_bw_schema;
	struct strv schemata;
	/* v is NULL: the machine does not count it. */
	struct {
		struct stats_mbm *v;
		size_t n;
	} mbm;
	struct {
		struct stats_cmt *v;
		size_t n;
	} cmt;
};

struct stats {
	struct stats_cpu cpu;
	struct stats_cpuset cpuset;
	struct stats_memory memory;
	struct {
		uint64_t current, limit; /* 0: no limit */
	} pids;
	struct stats_blkio blkio;
	struct {
		struct stats_hugetlb *v; /* ascending by page size's name */
		size_t n;
	} hugetlb;
	struct stats_intel_rdt intel_rdt;
};

/* One event as a line of JSON, without the newline. */
int stats_emit(const char *id, const struct stats *s, struct str *out, struct err *e);
int oom_emit(const char *id, struct str *out, struct err *e);
