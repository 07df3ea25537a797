/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's counters, from files as kernels write them, in plain directories. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cgroup/fs/stats.h"
#include "tests/unit/test.h"

static char root[] = "/tmp/strake-cgroup-XXXXXX";
static struct arena arena;
static struct cgroup cg;
static struct stats got;
static struct err e;

static void file(const char *name, const char *text)
{
	auto_fd fd = openat(cg.dirs[0].fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
}

/* All v1 controllers, or v2, in one directory. */
static int setup_with(const struct cgroup_ops *ops, uint32_t controllers)
{
	arena_init(&arena);
	err_init(&e);
	memset(&got, 0, sizeof(got));
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	cg = (struct cgroup){ .ops = ops, .fake = true, .n_dirs = 1 };
	cg.dirs[0] = (struct cg_dir){ .controllers = controllers, .path = root };
	cg.dirs[0].fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cg.dirs[0].fd < 0;
}

static int setup_v1(void **state)
{
	(void)state;
	return setup_with(&cg_v1_ops, ~(uint32_t)CG_UNIFIED);
}

static int setup_v2(void **state)
{
	(void)state;
	return setup_with(&cg_v2_ops, CG_UNIFIED);
}

static int teardown(void **state)
{
	char *cmd = arena_printf(&arena, "rm -r %s", root);
	int r = system(cmd);

	(void)state;
	fd_close(cg.dirs[0].fd);
	arena_fini(&arena);
	return r;
}

static void read_all(void)
{
	memset(&got, 0, sizeof(got));
	assert_int_equal(cgroup_stats(&cg, &arena, &got, &e), 0);
}

/* It fails, and names the file. */
static void malformed(const char *name, const char *text)
{
	char why[ERR_TEXT_MAX];

	file(name, text);
	err_init(&e);
	memset(&got, 0, sizeof(got));
	assert_true(cgroup_stats(&cg, &arena, &got, &e) < 0);
	err_format(&e, why, sizeof(why));
	assert_true(str_starts(why, "unable to get container cgroup stats: unable to parse "));
	assert_non_null(strstr(why, name));
	assert_int_equal(unlinkat(cg.dirs[0].fd, name, 0), 0);
}

static void entry_is(const struct stats_blkio_list *l, size_t i, uint64_t minor, const char *op,
		     uint64_t v)
{
	assert_true(i < l->n);
	assert_int_equal(l->v[i].major, 8);
	assert_int_equal(l->v[i].minor, minor);
	assert_true(str_eq(l->v[i].op, op));
	assert_int_equal(l->v[i].value, v);
}

static void missing_files_are_zeros(void **state)
{
	static const struct stats none;

	(void)state;
	read_all();
	got.hugetlb.v = NULL; /* an empty list */
	assert_memory_equal(&got, &none, sizeof(none));
}

static void v1_cpu(void **state)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);

	(void)state;
	file("cpuacct.usage", "123456789\n");
	file("cpuacct.stat", "user 7\nsystem 3\n");
	file("cpuacct.usage_percpu", "100 0 200 \n");
	file("cpuacct.usage_all", "cpu user system\n0 1 2\n1 3 4\n2 5 6\n");
	file("cpu.stat", "nr_periods 5\nnr_throttled 4\nthrottled_time 3\nnr_bursts 9\n");
	read_all();
	assert_int_equal(got.cpu.usage.total, 123456789);
	assert_int_equal(got.cpu.usage.user, 7 * 1000000000ull / ticks);
	assert_int_equal(got.cpu.usage.kernel, 3 * 1000000000ull / ticks);
	assert_int_equal(got.cpu.usage.percpu.n, 3);
	assert_int_equal(got.cpu.usage.percpu.v[2], 200);
	assert_int_equal(got.cpu.usage.percpu_user.n, 3);
	assert_int_equal(got.cpu.usage.percpu_user.v[1], 3);
	assert_int_equal(got.cpu.usage.percpu_kernel.v[2], 6);
	assert_int_equal(got.cpu.throttling.periods, 5);
	assert_int_equal(got.cpu.throttling.throttled_periods, 4);
	assert_int_equal(got.cpu.throttling.throttled_time, 3);
	malformed("cpuacct.usage_all", "something else\n");
	malformed("cpuacct.usage_percpu", "1 x\n");
	malformed("cpu.stat", "nr_periods\n");
}

static void v1_cpuset_and_pids(void **state)
{
	(void)state;
	file("cpuset.cpus", "0-2,7\n");
	file("mems", "0\n"); /* mounted with noprefix */
	file("cpuset.sched_load_balance", "1\n");
	file("memory_migrate", "1\n");
	file("cpuset.sched_relax_domain_level", "-1\n");
	file("pids.current", "3\n");
	file("pids.max", "max\n");
	read_all();
	assert_int_equal(got.cpuset.cpus.n, 4);
	assert_int_equal(got.cpuset.cpus.v[2], 2);
	assert_int_equal(got.cpuset.cpus.v[3], 7);
	assert_int_equal(got.cpuset.mems.n, 1);
	assert_int_equal(got.cpuset.sched_load_balance, 1);
	assert_int_equal(got.cpuset.memory_migrate, 1);
	assert_int_equal(got.cpuset.sched_relax_domain_level, -1);
	assert_int_equal(got.pids.current, 3);
	assert_int_equal(got.pids.limit, 0);
	file("pids.max", "20\n");
	read_all();
	assert_int_equal(got.pids.limit, 20);
	malformed("cpuset.cpus", "2-1\n");
	malformed("cpuset.cpus", "0-65536\n");
	malformed("cpuset.cpus", "0-65535,0-65535\n");
	malformed("pids.current", "\n");
}

static void v1_memory(void **state)
{
	(void)state;
	file("memory.stat", "rss 5\ncache 7\nhierarchical_memory_limit 9223372036854771712\n");
	file("memory.usage_in_bytes", "-4096\n"); /* below zero by a bug of old kernels */
	file("memory.max_usage_in_bytes", "18446744073709551615\n");
	file("memory.failcnt", "3\n");
	file("memory.limit_in_bytes", "9223372036854771712\n");
	/* Kernel memory lost its limit in Linux 5.16; swap is not counted here. */
	file("memory.kmem.usage_in_bytes", "11\n");
	file("memory.kmem.failcnt", "1\n");
	file("memory.memsw.limit_in_bytes", "12\n");
	read_all();
	assert_int_equal(got.memory.cache, 7);
	assert_int_equal(got.memory.raw.n, 3);
	assert_string_equal(got.memory.raw.v[0].name, "cache"); /* ascending */
	assert_string_equal(got.memory.raw.v[2].name, "rss");
	assert_int_equal(got.memory.raw.v[1].v, 9223372036854771712u);
	assert_int_equal(got.memory.usage.usage, 0);
	assert_true(got.memory.usage.max == UINT64_MAX);
	assert_int_equal(got.memory.usage.failcnt, 3);
	assert_int_equal(got.memory.usage.limit, 9223372036854771712u);
	assert_int_equal(got.memory.kernel.usage, 11);
	assert_int_equal(got.memory.kernel.failcnt, 1);
	assert_int_equal(got.memory.swap.limit, 0);
	malformed("memory.stat", "rss five\n");
}

static void v1_blkio_takes_the_first_set_with_content(void **state)
{
	(void)state;
	file("blkio.bfq.sectors_recursive", "");
	file("blkio.bfq.io_serviced_recursive", "Total 0\n");
	file("blkio.throttle.io_serviced_recursive",
	     "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3\n");
	file("blkio.throttle.io_service_bytes_recursive",
	     "8:0 Read 10\n8:0 Write 20\n8:16 Read 1\n8:16 Write 2\n8:16 Discard 3\nTotal 30\n");
	file("blkio.throttle.io_serviced", "8:0 Read 99\n");
	read_all();
	assert_int_equal(got.blkio.serviced.n, 3);
	entry_is(&got.blkio.serviced, 1, 0, "Write", 2);
	assert_int_equal(got.blkio.service_bytes.n, 5); /* beyond the first growth */
	entry_is(&got.blkio.service_bytes, 0, 0, "Read", 10);
	entry_is(&got.blkio.service_bytes, 4, 16, "Discard", 3);

	file("blkio.sectors_recursive", "8:0 512\n");
	file("blkio.io_service_time_recursive", "8:0 Read 6\n");
	read_all();
	entry_is(&got.blkio.sectors, 0, 0, NULL, 512);
	entry_is(&got.blkio.service_time, 0, 0, "Read", 6);
	assert_int_equal(got.blkio.serviced.n, 0); /* the set is taken as far as it goes */
	malformed("blkio.sectors_recursive", "8 512\n");
	malformed("blkio.sectors_recursive", "a:0 512\n");
}

static void v1_hugetlb(void **state)
{
	(void)state;
	file("hugetlb.2MB.limit_in_bytes", "1\n");
	file("hugetlb.2MB.usage_in_bytes", "2\n");
	file("hugetlb.2MB.rsvd.limit_in_bytes", "1\n");
	file("hugetlb.2MB.rsvd.usage_in_bytes", "3\n");
	file("hugetlb.2MB.rsvd.max_usage_in_bytes", "4\n");
	file("hugetlb.2MB.rsvd.failcnt", "5\n");
	file("hugetlb.1GB.limit_in_bytes", "1\n"); /* before Linux 5.7 */
	file("hugetlb.1GB.usage_in_bytes", "6\n");
	file("hugetlb.1GB.max_usage_in_bytes", "7\n");
	read_all();
	assert_int_equal(got.hugetlb.n, 2);
	assert_string_equal(got.hugetlb.v[0].page_size, "1GB");
	assert_int_equal(got.hugetlb.v[0].usage, 6);
	assert_int_equal(got.hugetlb.v[0].max, 7);
	assert_string_equal(got.hugetlb.v[1].page_size, "2MB");
	assert_int_equal(got.hugetlb.v[1].usage, 3);
	assert_int_equal(got.hugetlb.v[1].max, 4);
	assert_int_equal(got.hugetlb.v[1].failcnt, 5);
}

static void v2_cpu_and_pids(void **state)
{
	(void)state;
	file("cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\ncore_sched.force_idle_usec 0\n"
			 "nr_periods 7\nnr_throttled 6\nthrottled_usec 4\nnr_bursts 0\n");
	file("cgroup.procs", "10\n11\n");
	read_all();
	assert_int_equal(got.cpu.usage.total, 5000);
	assert_int_equal(got.cpu.usage.user, 3000);
	assert_int_equal(got.cpu.usage.kernel, 2000);
	assert_int_equal(got.cpu.throttling.periods, 7);
	assert_int_equal(got.cpu.throttling.throttled_periods, 6);
	assert_int_equal(got.cpu.throttling.throttled_time, 4000);
	assert_int_equal(got.pids.current, 2); /* counted, without the controller */
	assert_null(got.cpu.pressure);
	file("pids.current", "9\n");
	file("pids.max", "max\n");
	read_all();
	assert_int_equal(got.pids.current, 9);
	assert_int_equal(got.pids.limit, 0);
}

static void v2_memory(void **state)
{
	(void)state;
	file("memory.stat", "anon 1\nfile 2\n");
	file("memory.current", "100\n");
	file("memory.max", "1000\n");
	file("memory.peak", "500\n");
	file("memory.swap.current", "10\n");
	file("memory.swap.max", "50\n");
	read_all();
	assert_int_equal(got.memory.cache, 2);
	assert_int_equal(got.memory.usage.usage, 100);
	assert_int_equal(got.memory.usage.limit, 1000);
	assert_int_equal(got.memory.usage.max, 500);
	assert_int_equal(got.memory.swap.usage, 110);
	assert_int_equal(got.memory.swap.limit, 1050);
	file("memory.max", "max\n");
	read_all();
	assert_true(got.memory.usage.limit == UINT64_MAX);
	assert_true(got.memory.swap.limit == UINT64_MAX);
}

static void v2_io(void **state)
{
	(void)state;
	/* The lone device without a newline is a bug of some kernels. */
	file("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6 cost.usage=7\n"
			"8:16 8:32 rbytes=9 wbytes=10\n");
	read_all();
	assert_int_equal(got.blkio.service_bytes.n, 4);
	assert_int_equal(got.blkio.serviced.n, 2);
	entry_is(&got.blkio.service_bytes, 0, 0, "Read", 1);
	entry_is(&got.blkio.service_bytes, 1, 0, "Write", 2);
	entry_is(&got.blkio.service_bytes, 3, 32, "Write", 10);
	entry_is(&got.blkio.serviced, 0, 0, "Read", 3);
	malformed("io.stat", "x:0 rbytes=1\n");
}

static void v2_pressure(void **state)
{
	static const char text[] = "some avg10=1.50 avg60=0.05 avg300=100.00 total=42\n"
				   "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";

	(void)state;
	file("cpu.pressure", text);
	file("memory.pressure", text);
	file("io.pressure", text);
	read_all();
	assert_non_null(got.memory.pressure);
	assert_non_null(got.blkio.pressure);
	assert_int_equal(got.cpu.pressure->some.avg10, 150);
	assert_int_equal(got.cpu.pressure->some.avg60, 5);
	assert_int_equal(got.cpu.pressure->some.avg300, 10000);
	assert_int_equal(got.cpu.pressure->some.total, 42);
	assert_int_equal(got.cpu.pressure->full.total, 7);
	malformed("cpu.pressure", "some avg10=x\n");
	malformed("cpu.pressure", "some avg10\n");
}

static void v2_hugetlb(void **state)
{
	(void)state;
	file("hugetlb.2MB.max", "max\n");
	file("hugetlb.2MB.rsvd.max", "max\n");
	file("hugetlb.2MB.current", "1\n");
	file("hugetlb.2MB.rsvd.current", "2\n");
	file("hugetlb.2MB.events", "max 3\n");
	read_all();
	assert_int_equal(got.hugetlb.n, 1);
	assert_string_equal(got.hugetlb.v[0].page_size, "2MB");
	assert_int_equal(got.hugetlb.v[0].usage, 2);
	assert_int_equal(got.hugetlb.v[0].failcnt, 3);
}

static void without_a_cgroup(void **state)
{
	(void)state;
	cg.ops = &cg_none_ops;
	assert_true(cgroup_stats(&cg, &arena, &got, &e) < 0);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
}

int main(void)
{
#define V1(f) cmocka_unit_test_setup_teardown(f, setup_v1, teardown)
#define V2(f) cmocka_unit_test_setup_teardown(f, setup_v2, teardown)
	const struct CMUnitTest tests[] = {
		V1(missing_files_are_zeros), V2(missing_files_are_zeros),
		V1(v1_cpu), V1(v1_cpuset_and_pids), V1(v1_memory),
		V1(v1_blkio_takes_the_first_set_with_content), V1(v1_hugetlb),
		V2(v2_cpu_and_pids), V2(v2_memory), V2(v2_io), V2(v2_pressure), V2(v2_hugetlb),
		V2(without_a_cgroup),
	};

	return cmocka_run_group_tests_name("cgroup-stats", tests, NULL, NULL);
}
