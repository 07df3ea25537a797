/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/emit.h"
#include "oci/validate.h"
#include "tests/unit/oci/config.h"
#include "tests/unit/test.h"

static void emit(const struct spec *s, const char *indent, struct str *out)
{
	struct err e;

	str_init(out);
	assert_int_equal(spec_emit(s, indent, out, &e), 0);
}

/* Every section, each property with a value that is not its default, in canonical order. */
static const char full[] =
    "{\"ociVersion\":\"1.3.0\",\"process\":{\"terminal\":true,\"consoleSize\":{\"height\":1,"
    "\"width\":2},"
    "\"user\":{\"uid\":1,\"gid\":0,\"umask\":0,\"additionalGids\":[3],\"username\":\"u\"},\"args\":"
    "[\"a\"],"
    "\"commandLine\":\"c\",\"env\":[\"A=b\"],\"cwd\":\"/"
    "\",\"capabilities\":{\"bounding\":[\"CAP_BPF\",\"CAP_KILL\"],"
    "\"ambient\":[\"CAP_CHOWN\"]},\"rlimits\":[{\"type\":\"RLIMIT_AS\",\"hard\":2,\"soft\":1}],"
    "\"noNewPrivileges\":true,"
    "\"apparmorProfile\":\"p\",\"oomScoreAdj\":0,\"scheduler\":{\"policy\":\"SCHED_OTHER\","
    "\"nice\":1,"
    "\"flags\":[\"SCHED_FLAG_RECLAIM\"]},\"selinuxLabel\":\"l\",\"ioPriority\":{\"class\":\"IOPRIO_"
    "CLASS_BE\","
    "\"priority\":0},\"execCPUAffinity\":{\"initial\":\"0\",\"final\":\"1\"}},"
    "\"root\":{\"path\":\"r\",\"readonly\":true},\"hostname\":\"h\",\"domainname\":\"d\","
    "\"mounts\":[{\"destination\":\"/m\",\"type\":\"t\",\"source\":\"s\",\"options\":[\"ro\"],"
    "\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":0}],\"gidMappings\":[]}],"
    "\"hooks\":{\"prestart\":[{\"path\":\"/"
    "p\",\"args\":[\"p\"],\"env\":[],\"timeout\":0}],\"poststop\":[{\"path\":\"/q\"}]},"
    "\"annotations\":{\"k\":\"v\",\"a\":\"\"},\"linux\":{\"uidMappings\":[{\"containerID\":1,"
    "\"hostID\":2,\"size\":3}],"
    "\"sysctl\":{\"s\":\"1\"},\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},{"
    "\"allow\":true,"
    "\"type\":\"c\",\"major\":-1,\"minor\":0,\"access\":\"rm\"}],\"memory\":{\"limit\":0,"
    "\"disableOOMKiller\":false},"
    "\"cpu\":{\"shares\":1,\"cpus\":\"\"},\"pids\":{\"limit\":0},\"blockIO\":{\"weight\":0,"
    "\"weightDevice\":"
    "[{\"major\":0,\"minor\":0,\"leafWeight\":5}],\"throttleReadBpsDevice\":[{\"major\":1,"
    "\"minor\":2,\"rate\":0}]},"
    "\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":0}],\"network\":{\"classID\":0,"
    "\"priorities\":"
    "[{\"name\":\"e\",\"priority\":0}]},\"rdma\":{\"m\":{\"hcaHandles\":0}},\"unified\":{\"u\":"
    "\"1\"}},"
    "\"cgroupsPath\":\"/c\",\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"time\",\"path\":\"/"
    "t\"}],"
    "\"devices\":[{\"path\":\"/dev/"
    "x\",\"type\":\"c\",\"major\":0,\"minor\":0,\"fileMode\":0,\"uid\":0,\"gid\":0}],"
    "\"netDevices\":{\"eth0\":{},\"eth1\":{\"name\":\"n\"}},\"seccomp\":{\"defaultAction\":\"SCMP_"
    "ACT_KILL_THREAD\","
    "\"defaultErrnoRet\":0,\"architectures\":[\"SCMP_ARCH_X86\"],\"flags\":[],\"listenerPath\":\"/"
    "l\","
    "\"listenerMetadata\":\"m\",\"syscalls\":[{\"names\":[\"n\"],\"action\":\"SCMP_ACT_NOTIFY\","
    "\"errnoRet\":0,"
    "\"args\":[{\"index\":0,\"value\":0,\"valueTwo\":1,\"op\":\"SCMP_CMP_NE\"}]}]},"
    "\"rootfsPropagation\":\"rshared\","
    "\"maskedPaths\":[\"/a\"],\"readonlyPaths\":[\"/"
    "b\"],\"mountLabel\":\"l\",\"intelRdt\":{\"closID\":\"c\","
    "\"schemata\":[\"s\"],\"enableMonitoring\":true},\"memoryPolicy\":{\"mode\":\"MPOL_DEFAULT\","
    "\"flags\":[\"MPOL_F_STATIC_NODES\"]},\"personality\":{\"domain\":\"LINUX\"},"
    "\"timeOffsets\":{\"boottime\":{\"secs\":-1},\"monotonic\":{\"nanosecs\":2}}},"
    "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"hwConfig\":{\"vcpus\":0,\"irqs\":[1]}}}";

static void round_trip(void **state)
{
	struct spec s;
	struct err e;
	auto_str out;

	(void)state;
	if (load_config(&s, &e, full) < 0)
		fail_msg("%s", e.text);
	emit(&s, NULL, &out);
	assert_string_equal(str_text(&out), full);
	spec_fini(&s);
}

static void what_is_default_is_left_out(void **state)
{
	struct spec s;
	struct err e;
	auto_str out;

	(void)state;
	assert_int_equal(load_config(&s, &e,
				     "{\"linux\":{\"resources\":null},\"hooks\":{},\"hostname\":"
				     "\"\",\"solaris\":{},\"ociVersion\":\"1.0.0\",\"x\":1,"
				     "\"process\":{\"terminal\":false,\"cwd\":\"/\"}}"),
			 0);
	emit(&s, NULL, &out);
	assert_string_equal(str_text(&out), "{\"ociVersion\":\"1.0.0\",\"process\":{\"user\":{"
					    "\"uid\":0,\"gid\":0},\"cwd\":\"/\"}}");
	spec_fini(&s);
}

#define CAPS                                                                                       \
	"[\n\t\t\t\t\"CAP_AUDIT_WRITE\",\n\t\t\t\t\"CAP_KILL\",\n\t\t\t\t\"CAP_NET_BIND_"          \
	"SERVICE\"\n\t\t\t]"

static void default_config(void **state)
{
	static const char *const parts[] = {
		"{\n\t\"ociVersion\": \"1.3.0\",\n\t\"process\": {\n\t\t\"terminal\": "
		"true,\n\t\t\"user\": {\n\t\t\t\"uid\": 0,\n"
		"\t\t\t\"gid\": 0\n\t\t},\n\t\t\"args\": [\n\t\t\t\"sh\"\n\t\t],\n",
		"\t\t\"capabilities\": {\n\t\t\t\"bounding\": " CAPS ",\n\t\t\t\"effective\": " CAPS
		",\n\t\t\t\"permitted\": " CAPS
		"\n\t\t},\n\t\t\"rlimits\": [\n\t\t\t{\n\t\t\t\t\"type\": "
		"\"RLIMIT_NOFILE\",\n\t\t\t\t\"hard\": 1024,\n"
		"\t\t\t\t\"soft\": 1024\n\t\t\t}\n\t\t],\n\t\t\"noNewPrivileges\": "
		"true\n\t},\n\t\"root\": {\n\t\t\"path\": "
		"\"rootfs\",\n\t\t\"readonly\": true\n\t},\n\t\"hostname\": "
		"\"runc\",\n\t\"mounts\": [\n\t\t{\n\t\t\t\"destination\": "
		"\"/proc\",\n\t\t\t\"type\": \"proc\",\n\t\t\t\"source\": \"proc\"\n\t\t},\n",
		"\t\"linux\": {\n\t\t\"resources\": {\n\t\t\t\"devices\": "
		"[\n\t\t\t\t{\n\t\t\t\t\t\"allow\": false,\n"
		"\t\t\t\t\t\"access\": \"rwm\"\n\t\t\t\t}\n\t\t\t]\n\t\t},\n\t\t\"namespaces\": "
		"[\n\t\t\t{\n\t\t\t\t\"type\": \"pid\"\n",
		"\t\t\t\"/proc/sysrq-trigger\"\n\t\t]\n\t}\n}",
	};
	struct spec_default_options o = { 0 };
	struct spec s;
	struct err e;
	auto_str out;

	(void)state;
	assert_int_equal(spec_default(&s, &o, &e), 0);
	assert_int_equal(spec_validate(&s, &e), 0);
	emit(&s, "\t", &out);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_non_null(strstr(str_text(&out), parts[i]));
	assert_int_equal(s.mounts.n, 7);
	assert_int_equal(s.linux->masked_paths.n, 10);
	assert_int_equal(s.linux->readonly_paths.n, 5);
	assert_int_equal(s.linux->namespaces.n, 5);
	assert_null(spec_namespace_find(&s.linux->namespaces, NS_CGROUP));
	spec_fini(&s);

	o.cgroup_v2 = true;
	assert_int_equal(spec_default(&s, &o, &e), 0);
	assert_int_equal(s.linux->namespaces.n, 6);
	assert_int_equal(s.linux->namespaces.v[5].kind, NS_CGROUP);
	spec_fini(&s);
}

static void rootless_config(void **state)
{
	struct spec_default_options o = {
		.rootless = true, .cgroup_v2 = true, .uid = 1000, .gid = 100
	};
	const struct spec_mount *pts, *sys;
	struct spec s;
	struct err e;
	auto_str out;

	(void)state;
	assert_int_equal(spec_default(&s, &o, &e), 0);
	assert_int_equal(spec_validate(&s, &e), 0);
	assert_null(spec_namespace_find(&s.linux->namespaces, NS_NETWORK));
	assert_int_equal(s.linux->namespaces.v[s.linux->namespaces.n - 1].kind, NS_USER);
	assert_null(s.linux->resources);
	assert_int_equal(s.linux->uid_mappings.v[0].host_id, 1000);
	assert_int_equal(s.linux->gid_mappings.v[0].host_id, 100);
	assert_int_equal(s.linux->gid_mappings.v[0].size, 1);
	pts = &s.mounts.v[2];
	sys = &s.mounts.v[5];
	assert_string_equal(pts->destination, "/dev/pts");
	assert_int_equal(pts->options.n, 5);
	assert_null(pts->options.v[5]);
	assert_string_equal(sys->type, "none");
	assert_string_equal(sys->source, "/sys");
	assert_string_equal(sys->options.v[0], "rbind");
	emit(&s, "\t", &out);
	assert_null(strstr(str_text(&out), "gid=5"));
	spec_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(what_is_default_is_left_out),
		cmocka_unit_test(default_config),
		cmocka_unit_test(rootless_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
