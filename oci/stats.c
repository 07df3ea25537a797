/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/stats.h"

#include <errno.h>

#include "json/write.h"
#include "oci/fields.h"

#define NUMBER(name, T, m) { (name), JSON_UINT, JSON_AT(T, m) }
/* Written even when zero. */
#define NUMBER_0(name, T, m) { (name), JSON_UINT, JSON_ALWAYS, JSON_AT(T, m) }
#define NUMBERS(name, T, m) { (name), JSON_ARRAY, JSON_LIST_AT(T, m), .child = &item_number }
#define PRESSURE(T) { "psi", JSON_POINTER, JSON_POINTER_AT(T, pressure), .child = pressure }

static const struct json_field item_number = { "", JSON_UINT, .size = sizeof(uint64_t) };
static const struct json_field item_short = { "", JSON_UINT, .size = sizeof(uint16_t) };

static const struct json_field pressure_line[] = {
#define T struct stats_pressure_line
	{ "avg10", JSON_HUNDREDTHS, JSON_ALWAYS, JSON_AT(T, avg10) },
	{ "avg60", JSON_HUNDREDTHS, JSON_ALWAYS, JSON_AT(T, avg60) },
	{ "avg300", JSON_HUNDREDTHS, JSON_ALWAYS, JSON_AT(T, avg300) },
	NUMBER_0("total", T, total),
#undef T
	{ NULL }
};

static const struct json_field pressure[] = {
	{ "some", JSON_OBJECT, JSON_AT(struct stats_pressure, some), .child = pressure_line },
	{ "full", JSON_OBJECT, JSON_AT(struct stats_pressure, full), .child = pressure_line },
	{ NULL }
};

#define T struct stats_cpu
static const struct json_field cpu_usage[] = {
	NUMBER("total", T, usage.total),
	NUMBERS("percpu", T, usage.percpu),
	NUMBERS("percpu_kernel", T, usage.percpu_kernel),
	NUMBERS("percpu_user", T, usage.percpu_user),
	NUMBER_0("kernel", T, usage.kernel),
	NUMBER_0("user", T, usage.user),
	{ NULL }
};

static const struct json_field throttling[] = {
	NUMBER("periods", T, throttling.periods),
	NUMBER("throttledPeriods", T, throttling.throttled_periods),
	NUMBER("throttledTime", T, throttling.throttled_time),
	{ NULL }
};

/* The rows of both know where they are in the whole. */
static const struct json_field cpu[] = {
	{ "usage", JSON_OBJECT, .child = cpu_usage },
	{ "throttling", JSON_OBJECT, .child = throttling },
	PRESSURE(T),
	{ NULL }
};
#undef T

static const struct json_field cpuset[] = {
#define T struct stats_cpuset
	{ "cpus", JSON_ARRAY, JSON_LIST_AT(T, cpus), .child = &item_short },
	NUMBER_0("cpu_exclusive", T, cpu_exclusive),
	{ "mems", JSON_ARRAY, JSON_LIST_AT(T, mems), .child = &item_short },
	NUMBER_0("mem_hardwall", T, mem_hardwall),
	NUMBER_0("mem_exclusive", T, mem_exclusive),
	NUMBER_0("memory_migrate", T, memory_migrate),
	NUMBER_0("memory_spread_page", T, memory_spread_page),
	NUMBER_0("memory_spread_slab", T, memory_spread_slab),
	NUMBER_0("memory_pressure", T, memory_pressure),
	NUMBER_0("sched_load_balance", T, sched_load_balance),
	{ "sched_relax_domain_level", JSON_INT, JSON_ALWAYS, JSON_AT(T, sched_relax_domain_level) },
#undef T
	{ NULL }
};

static const struct json_field memory_entry[] = {
#define T struct stats_memory_entry
	NUMBER_0("limit", T, limit),
	NUMBER("usage", T, usage),
	NUMBER("max", T, max),
	NUMBER_0("failcnt", T, failcnt),
#undef T
	{ NULL }
};

static const struct json_field item_named = { "", JSON_UINT, JSON_AT(struct stats_named, v) };

static const struct json_field memory[] = {
#define T struct stats_memory
	NUMBER("cache", T, cache),
	{ "usage", JSON_OBJECT, JSON_AT(T, usage), .child = memory_entry },
	{ "swap", JSON_OBJECT, JSON_AT(T, swap), .child = memory_entry },
	{ "kernel", JSON_OBJECT, JSON_AT(T, kernel), .child = memory_entry },
	{ "kernelTCP", JSON_OBJECT, JSON_AT(T, kernel_tcp), .child = memory_entry },
	{ "raw", JSON_MAP, JSON_LIST_AT(T, raw), .key_offset = offsetof(struct stats_named, name),
	  .child = &item_named },
	PRESSURE(T),
#undef T
	{ NULL }
};

static const struct json_field pids[] = {
	NUMBER("current", struct stats, pids.current),
	NUMBER("limit", struct stats, pids.limit),
	{ NULL }
};

static const struct json_field blkio_entry[] = {
#define T struct stats_blkio_entry
	NUMBER("major", T, major),
	NUMBER("minor", T, minor),
	{ "op", JSON_STRING, JSON_AT(T, op) },
	NUMBER("value", T, value),
#undef T
	{ NULL }
};
static const struct json_field item_blkio_entry = JSON_OBJECT_ITEM(blkio_entry);

static const struct json_field blkio[] = {
#define T struct stats_blkio
#define ENTRIES(name, m) { (name), JSON_ARRAY, JSON_LIST_AT(T, m), .child = &item_blkio_entry }
	ENTRIES("ioServiceBytesRecursive", service_bytes),
	ENTRIES("ioServicedRecursive", serviced),
	ENTRIES("ioQueueRecursive", queued),
	ENTRIES("ioServiceTimeRecursive", service_time),
	ENTRIES("ioWaitTimeRecursive", wait_time),
	ENTRIES("ioMergedRecursive", merged),
	ENTRIES("ioTimeRecursive", time),
	ENTRIES("sectorsRecursive", sectors),
	PRESSURE(T),
#undef ENTRIES
#undef T
	{ NULL }
};

static const struct json_field hugetlb[] = {
#define T struct stats_hugetlb
	NUMBER("usage", T, usage),
	NUMBER("max", T, max),
	NUMBER_0("failcnt", T, failcnt),
#undef T
	{ NULL }
};
static const struct json_field item_hugetlb = JSON_OBJECT_ITEM(hugetlb);

#define T struct stats_intel_rdt
#define L3 __typeof__(*((T *)0)->l3_info)
static const struct json_field l3_info[] = {
	{ "cbm_mask", JSON_STRING, JSON_AT(L3, cbm_mask) },
	NUMBER("min_cbm_bits", L3, min_cbm_bits),
	NUMBER("num_closids", L3, num_closids),
	{ NULL }
};
#undef L3

#define MB __typeof__(*((T *)0)->mem_bw_info)
static const struct json_field mem_bw_info[] = {
	NUMBER("bandwidth_gran", MB, bandwidth_gran),
	NUMBER("delay_linear", MB, delay_linear),
	NUMBER("min_bandwidth", MB, min_bandwidth),
	NUMBER("num_closids", MB, num_closids),
	{ NULL }
};
#undef MB

static const struct json_field mbm[] = {
	NUMBER_0("mbm_total_bytes", struct stats_mbm, total_bytes),
	NUMBER_0("mbm_local_bytes", struct stats_mbm, local_bytes),
	{ NULL }
};
static const struct json_field item_mbm = JSON_OBJECT_ITEM(mbm);

static const struct json_field cmt[] = {
	NUMBER_0("llc_occupancy", struct stats_cmt, llc_occupancy),
	{ NULL }
};
static const struct json_field item_cmt = JSON_OBJECT_ITEM(cmt);

static const struct json_field intel_rdt[] = {
	{ "l3_cache_info", JSON_POINTER, JSON_POINTER_AT(T, l3_info), .child = l3_info },
	{ "l3_cache_schema_root", JSON_STRING, JSON_AT(T, l3_schema_root) },
	{ "l3_cache_schema", JSON_STRING, JSON_AT(T, l3_schema) },
	{ "mem_bw_info", JSON_POINTER, JSON_POINTER_AT(T, mem_bw_info), .child = mem_bw_info },
	{ "mem_bw_schema_root", JSON_STRING, JSON_AT(T, mem_bw_schema_root) },
	{ "mem_bw_schema", JSON_STRING, JSON_AT(T, mem_bw_schema) },
	{ "schemata", STRINGS_AT(T, schemata) },
	{ "mbm_stats", JSON_ARRAY, JSON_LIST_AT(T, mbm), .child = &item_mbm },
	{ "cmt_stats", JSON_ARRAY, JSON_LIST_AT(T, cmt), .child = &item_cmt },
	{ NULL }
};
#undef T

/* Sections are there even when empty, as runc has them. */
static const struct json_field fields_stats[] = {
#define T struct stats
#define SECTION(m) { #m, JSON_OBJECT, JSON_ALWAYS, JSON_AT(T, m), .child = m }
	SECTION(cpu),
	SECTION(cpuset),
	SECTION(memory),
	{ "pids", JSON_OBJECT, JSON_ALWAYS, .child = pids },
	SECTION(blkio),
	{ "hugetlb", JSON_MAP, JSON_ALWAYS, JSON_LIST_AT(T, hugetlb),
	  .key_offset = offsetof(struct stats_hugetlb, page_size), .child = &item_hugetlb },
	SECTION(intel_rdt),
	{ "network_interfaces", JSON_NULL },
#undef SECTION
#undef T
	{ NULL }
};

static int emit(const char *type, const char *id, const struct stats *s, struct str *out,
		struct err *e)
{
	struct json_writer w;

	json_writer_init(&w, out, NULL);
	json_open(&w, '{');
	json_key(&w, "type");
	json_string(&w, type);
	json_key(&w, "id");
	json_string(&w, id);
	if (s) {
		json_key(&w, "data");
		json_write(&w, fields_stats, s);
	}
	json_close(&w, '}');
	return str_failed(out) ? err_sys(e, ENOMEM, "write an event of %s", id) : 0;
}

int stats_emit(const char *id, const struct stats *s, struct str *out, struct err *e)
{
	return emit("stats", id, s, out, e);
}

int oom_emit(const char *id, struct str *out, struct err *e)
{
	return emit("oom", id, NULL, out, e);
}
