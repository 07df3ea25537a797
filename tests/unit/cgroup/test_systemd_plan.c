/* SPDX-License-Identifier: Apache-2.0 */
/* Pure parts of the systemd driver: names, values as text, a spec as unit properties. */
#include <stdio.h>
#include <string.h>

#include "cgroup/impl.h"
#include "cgroup/systemd/systemd.h"
#include "cgroup/systemd/unit.h"
#include "tests/unit/test.h"

static struct arena arena;
static struct err err;

static const char *why(void)
{
	static char text[ERR_TEXT_MAX];

	err_format(&err, text, sizeof(text));
	return text;
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	err_init(&err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* ---- names ---- */

static void slices(void **state)
{
	static const struct {
		const char *slice, *path;
	} t[] = {
		{ "system.slice", "/system.slice" },
		{ "a-b.slice", "/a.slice/a-b.slice" },
		{ "test-a-b.slice", "/test.slice/test-a.slice/test-a-b.slice" },
		{ "-.slice", "/" },
		{ ".slice", NULL }, { "slice", NULL }, { "", NULL }, { "a--b.slice", NULL },
		{ "-a.slice", NULL }, { "a-.slice", NULL }, { "a/b.slice", NULL },
		{ "../x.slice", NULL }, { "a.service", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const char *path = NULL;

		err_init(&err);
		if (t[i].path) {
			assert_int_equal(sd_slice_path(&arena, t[i].slice, &path, &err), 0);
			assert_string_equal(path, t[i].path);
		} else {
			assert_int_equal(sd_slice_path(&arena, t[i].slice, &path, &err), -EINVAL);
			assert_non_null(strstr(why(), "invalid slice name: "));
		}
	}
}

static void units(void **state)
{
	static const struct {
		const char *path, *name, *slice, *place;
		bool rootless, is_slice;
	} t[] = {
		{ NULL, "runc-id.scope", "system.slice", "/system.slice/runc-id.scope", false, false },
		{ "", "runc-id.scope", "user.slice", "/user.slice/runc-id.scope", true, false },
		{ "machine.slice:libpod:1", "libpod-1.scope", "machine.slice",
		  "/machine.slice/libpod-1.scope", true, false },
		{ ":cri:x", "cri-x.scope", "system.slice", "/system.slice/cri-x.scope", false, false },
		{ "kube-pod.slice:cri:x", "cri-x.scope", "kube-pod.slice",
		  "/kube.slice/kube-pod.slice/cri-x.scope", false, false },
		{ "a.slice:p:b-c.slice", "b-c.slice", "a.slice", "/a.slice/b-c.slice", false, true },
		{ "-.slice::x", "-x.scope", "-.slice", "/-x.scope", false, false },
	};
	static const char *const bad[] = { "/a/b", "a.slice", "a.slice:b", "a.slice:b:c:d", "a:b:c",
					   "a.slice:b:../../c", "a.slice:b/c:d", "../a.slice:b:c" };
	struct sd_unit u;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		assert_int_equal(sd_unit_parse(&arena, t[i].path, "id", t[i].rootless, &u, &err), 0);
		assert_string_equal(u.name, t[i].name);
		assert_string_equal(u.slice, t[i].slice);
		assert_string_equal(u.path, t[i].place);
		assert_int_equal(u.is_slice, t[i].is_slice);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		err_init(&err);
		assert_int_equal(sd_unit_parse(&arena, bad[i], "id", false, &u, &err), -EINVAL);
		assert_int_equal(err.kind, ERR_CONFIG);
	}
	err_init(&err);
	assert_true(sd_unit_parse(&arena, "/a/b", "id", false, &u, &err) < 0);
	assert_string_equal(why(), "expected cgroupsPath to be of format \"slice:prefix:name\" for "
				   "systemd cgroups, got \"/a/b\" instead");
}

static void versions(void **state)
{
	(void)state;
	assert_int_equal(sd_version("252.39-1~deb12u2"), 252);
	assert_int_equal(sd_version("v245.4-1.fc32"), 245);
	assert_int_equal(sd_version("239"), 239);
	assert_int_equal(sd_version(""), -EINVAL);
	assert_int_equal(sd_version("dev"), -EINVAL);
	assert_int_equal(sd_version("-5"), -EINVAL);
}

/* ---- GVariant ---- */

static void values(void **state)
{
	static const struct {
		const char *in, *out, *sig; /* out NULL: refused */
	} t[] = {
		{ "5", "5", "i" }, { "-5", "-5", "i" }, { " 0x10 ", "16", "i" }, { "010", "8", "i" },
		{ "uint64 18446744073709551615", "uint64 18446744073709551615", "t" },
		{ "@t 5", "uint64 5", "t" }, { "int64 -1", "int64 -1", "x" },
		{ "byte 255", "byte 255", "y" }, { "int16 -32768", "int16 -32768", "n" },
		{ "1.5", "1.500000", "d" }, { "double 2", "2.000000", "d" }, { "1e3", "1000.000000", "d" },
		{ "true", "true", "b" }, { "boolean false", "false", "b" },
		{ "'a\\'b'", "'a\\'b'", "s" }, { "\"it's\"", "'it\\'s'", "s" },
		{ "'\\u20ac\\x'", "'\xe2\x82\xacx'", "s" }, { "'\\U0001f600'", "'\xf0\x9f\x98\x80'", "s" },
		{ "objectpath '/a'", "objectpath '/a'", "o" },
		{ "['a', 'b']", "['a', 'b']", "as" }, { "@as []", "@as []", "as" },
		{ "[uint32 1, 2]", "[uint32 1, 2]", "au" }, { "@at [1, 2]", "[uint64 1, 2]", "at" },
		{ "[('/dev/null', 'rw')]", "[('/dev/null', 'rw')]", "a(ss)" },
		{ "@a(ss) []", "@a(ss) []", "a(ss)" }, { "('a',)", "('a')", "(s)" },
		{ "{'k': <uint64 1>}", "{'k': <uint64 1>}", "a{sv}" },
		{ "<'x'>", "<'x'>", "v" }, { "[[1], [2]]", "[[1], [2]]", "aai" },
		{ "b'a\\001'", "[byte 97, 1, 0]", "ay" },
		{ "@(tas) (1, [])", "(uint64 1, @as [])", "(tas)" },
		{ "", NULL, NULL }, { "x", NULL, NULL }, { "[]", NULL, NULL }, { "[1, 'a']", NULL, NULL },
		{ "byte 256", NULL, NULL }, { "byte -1", NULL, NULL }, { "2147483648", NULL, NULL },
		{ "uint64 18446744073709551616", NULL, NULL }, { "5 6", NULL, NULL }, { "'a", NULL, NULL },
		{ "['a'", NULL, NULL }, { "['a' 'b']", NULL, NULL }, { "()", NULL, NULL },
		{ "@z 1", NULL, NULL }, { "@as", NULL, NULL }, { "@s 1", NULL, NULL }, { "1x", NULL, NULL },
		{ "uint64 'a'", NULL, NULL }, { "string true", NULL, NULL }, { "'\\u00'", NULL, NULL },
		{ "'\\ud800'", NULL, NULL }, { "{'a' 1}", NULL, NULL }, { "{[1]: 2}", NULL, NULL },
		{ "@(s) ('a', 'b')", NULL, NULL }, { "@(ss) ('a',)", NULL, NULL }, { "<1", NULL, NULL },
		{ "@a{vs} {}", NULL, NULL }, { "-", NULL, NULL }, { "1.", "1.000000", "d" }, { "inf", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const struct sd_value *v = NULL;
		struct sd_props p;
		auto_str text;
		char want[200];
		int r;

		err_init(&err);
		r = sd_value_parse(&arena, t[i].in, &v, &err);
		if (!t[i].out) {
			if (r != -EINVAL)
				fail_msg("%s was taken", t[i].in);
			assert_int_equal(err.kind, ERR_CONFIG);
			continue;
		}
		if (r < 0)
			fail_msg("%s: %s", t[i].in, why());
		assert_string_equal(v->sig, t[i].sig);
		str_init(&text);
		sd_props_init(&p, &arena);
		sd_add(&p, "P", v);
		sd_props_text(&p, &text);
		snprintf(want, sizeof(want), "P=%s\n", t[i].out);
		assert_string_equal(str_text(&text), want);
	}
}

static void deep_values_are_refused(void **state)
{
	char text[200];
	const struct sd_value *v;

	(void)state;
	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(sd_value_parse(&arena, text, &v, &err), -EINVAL);
	memset(text, '(', sizeof(text) - 1);
	assert_int_equal(sd_type_len(text), 0);
	assert_int_equal(sd_type_len("a{sv}s"), 5);
	assert_int_equal(sd_type_len("(sa(sv))"), 8);
	assert_int_equal(sd_type_len("(s"), 0);
	assert_int_equal(sd_type_len("a"), 0);
	assert_int_equal(sd_type_len("{sv}"), 0);
}

/* ---- limits ---- */

static struct spec_memory memory;
static struct spec_cpu cpu;
static struct spec_blkio io;
static struct spec_resources res;

#define SET(x, n) ((x).set = true, (x).v = (n))

static void reset(void)
{
	memory = (struct spec_memory){ 0 };
	cpu = (struct spec_cpu){ 0 };
	io = (struct spec_blkio){ 0 };
	res = (struct spec_resources){ .memory = &memory, .cpu = &cpu, .block_io = &io };
	err_init(&err);
}

static struct opt_i64 rounded;

/* The plan as text, or NULL. */
static const char *plan(int version, bool v2)
{
	const struct sd_limits l = { .r = &res, .version = version, .v2 = v2 };
	struct sd_props p;
	auto_str text;

	str_init(&text);
	sd_props_init(&p, &arena);
	if (sd_plan_limits(&l, &p, &rounded, &err) < 0)
		return NULL;
	sd_props_text(&p, &text);
	return arena_strdup(&arena, str_text(&text));
}

static void all_limits(void **state)
{
	(void)state;
	reset();
	assert_string_equal(plan(252, true), "");
	SET(memory.limit, 64 << 20);
	SET(memory.reservation, 32 << 20);
	SET(memory.swap, 96 << 20);
	SET(cpu.shares, 512);
	SET(cpu.quota, 25000);
	SET(cpu.period, 50000);
	cpu.cpus = (char *)(uintptr_t)"0-2,9";
	cpu.mems = (char *)(uintptr_t)"0";
	SET(io.weight, 100);
	SET(res.pids_limit, 42);
	assert_string_equal(plan(252, true),
		"MemoryMax=uint64 67108864\nMemoryLow=uint64 33554432\nMemorySwapMax=uint64 33554432\n"
		"CPUWeight=uint64 59\nCPUQuotaPeriodUSec=uint64 50000\nCPUQuotaPerSecUSec=uint64 500000\n"
		"AllowedCPUs=[byte 7, 2]\nAllowedMemoryNodes=[byte 1]\nIOWeight=uint64 910\n"
		"TasksMax=uint64 42\n");
	assert_string_equal(plan(252, false),
		"MemoryLimit=uint64 67108864\nCPUShares=uint64 512\nCPUQuotaPeriodUSec=uint64 50000\n"
		"CPUQuotaPerSecUSec=uint64 500000\nAllowedCPUs=[byte 7, 2]\n"
		"AllowedMemoryNodes=[byte 1]\nBlockIOWeight=uint64 100\nTasksMax=uint64 42\n");
	/* What an old systemd does not know is left to the files. */
	assert_string_equal(plan(239, true),
		"MemoryMax=uint64 67108864\nMemoryLow=uint64 33554432\nMemorySwapMax=uint64 33554432\n"
		"CPUWeight=uint64 59\nCPUQuotaPerSecUSec=uint64 500000\nIOWeight=uint64 910\n"
		"TasksMax=uint64 42\n");
}

static void unlimited(void **state)
{
	(void)state;
	reset();
	SET(memory.limit, -1);
	SET(cpu.quota, -1);
	SET(res.pids_limit, -1);
	assert_string_equal(plan(252, true),
		"MemoryMax=uint64 18446744073709551615\nMemorySwapMax=uint64 18446744073709551615\n"
		"CPUQuotaPerSecUSec=uint64 18446744073709551615\nTasksMax=uint64 18446744073709551615\n");
	/* systemd refuses 0 tasks; swap of 0 is a limit. */
	reset();
	SET(res.pids_limit, 0);
	SET(memory.limit, 4096);
	SET(memory.swap, 4096);
	assert_string_equal(plan(252, true),
		"MemoryMax=uint64 4096\nMemorySwapMax=uint64 0\nTasksMax=uint64 1\n");
	reset();
	SET(memory.limit, 4096);
	SET(memory.swap, 4095);
	assert_null(plan(252, true));
	assert_string_equal(why(), "memory+swap limit should be >= memory limit");
}

static void quota_is_rounded_up(void **state)
{
	(void)state;
	reset();
	SET(cpu.quota, 12345);
	assert_string_equal(plan(252, true), "CPUQuotaPerSecUSec=uint64 130000\n");
	assert_true(rounded.set && rounded.v == 13000);
	SET(cpu.quota, 5000);
	SET(cpu.period, 100000);
	assert_non_null(plan(252, true));
	assert_true(rounded.set && rounded.v == 5000);
	/* A period alone. */
	cpu.quota.set = false;
	assert_string_equal(plan(252, true), "CPUQuotaPeriodUSec=uint64 100000\n"
					     "CPUQuotaPerSecUSec=uint64 18446744073709551615\n");
	assert_false(rounded.set);
	SET(cpu.quota, INT64_MAX);
	SET(cpu.period, 1);
	assert_non_null(plan(252, true));
}

static void idle(void **state)
{
	(void)state;
	reset();
	SET(cpu.idle, 1);
	assert_string_equal(plan(252, true), "CPUWeight=uint64 0\n");
	assert_string_equal(plan(251, true), "");
	SET(cpu.shares, 1024);
	assert_string_equal(plan(252, true), "CPUWeight=uint64 0\n");
	assert_string_equal(plan(251, true), "CPUWeight=uint64 100\n");
	SET(cpu.idle, 0);
	assert_string_equal(plan(252, true), "CPUWeight=uint64 100\n");
}

static void cpu_lists(void **state)
{
	static const char *const bad[] = { "x", "1-", "-1", "2-1", "1,x", "65536", " ", "," };

	(void)state;
	reset();
	cpu.cpus = (char *)(uintptr_t)" 1, 3-4,,15\n";
	assert_string_equal(plan(252, true), "AllowedCPUs=[byte 26, 128]\n");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		reset();
		cpu.cpus = (char *)(uintptr_t)bad[i];
		assert_null(plan(252, true));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(plan(243, true), "");
	}
}

static void with_unified(const char *const (*kv)[2], size_t n)
{
	static struct key_value v[16];

	reset();
	for (size_t i = 0; i < n; i++)
		v[i] = (struct key_value){ (char *)(uintptr_t)kv[i][0], (char *)(uintptr_t)kv[i][1] };
	res.unified = (struct kv_list){ v, n };
}

static void unified(void **state)
{
	static const char *const all[][2] = {
		{ "memory.max", "1000" }, { "memory.high", "max" }, { "memory.min", "1" },
		{ "memory.low", " 2 \n" }, { "memory.swap.max", "0" }, { "pids.max", "0" },
		{ "cpu.max", "50000 100000" }, { "cpuset.cpus", "0,8" }, { "cpu.weight", "77" },
		{ "io.max", "8:0 rbps=1" }, { "memory.oom.group", "1" },
	};
	static const char *const lone[][2] = { { "cpu.max", "max" } };
	static const char *const both[][2] = { { "cpu.weight", "5" }, { "cpu.idle", "1" } };
	static const char *const bad[][2] = {
		{ "memory.max", "1k" }, { "memory/max", "1" }, { "memory", "1" }, { ".max", "1" },
		{ "cpu.max", "" }, { "cpu.max", "1 2 3" }, { "cpu.max", "a" }, { "cpu.max", "1 0" },
		{ "cpuset.cpus", "a" }, { "pids.max", "-1" }, { "cpu.weight", "max" },
	};

	(void)state;
	with_unified(all, ARRAY_SIZE(all));
	assert_string_equal(plan(252, true),
		"MemoryMax=uint64 1000\nMemoryHigh=uint64 18446744073709551615\nMemoryMin=uint64 1\n"
		"MemoryLow=uint64 2\nMemorySwapMax=uint64 0\nTasksMax=uint64 1\n"
		"CPUQuotaPeriodUSec=uint64 100000\nCPUQuotaPerSecUSec=uint64 500000\n"
		"AllowedCPUs=[byte 1, 1]\nCPUWeight=uint64 77\n");
	with_unified(lone, 1);
	assert_string_equal(plan(252, true), "CPUQuotaPeriodUSec=uint64 100000\n"
					     "CPUQuotaPerSecUSec=uint64 18446744073709551615\n");
	with_unified(both, 2);
	assert_string_equal(plan(252, true), "CPUWeight=uint64 0\n");
	assert_string_equal(plan(251, true), "CPUWeight=uint64 5\n");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		with_unified(&bad[i], 1);
		if (plan(252, true))
			fail_msg("%s=%s was taken", bad[i][0], bad[i][1]);
		assert_int_equal(err.kind, ERR_CONFIG);
	}
}

/* ---- devices ---- */

static const char *device_plan(struct spec_device_rule *rules, size_t n, int version)
{
	struct sd_limits l = { .r = &res, .version = version, .v2 = true };
	struct sd_props p;
	auto_str text;

	reset();
	res.devices = rules;
	res.n_devices = n;
	str_init(&text);
	sd_props_init(&p, &arena);
	assert_int_equal(sd_plan_devices(&l, &p, &err), 0);
	sd_props_text(&p, &text);
	return arena_strdup(&arena, str_text(&text));
}

#define HEAD "DeviceAllow=@a(ss) []\nDevicePolicy='strict'\n"

static void devices(void **state)
{
	struct spec_device_rule fuse[] = {
		{ .allow = false, .type = 'a', .access = 7 },
		{ .allow = true, .type = 'c', .major = { true, 10 }, .minor = { true, 229 }, .access = 7 },
		{ .allow = true, .type = 'b', .major = { true, 8 }, .access = DEV_ACCESS_READ },
		{ .allow = true, .type = 'c', .minor = { true, 5 }, .access = DEV_ACCESS_READ },
	};
	struct spec_device_rule all[] = { { .allow = true, .type = 'a', .access = 7 } };
	struct spec_device_rule but[] = {
		{ .allow = true, .type = 'a', .access = 7 },
		{ .allow = false, .type = 'c', .major = { true, 10 }, .minor = { true, 229 }, .access = 7 },
	};
	const char *text = device_plan(fuse, ARRAY_SIZE(fuse), 252);

	(void)state;
	assert_true(str_starts(text, HEAD "DeviceAllow=[("));
	assert_non_null(strstr(text, "('/dev/char/10:229', 'rwm')"));
	assert_non_null(strstr(text, "('block-8', 'r')"));
	assert_non_null(strstr(text, "('/dev/char/1:3', 'rwm')"));
	assert_non_null(strstr(text, "('char-136', 'rwm')"));
	assert_non_null(strstr(text, "('char-*', 'm')"));
	assert_null(strstr(text, ":5', 'r')")); /* units cannot say "any major" */
	text = device_plan(fuse, ARRAY_SIZE(fuse), 239);
	assert_non_null(strstr(text, "('char-pts', 'rwm')"));
	assert_null(strstr(text, "block-8"));
	assert_string_equal(device_plan(all, 1, 252), "DeviceAllow=@a(ss) []\nDevicePolicy='auto'\n");
	assert_string_equal(device_plan(but, 2, 252), HEAD);
}

/* ---- the start ---- */

static const char *start_plan(const char *path, int version, bool v2, const char *key,
			      const char *value)
{
	struct key_value kv = { (char *)(uintptr_t)key, (char *)(uintptr_t)value };
	struct kv_list l = { &kv, key ? 1 : 0 };
	struct sd_limits limits = { .r = &res, .version = version, .v2 = v2 };
	struct sd_unit u;
	struct sd_props p;
	auto_str text;

	err_init(&err);
	assert_int_equal(sd_unit_parse(&arena, path, "id", false, &u, &err), 0);
	str_init(&text);
	sd_props_init(&p, &arena);
	if (sd_plan_start(&u, &limits, 7, &l, &p, &err) < 0)
		return NULL;
	sd_props_text(&p, &text);
	return arena_strdup(&arena, str_text(&text));
}

#define ACCOUNTING(io) "MemoryAccounting=true\nCPUAccounting=true\n" io "Accounting=true\n" \
		       "TasksAccounting=true\nDefaultDependencies=false\n"

static void starts(void **state)
{
	static const char *const oom[][2] = { { "memory.oom.group", "1" } };

	(void)state;
	reset();
	assert_string_equal(start_plan("a-b.slice:p:n", 252, true, NULL, NULL),
		"Description='strake container n'\nSlice='a-b.slice'\nDelegate=true\nPIDs=[uint32 7]\n"
		ACCOUNTING("IO"));
	assert_string_equal(start_plan("a.slice:p:n.slice", 252, false, NULL, NULL),
		"Description='strake container n.slice'\nWants=['a.slice']\n" ACCOUNTING("BlockIO"));
	with_unified(oom, 1);
	assert_null(strstr(start_plan(NULL, 252, true, NULL, NULL), "OOMPolicy"));
	assert_non_null(strstr(start_plan(NULL, 253, true, NULL, NULL), "\nOOMPolicy='kill'\n"));
	res.unified.v[0].value = (char *)(uintptr_t)"0";
	assert_non_null(strstr(start_plan(NULL, 253, true, NULL, NULL), "\nOOMPolicy='continue'\n"));
}

static void annotations(void **state)
{
	static const struct {
		const char *key, *value, *line; /* line NULL: refused */
	} t[] = {
		{ "org.systemd.property.TimeoutStopUSec", "uint64 5", "\nTimeoutStopUSec=uint64 5\n" },
		{ "org.systemd.property.TimeoutStopSec", "uint64 5", "\nTimeoutStopUSec=uint64 5000000\n" },
		{ "org.systemd.property.TimeoutStopSec", "5", "\nTimeoutStopUSec=uint64 5000000\n" },
		{ "org.systemd.property.TimeoutStopSec", "1.5", "\nTimeoutStopUSec=uint64 1500000\n" },
		{ "org.systemd.property.CollectMode", "'inactive-or-failed'",
		  "\nCollectMode='inactive-or-failed'\n" },
		{ "org.systemd.property.After", "['a.service']", "\nAfter=['a.service']\n" },
		{ "org.systemd.property.CPUSec", "5", "\nCPUSec=5\n" }, /* no letter before Sec */
		{ "org.systemd.property.RuntimeMaxSec", "2", "\nRuntimeMaxUSec=uint64 2000000\n" },
		{ "org.systemd.property.MemoryHigh", "uint64 5", "\nMemoryHigh=uint64 5\n" },
		/* What reaches beyond the unit (CVE-2024-3154). */
		{ "org.systemd.property.SuccessAction", "'poweroff-force'", NULL },
		{ "org.systemd.property.FailureAction", "'reboot'", NULL },
		{ "org.systemd.property.Wants", "['poweroff.target']", NULL },
		{ "org.systemd.property.Conflicts", "['a.service']", NULL },
		{ "org.systemd.property.OnSuccess", "['a.service']", NULL },
		{ "org.systemd.property.PIDs", "[uint32 1]", NULL },
		{ "org.systemd.property.AfterAll", "['a.service']", NULL },
		{ "org.systemd.property.DeviceAllow", "5", NULL },
		{ "org.systemd.property.TimeoutStopSec", "-5", NULL },
		{ "org.systemd.property.TimeoutStopSec", "'5'", NULL },
		{ "org.systemd.property.TimeoutStopSec", "uint64 18446744073709551615", NULL },
		{ "org.systemd.property.Ab", "5", NULL },
		{ "org.systemd.property.A b", "5", NULL },
		{ "org.systemd.property.", "5", NULL },
		{ "org.systemd.property.Name", "five", NULL },
	};

	(void)state;
	reset();
	assert_null(strstr(start_plan(NULL, 252, true, "other", "x"), "other"));
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const char *text = start_plan(NULL, 252, true, t[i].key, t[i].value);

		if (!!text != !!t[i].line || (text && !strstr(text, t[i].line)))
			fail_msg("%s=%s: %s", t[i].key, t[i].value, text ? text : why());
		if (!text)
			assert_non_null(strstr(why(), t[i].key));
	}
}

/* ---- the state ---- */

static void load_and_save(void **state)
{
	static const struct {
		const char *path, *owned, *saved;
		bool user;
	} t[] = {
		{ "/sys/fs/cgroup/system.slice/runc-x.scope", "unified", "unified", false },
		{ "/sys/fs/cgroup/system.slice/runc-x.scope", NULL, "unified", false },
		{ "/sys/fs/cgroup/x/user@1000.service/user.slice/runc-x.scope", NULL,
		  "unified systemd-user", true },
		{ "/sys/fs/cgroup/x/user@1000.service/user.slice/runc-x.scope", "unified", "unified",
		  false },
		{ "/sys/fs/cgroup/x/user.slice/runc-x.scope", "unified systemd-user",
		  "unified systemd-user", true },
		/* A subgroup of the unit. */
		{ "/sys/fs/cgroup/x/user.slice/runc-x.scope/a/b", "unified systemd-user below:2",
		  "unified systemd-user below:2", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct key_value kv = { (char *)(uintptr_t)"", (char *)(uintptr_t)t[i].path };
		const struct kv_list paths = { &kv, 1 };
		struct kv_list saved;
		struct cgroup *c = NULL;
		char *owned;

		assert_int_equal(cgroup_load("systemd", &paths, t[i].owned, NULL, &c, &err), 0);
		assert_int_equal(cg_systemd_is_user(c), t[i].user);
		assert_int_equal(cgroup_save(c, &arena, &saved, &owned, &err), 0);
		assert_string_equal(saved.v[0].value, t[i].path);
		assert_string_equal(owned, t[i].saved);
		assert_string_equal(cg_path_above(&c->arena, t[i].path, c->sub_depth) +
					    strlen(t[i].path) - (c->sub_depth ? strlen("runc-x.scope/a/b") :
									    strlen("runc-x.scope")),
				    "runc-x.scope");
		cgroup_free(c);
	}
}

#define pure(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pure(slices), pure(units), pure(versions), pure(values), pure(deep_values_are_refused),
		pure(all_limits), pure(unlimited), pure(quota_is_rounded_up), pure(idle),
		pure(cpu_lists), pure(unified), pure(devices), pure(starts), pure(annotations),
		pure(load_and_save),
	};

	return cmocka_run_group_tests_name("cgroup/systemd/plan", tests, NULL, NULL);
}
