/* SPDX-License-Identifier: Apache-2.0 */
/* Pure parts: paths, conversions, the translation of a spec into files. */
#include <stdio.h>

#include "cgroup/fs/rows.h"
#include "tests/unit/test.h"

static struct arena arena;

static const char *path(uint32_t ctrl, const char *mount, const char *own, const char *given)
{
	const struct cg_hierarchy hi = { .controllers = ctrl, .mount = mount };

	return cg_path(&arena, &hi, own, given, "id");
}

static void paths(void **state)
{
	(void)state;
	/* Nothing given: below our own on v1, beside it on v2. */
	assert_string_equal(path(CG_MEMORY, "/m", "/own/x", NULL), "/m/own/x/id");
	assert_string_equal(path(CG_MEMORY, "/m", "/", ""), "/m/id");
	assert_string_equal(path(CG_UNIFIED, "/m", "/own/x", NULL), "/m/own/id");
	assert_string_equal(path(CG_UNIFIED, "/m", "/", NULL), "/m/id");
	assert_string_equal(path(CG_UNIFIED, "/m", "/own", NULL), "/m/id");
	/* Absolute: below the mount; relative: below or beside our own. */
	assert_string_equal(path(CG_MEMORY, "/m", "/own/x", "/a/b"), "/m/a/b");
	assert_string_equal(path(CG_UNIFIED, "/m", "/own/x", "/a//b/"), "/m/a/b");
	assert_string_equal(path(CG_MEMORY, "/m", "/own/x", "a/b"), "/m/own/x/a/b");
	assert_string_equal(path(CG_UNIFIED, "/m", "/own/x", "a/b"), "/m/own/a/b");
	assert_string_equal(path(CG_MEMORY, "/m", "/own", "/"), "/m");
}

static void paths_never_climb_out(void **state)
{
	static const char *const bad[] = { "../../../../etc", "/../../etc", "a/../../../etc",
					   "/..", "..", "./..//../etc", "/a/../../.." };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *p = path(CG_MEMORY, "/m", "/own/x", bad[i]);

		assert_null(strstr(p, ".."));
		assert_true(strncmp(p, "/m", 2) == 0 && (p[2] == '/' || p[2] == '\0'));
		if (bad[i][0] != '/') /* relative ones stay below where they begin */
			assert_true(str_starts(p, "/m/own/x"));
	}
	assert_string_equal(path(CG_MEMORY, "/m", "/../../x", NULL), "/m/x/id");
}

static void weights(void **state)
{
	/* ceil(10^((l*l + 125 l) / 612 - 7/34)) with l = log2(shares), in doubles. */
	static const struct {
		uint64_t shares, weight;
	} t[] = {
		{ 0, 0 }, { 1, 1 }, { 2, 1 }, { 1024, 100 }, { 262144, 10000 }, { 300000, 10000 },
		{ 4, 2 }, { 8, 3 }, { 16, 5 }, { 32, 8 }, { 64, 12 }, { 128, 21 }, { 256, 35 },
		{ 512, 59 }, { 2048, 174 }, { 4096, 303 }, { 8192, 532 }, { 16384, 942 },
		{ 32768, 1681 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(cg_weight_of_shares(t[i].shares), t[i].weight);
	for (uint64_t s = 3; s < 262144; s++)
		assert_true(cg_weight_of_shares(s) >= cg_weight_of_shares(s - 1));
	assert_int_equal(cg_io_weight(10), 1);
	assert_int_equal(cg_io_weight(500), 4950);
	assert_int_equal(cg_io_weight(1000), 10000);
	assert_int_equal(cg_io_weight(0), 0);
}

static void swap_is_what_is_left(void **state)
{
	static const struct {
		int64_t memory, both, swap; /* swap -2: an error */
	} t[] = {
		{ 0, 0, CG_NOTHING }, { 100, 0, CG_NOTHING }, { -1, 0, -1 }, { 100, -1, -1 },
		{ 0, -1, -1 }, { -1, 300, 300 }, { 100, 300, 200 }, { 100, 100, 0 },
		{ 0, 300, -2 }, { 300, 100, -2 }, { -7, 100, -2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		int64_t swap = 77;
		struct err e;
		int r;

		err_init(&e);
		r = cg_swap_max(t[i].memory, t[i].both, &swap, &e);
		assert_int_equal(r < 0, t[i].swap == -2);
		assert_int_equal(err_is_set(&e), r < 0);
		assert_int_equal(swap, r < 0 ? 77 : t[i].swap);
	}
}

/* The plan as text: "controller file=value" lines. */
static const char *plan_text(int (*make)(const struct spec_resources *, struct cg_plan *, struct err *),
			     const struct spec_resources *r)
{
	static char text[4096];
	struct cg_plan p;
	struct err e;
	size_t len = 0;

	err_init(&e);
	cg_plan_init(&p, &arena);
	if (make(r, &p, &e) < 0) {
		text[0] = '!';
		err_format(&e, text + 1, sizeof(text) - 1);
		return text;
	}
	text[0] = '\0';
	assert_false(p.failed);
	for (size_t i = 0; i < p.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s=%s", i ? "|" : "",
					p.v[i].file, p.v[i].value);
	return text;
}

#define SET(n) { true, (n) }

static void memory_and_cpu(void **state)
{
	struct spec_memory m = { .limit = SET(1048576), .swap = SET(3145728), .reservation = SET(4096),
				 .disable_oom_killer = SET(true), .swappiness = SET(10) };
	struct spec_cpu cpu = { .shares = SET(512), .period = SET(50000), .quota = SET(25000),
				.burst = SET(1000), .cpus = (char *)(uintptr_t)"0-1",
				.mems = (char *)(uintptr_t)"" };
	struct spec_resources r = { .memory = &m, .cpu = &cpu, .pids_limit = SET(7) };

	(void)state;
	assert_string_equal(plan_text(cg_v1_plan, &r),
			    "cpuset.cpus=0-1|memory.limit_in_bytes=1048576|"
			    "memory.memsw.limit_in_bytes=3145728|memory.soft_limit_in_bytes=4096|"
			    "memory.oom_control=1|memory.swappiness=10|cpu.shares=512|"
			    "cpu.cfs_period_us=50000|cpu.cfs_burst_us=1000|cpu.cfs_quota_us=25000|"
			    "pids.max=7");
	assert_string_equal(plan_text(cg_v2_plan, &r),
			    "pids.max=7|memory.swap.max=2097152|memory.max=1048576|memory.low=4096|"
			    "cpu.max.burst=1000|cpuset.cpus=0-1|cpu.weight=59|cpu.max=25000 50000");
	m = (struct spec_memory){ .limit = SET(-1) };
	cpu = (struct spec_cpu){ .quota = SET(-1) };
	r.pids_limit.v = -1;
	assert_string_equal(plan_text(cg_v1_plan, &r),
			    "memory.memsw.limit_in_bytes=-1|memory.limit_in_bytes=-1|"
			    "cpu.cfs_quota_us=-1|pids.max=max");
	assert_string_equal(plan_text(cg_v2_plan, &r),
			    "pids.max=max|memory.swap.max=max|memory.max=max|cpu.max=max");
	m = (struct spec_memory){ .swap = SET(100) };
	assert_string_equal(plan_text(cg_v2_plan, &r), "!unable to set swap limit without memory limit");
	m = (struct spec_memory){ .swappiness = SET(101) };
	assert_string_equal(plan_text(cg_v1_plan, &r),
			    "!invalid memory swappiness value: 101 (valid range is 0-100)");
	/* Engines write zeros for what nobody asked for. */
	m = (struct spec_memory){ .limit = SET(0), .swap = SET(0), .reservation = SET(0) };
	cpu = (struct spec_cpu){ .shares = SET(0), .quota = SET(0), .period = SET(0) };
	r.pids_limit.set = false;
	assert_string_equal(plan_text(cg_v1_plan, &r), "");
	assert_string_equal(plan_text(cg_v2_plan, &r), "");
}

/* What is said to be false or 0 is not what is not said. */
static void explicit_zeros(void **state)
{
	struct spec_memory m = { .disable_oom_killer = SET(false), .use_hierarchy = SET(false) };
	struct spec_cpu cpu = { .shares = SET(512), .idle = SET(0) };
	struct spec_resources r = { .memory = &m, .cpu = &cpu };

	(void)state;
	assert_string_equal(plan_text(cg_v1_plan, &r),
			    "memory.oom_control=0|cpu.shares=512|cpu.idle=0");
	/* A group that stops being idle takes a weight, one that begins does not any more. */
	assert_string_equal(plan_text(cg_v2_plan, &r), "cpu.idle=0|cpu.weight=59");
	cpu.idle.v = 1;
	assert_string_equal(plan_text(cg_v2_plan, &r), "cpu.weight=59|cpu.idle=1");
}

static void long_cpu_lists(void **state)
{
	char list[2000];
	struct spec_cpu cpu = { .cpus = list };
	struct spec_resources r = { .cpu = &cpu };

	(void)state;
	memset(list, '1', sizeof(list) - 1);
	list[sizeof(list) - 1] = '\0';
	assert_string_equal(plan_text(cg_v2_plan, &r) + strlen("cpuset.cpus="), list);
}

static void lists(void **state)
{
	struct spec_blkio_throttle rb[] = { { 8, 0, 1000 }, { 8, 16, 2000 } }, wi[] = { { 7, 1, 5 } };
	struct spec_blkio_weight_device wd[] = { { 8, 0, SET(300), SET(20) } };
	struct spec_blkio b = { .weight = SET(500), .read_bps = { rb, 2 }, .write_iops = { wi, 1 },
				.weight_devices = wd, .n_weight_devices = 1 };
	struct spec_hugepage_limit h[] = { { (char *)(uintptr_t)"2MB", 4194304 } };
	struct spec_rdma rd[] = { { (char *)(uintptr_t)"mlx5_1", SET(3), { false, 0 } } };
	struct spec_resources r = { .block_io = &b, .hugepage_limits = h, .n_hugepage_limits = 1,
				    .rdma = rd, .n_rdma = 1 };

	(void)state;
	assert_string_equal(plan_text(cg_v1_plan, &r),
			    "blkio.weight=500|blkio.weight_device=8:0 300|"
			    "blkio.leaf_weight_device=8:0 20|blkio.throttle.read_bps_device=8:0 1000|"
			    "blkio.throttle.read_bps_device=8:16 2000|"
			    "blkio.throttle.write_iops_device=7:1 5|"
			    "hugetlb.2MB.limit_in_bytes=4194304|hugetlb.2MB.rsvd.limit_in_bytes=4194304|"
			    "rdma.max=mlx5_1 hca_handle=3");
	assert_string_equal(plan_text(cg_v2_plan, &r),
			    "io.bfq.weight=500|io.bfq.weight=8:0 300|io.max=8:0 rbps=1000|"
			    "io.max=8:16 rbps=2000|io.max=7:1 wiops=5|hugetlb.2MB.max=4194304|"
			    "hugetlb.2MB.rsvd.max=4194304|rdma.max=mlx5_1 hca_handle=3");
}

static void unified(void **state)
{
	struct key_value kv[] = { { (char *)(uintptr_t)"memory.high", (char *)(uintptr_t)"1M" } };
	struct spec_resources r = { .unified = { kv, 1 } };
	static const char *const bad[] = { "../x", "memory.max/x", "nodot", ".x", "x." };

	(void)state;
	assert_string_equal(plan_text(cg_v2_plan, &r), "memory.high=1M");
	assert_string_equal(plan_text(cg_v1_plan, &r),
			    "!invalid configuration: cannot use unified on cgroup v1");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		kv[0].key = (char *)(uintptr_t)bad[i];
		assert_int_equal(plan_text(cg_v2_plan, &r)[0], '!');
	}
}

static void manager_names(void **state)
{
	enum cgroup_manager m = CGROUP_FS;

	(void)state;
	assert_int_equal(cgroup_manager_parse("none", &m), 0);
	assert_int_equal(m, CGROUP_NONE);
	assert_int_equal(cgroup_manager_parse(cgroup_manager_name(CGROUP_SYSTEMD), &m), 0);
	assert_int_equal(m, CGROUP_SYSTEMD);
	assert_true(cgroup_manager_parse("other", &m) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths), cmocka_unit_test(paths_never_climb_out),
		cmocka_unit_test(weights), cmocka_unit_test(swap_is_what_is_left),
		cmocka_unit_test(explicit_zeros),
		cmocka_unit_test(memory_and_cpu), cmocka_unit_test(long_cpu_lists), cmocka_unit_test(lists), cmocka_unit_test(unified),
		cmocka_unit_test(manager_names),
	};
	int r;

	arena_init(&arena);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_fini(&arena);
	return r;
}
