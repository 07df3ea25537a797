/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics as runc prints them. */
#include "oci/stats.h"
#include "tests/unit/test.h"

static void is_data(const struct stats *s, const char *want)
{
	auto_str out = {}, all = {};
	struct err e;

	str_addf(&all, "{\"type\":\"stats\",\"id\":\"a\",\"data\":%s}", want);
	assert_int_equal(stats_emit("a", s, &out, &e), 0);
	assert_string_equal(str_text(&out), str_text(&all));
}

#define CPUSET_0                                                                                   \
	"\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,\"memory_migrate\":0,"         \
	"\"memory_spread_page\":0,\"memory_spread_slab\":0,\"memory_pressure\":0,"                 \
	"\"sched_load_balance\":0,\"sched_relax_domain_level\":0"

static void nothing_counted(void **state)
{
	const struct stats s = { .pids.current = 0 };

	(void)state;
	is_data(&s, "{\"cpu\":{},\"cpuset\":{" CPUSET_0 "},\"memory\":{},\"pids\":{},\"blkio\":{},"
		    "\"hugetlb\":{},\"intel_rdt\":{},\"network_interfaces\":null}");
}

static void everything_counted(void **state)
{
	uint64_t percpu[] = { 5, 0 };
	uint16_t cpus[] = { 0, 3 };
	char read_op[] = "Read", size[] = "2MB", cache[] = "cache", mask[] = "fff", l3[] = "L3:0=f",
	     mb[] = "MB:0=10", *schemata[] = { l3, mb, NULL };
	struct stats_named raw[] = { { cache, 9 }, { size, 0 } };
	struct stats_pressure pressure = { .some = { .avg10 = 150, .total = 7 } };
	struct stats_blkio_entry io[] = { { 8, 0, 100, read_op }, { 8, 16, 0, NULL } };
	struct stats_hugetlb huge[] = { { size, 1, 2, 0 } };
	struct stats_mbm mbm[] = { { 9123911, 0 }, { 0, UINT64_MAX } };
	struct stats_cmt cmt[] = { { 123331 }, { 0 } };
	struct stats s = {
		.cpu = { .usage = { .total = UINT64_MAX, .percpu = { percpu, 2 }, .kernel = 1 },
			 .throttling = { .periods = 3 }, .pressure = &pressure },
		.cpuset = { .cpus = { cpus, 2 }, .sched_relax_domain_level = -1 },
		.memory = { .cache = 9, .usage = { .limit = 4, .usage = 3 }, .raw = { raw, 2 } },
		.pids = { 1, 2 },
		.blkio = { .service_bytes = { io, 2 }, .queued = { io, 1 } },
		.hugetlb = { huge, 1 },
		.intel_rdt = { .l3_schema = l3, .schemata = { schemata, 2 }, .mbm = { mbm, 2 },
			       .cmt = { cmt, 2 } },
	};
	__typeof__(*s.intel_rdt.l3_info) l3_info = { mask, 1, 16 };
	__typeof__(*s.intel_rdt.mem_bw_info) bw = { .bandwidth_gran = 10 };

	(void)state;
	s.intel_rdt.l3_info = &l3_info;
	s.intel_rdt.mem_bw_info = &bw;
	is_data(
	    &s,
	    "{\"cpu\":{\"usage\":{\"total\":18446744073709551615,\"percpu\":[5,0],\"kernel\":1,"
	    "\"user\":0},\"throttling\":{\"periods\":3},\"psi\":{\"some\":{\"avg10\":1.5,\"avg60\":"
	    "0,"
	    "\"avg300\":0,\"total\":7}}},"
	    "\"cpuset\":{\"cpus\":[0,3],\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,"
	    "\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
	    "\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":-1},"
	    "\"memory\":{\"cache\":9,\"usage\":{\"limit\":4,\"usage\":3,\"failcnt\":0},"
	    "\"raw\":{\"cache\":9,\"2MB\":0}},\"pids\":{\"current\":1,\"limit\":2},"
	    "\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"op\":\"Read\",\"value\":100},"
	    "{\"major\":8,\"minor\":16}],\"ioQueueRecursive\":[{\"major\":8,\"op\":\"Read\","
	    "\"value\":100}]},\"hugetlb\":{\"2MB\":{\"usage\":1,\"max\":2,\"failcnt\":0}},"
	    "\"intel_rdt\":{\"l3_cache_info\":{\"cbm_mask\":\"fff\",\"min_cbm_bits\":1,"
	    "\"num_closids\":16},\"l3_cache_schema\":\"L3:0=f\",\"mem_bw_info\":{\"bandwidth_"
	    "gran\":10},"
	    "\"schemata\":[\"L3:0=f\",\"MB:0=10\"],\"mbm_stats\":[{\"mbm_total_bytes\":9123911,"
	    "\"mbm_local_bytes\":0},{\"mbm_total_bytes\":0,\"mbm_local_bytes\":18446744073709551615}],"
	    "\"cmt_stats\":[{\"llc_occupancy\":123331},{\"llc_occupancy\":0}]},\"network_interfaces\":null}");
}

static void out_of_memory(void **state)
{
	auto_str out = {};
	struct err e;

	(void)state;
	assert_int_equal(oom_emit("a", &out, &e), 0);
	assert_string_equal(str_text(&out), "{\"type\":\"oom\",\"id\":\"a\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_counted),
		cmocka_unit_test(everything_counted),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests_name("oci-stats", tests, NULL, NULL);
}
