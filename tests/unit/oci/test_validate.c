/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "oci/validate.h"
#include "tests/unit/oci/config.h"
#include "tests/unit/test.h"

#define UTS                     "\"namespaces\":[{\"type\":\"uts\"}]"
#define USER                    "\"namespaces\":[{\"type\":\"user\"}]"
#define MAP(c, h, n)            "{\"containerID\":" c ",\"hostID\":" h ",\"size\":" n "}"
#define MAPS(u, g)              "\"uidMappings\":[" u "],\"gidMappings\":[" g "]"
#define ONE                     MAP("0", "1000", "1")
#define LIMIT(type, soft, hard) "{\"type\":\"" type "\",\"soft\":" soft ",\"hard\":" hard "}"
#define SECCOMP(s)              "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"," s "}"
#define RULE(name, action, more)                                                                   \
	"\"syscalls\":[{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\"" more "}]"
#define HOOK(h) "\"hooks\":{\"createRuntime\":[{\"path\":\"/ok\"}," h "]}"
#define NETNS   "\"namespaces\":[{\"type\":\"network\"}],"

static const struct {
	const char *process, *linux_, *extra, *error;
} cases[] = {
	/* the whole */
	{ "", "", "\"vm\":{\"kernel\":{\"path\":\"/k\"}}",
	  "vm: containers in virtual machines are not supported" },
	{ "", "", "\"hostname\":\"h\"",
	  "hostname: unable to set hostname without a private UTS namespace" },
	{ "", "", "\"domainname\":\"d\"",
	  "domainname: unable to set domainname without a private UTS namespace" },
	{ "", UTS, "\"hostname\":\"h\",\"domainname\":\"d\"", NULL },
	{ "", "", "\"hostname\":\"\"", NULL },
	{ "", "", "\"mounts\":[{\"destination\":\"\"}]",
	  "mounts[0].destination: must not be empty" },
	{ "", "", "\"annotations\":{\"\":\"x\"}", "annotations[\"\"]: a key must not be empty" },
	{ "", "", HOOK("{\"path\":\"bin/x\"}"),
	  "hooks.createRuntime[1].path: expected an absolute path, found \"bin/x\"" },
	{ "", "", HOOK("{\"path\":\"/x\",\"timeout\":0}"),
	  "hooks.createRuntime[1].timeout: expected seconds greater than zero, found 0" },
	{ "", "", HOOK("{\"path\":\"/x\",\"timeout\":-1}"),
	  "hooks.createRuntime[1].timeout: expected seconds greater than zero, found -1" },
	{ "", "", HOOK("{\"path\":\"/x\",\"timeout\":1}"), NULL },
	/* process */
	{ "\"env\":[\"A=b\",\"=c\"]", "", "",
	  "process.env[1]: invalid environment variable: name cannot be empty" },
	{ "\"env\":[\"A\"]", "", "", "process.env[0]: invalid environment variable: missing '='" },
	{ "\"env\":[\"A=\"]", "", "", NULL },
	{ "\"user\":{\"uid\":4294967295}", "", "",
	  "process.user.uid: expected an id from 0 to 4294967294, found 4294967295" },
	{ "\"user\":{\"gid\":4294967295}", "", "",
	  "process.user.gid: expected an id from 0 to 4294967294, found 4294967295" },
	{ "\"user\":{\"additionalGids\":[1,4294967295]}", "", "",
	  "process.user.additionalGids[1]: expected an id from 0 to 4294967294, found "
	  "4294967295" },
	{ "\"rlimits\":[" LIMIT("RLIMIT_AS", "1", "2") "," LIMIT("RLIMIT_CPU", "1", "2") "," LIMIT(
	      "RLIMIT_AS", "1", "2") "]",
	  "", "", "process.rlimits[2]: duplicated RLIMIT_AS" },
	{ "\"rlimits\":[" LIMIT("RLIMIT_AS", "3", "2") "]", "", "",
	  "process.rlimits[0].soft: RLIMIT_AS: expected at most the hard limit, 2, found "
	  "3" },
	{ "\"rlimits\":[" LIMIT("RLIMIT_AS", "2", "2") "," LIMIT("RLIMIT_CPU", "0",
								 "18446744073709551615") "]",
	  "", "", NULL },
	{ "\"oomScoreAdj\":1001", "", "",
	  "process.oomScoreAdj: expected an integer from -1000 to 1000, found 1001" },
	{ "\"oomScoreAdj\":-1000", "", "", NULL },
	{ "\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":20}", "", "",
	  "process.scheduler.nice: invalid scheduler.nice: 20 when scheduler.policy is "
	  "SCHED_BATCH: expected an integer from -20 to 19" },
	{ "\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"nice\":-21}", "", "",
	  "process.scheduler.nice: invalid scheduler.nice: -21 when scheduler.policy is "
	  "SCHED_OTHER: expected an integer from -20 to 19" },
	{ "\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"priority\":1}", "", "",
	  "process.scheduler.priority: scheduler.priority can only be specified for "
	  "SchedFIFO or SchedRR policy" },
	{ "\"execCPUAffinity\":{\"initial\":\"0-3,5\",\"final\":\"7\"}", "", "", NULL },
	{ "\"execCPUAffinity\":{\"initial\":\"x\"}", "", "",
	  "process.execCPUAffinity.initial: expected a list of CPUs, found \"x\"" },
	{ "\"execCPUAffinity\":{\"final\":\"3-1\"}", "", "",
	  "process.execCPUAffinity.final: expected a list of CPUs, found \"3-1\"" },
	{ "\"scheduler\":{\"policy\":\"SCHED_RR\",\"runtime\":1}", "", "",
	  "process.scheduler: scheduler runtime/deadline/period can only be specified "
	  "for SchedDeadline policy" },
	{ "\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1,\"deadline\":2,\"period\":3}",
	  "", "", NULL },
	{ "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_RT\",\"priority\":8}", "", "",
	  "process.ioPriority.priority: invalid ioPriority.Priority: 8: expected an "
	  "integer from 0 to 7" },
	{ "\"consoleSize\":{\"height\":1,\"width\":1}", "", "",
	  NULL }, /* MUST be ignored without terminal */
	/* namespaces */
	{ "", "\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\",\"path\":\"/p\"}]", "",
	  "linux.namespaces[1]: malformed spec file: duplicated ns \"pid\"" },
	{ "", "\"namespaces\":[{\"type\":\"pid\",\"path\":\"proc\"}]", "",
	  "linux.namespaces[0].path: expected an absolute path, found \"proc\"" },
	{ "", USER, "",
	  "linux.uidMappings: user namespaces enabled, but no namespace path to join nor "
	  "mappings to apply specified" },
	{ "", USER ",\"gidMappings\":[" ONE "]", "",
	  "linux.uidMappings: user namespaces enabled, but no uid mappings found" },
	{ "", USER ",\"uidMappings\":[" ONE "]", "",
	  "linux.gidMappings: user namespaces enabled, but no gid mappings found" },
	{ "", "\"namespaces\":[{\"type\":\"user\",\"path\":\"/u\"}]", "", NULL },
	{ "", "\"namespaces\":[{\"type\":\"user\",\"path\":\"/u\"}]," MAPS(ONE, ONE), "", NULL },
	{ "", USER "," MAPS(ONE, ONE), "", NULL },
	{ "", MAPS(ONE, ONE), "",
	  "linux.uidMappings: user namespace mappings specified, but user namespace "
	  "isn't enabled in the config" },
	{ "", USER "," MAPS(MAP("0", "1", "0"), ONE), "",
	  "linux.uidMappings[0].size: expected an integer from 1 to 4294967295, found 0" },
	{ "", USER "," MAPS(ONE, MAP("0", "4294967290", "10")), "",
	  "linux.gidMappings[0]: a range of 10 goes beyond the last id" },
	{ "", USER "," MAPS(MAP("0", "0", "10") "," MAP("9", "100", "1"), ONE), "",
	  "linux.uidMappings[1]: overlaps linux.uidMappings[0]" },
	{ "", USER "," MAPS(MAP("0", "0", "10") "," MAP("10", "9", "1"), ONE), "",
	  "linux.uidMappings[1]: overlaps linux.uidMappings[0]" },
	{ "", USER "," MAPS(MAP("0", "0", "10") "," MAP("10", "10", "1"), ONE), "", NULL },
	{ "", "\"timeOffsets\":{}", "",
	  "linux.timeOffsets: time namespace offsets specified, but time namespace isn't "
	  "enabled in the config" },
	{ "", "\"timeOffsets\":{},\"namespaces\":[{\"type\":\"time\",\"path\":\"/t\"}]", "",
	  "linux.timeOffsets: time namespace enabled, but both namespace path and time "
	  "offsets specified -- you may only provide one" },
	{ "",
	  "\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}},\"namespaces\":[{\"type\":"
	  "\"time\"}]",
	  "", "linux.timeOffsets.boottime.nanosecs: expected an integer from 0 to 999999999, "
	  "found 1000000000" },
	{ "",
	  "\"timeOffsets\":{\"monotonic\":{\"secs\":1,\"nanosecs\":999999999}},\"namespaces\":[{"
	  "\"type\":\"time\"}]",
	  "", NULL },
	{ "", "\"maskedPaths\":[\"/m\"]", "",
	  "linux.maskedPaths: unable to restrict sys entries without a private MNT "
	  "namespace" },
	{ "", "\"readonlyPaths\":[\"/m\"]", "",
	  "linux.readonlyPaths: unable to restrict sys entries without a private MNT "
	  "namespace" },
	{ "", "\"maskedPaths\":[],\"readonlyPaths\":[]", "", NULL },
	{ "", "\"maskedPaths\":[\"/m\"],\"namespaces\":[{\"type\":\"mount\"}]", "", NULL },
	/* devices */
	{ "", "\"devices\":[{\"path\":\"dev/x\",\"type\":\"p\"}]", "",
	  "linux.devices[0].path: expected an absolute path, found \"dev/x\"" },
	{ "", "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":1}]", "",
	  "linux.devices[0]: /dev/x: major and minor are required" },
	{ "", "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"b\",\"major\":1,\"minor\":-1}]", "",
	  "linux.devices[0]: /dev/x: expected numbers from 0:0 to 4095:1048575, found "
	  "1:-1" },
	{ "",
	  "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"p\"},{\"path\":\"/dev/"
	  "y\",\"type\":\"u\",\"major\":0,\"minor\":0}]",
	  "", NULL },
	{ "", "\"netDevices\":{\"eth0\":{}}", "",
	  "linux.netDevices: unable to move network devices without a NET namespace" },
	{ "", NETNS "\"netDevices\":{\"eth/0\":{}}", "",
	  "linux.netDevices[\"eth/0\"]: invalid network device name \"eth/0\"" },
	{ "", NETNS "\"netDevices\":{\"eth0\":{\"name\":\"..\"}}", "",
	  "linux.netDevices[\"eth0\"].name: invalid network device name \"..\"" },
	{ "", NETNS "\"netDevices\":{\"a234567890123456\":{}}", "",
	  "linux.netDevices[\"a234567890123456\"]: invalid network device name "
	  "\"a234567890123456\"" },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"x\"},\"x\":{}}", "",
	  "linux.netDevices[\"x\"]: two network devices would be called \"x\"" },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"b\"},\"b\":{\"name\":\"a\"}}", "", NULL },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"x%d\"},\"b\":{\"name\":\"x%d\"}}", "", NULL },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"x%d%d\"}}", "",
	  "linux.netDevices[\"a\"].name: invalid network device name \"x%d%d\"" },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"x%s\"}}", "",
	  "linux.netDevices[\"a\"].name: invalid network device name \"x%s\"" },
	/* resources */
	{ "", "\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"r\"},{\"allow\":false}]}",
	  "", "linux.resources.devices[1].access: device access at 1 field cannot be empty" },
	{ "", "\"resources\":{\"hugepageLimits\":[{\"pageSize\":\"64kB\",\"limit\":1}]}", "",
	  "linux.resources.hugepageLimits[0].pageSize: expected a number and KB, MB or "
	  "GB, found \"64kB\"" },
	{ "",
	  "\"resources\":{\"hugepageLimits\":[{\"pageSize\":\"64KB\",\"limit\":1},{\"pageSize\":"
	  "\"1GB\",\"limit\":1}]}",
	  "", NULL },
	{ "", "\"resources\":{\"memory\":{\"swappiness\":101}}", "",
	  "linux.resources.memory.swappiness: expected an integer from 0 to 100, found "
	  "101" },
	{ "", "\"resources\":{\"blockIO\":{\"weight\":9}}", "",
	  "linux.resources.blockIO.weight: expected a weight from 10 to 1000, found 9" },
	{ "",
	  "\"resources\":{\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1,\"leafWeight\":"
	  "1001}]}}",
	  "",
	  "linux.resources.blockIO.weightDevice[0].leafWeight: expected a weight from 10 "
	  "to 1000, found 1001" },
	{ "", "\"resources\":{\"blockIO\":{\"weight\":0,\"leafWeight\":1000}}", "", NULL },
	{ "", "\"resources\":{\"pids\":{}}", "", NULL },
	/* seccomp */
	{ "", "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NOTIFY\",\"listenerPath\":\"/l\"}", "",
	  "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default action" },
	{ "", SECCOMP("\"listenerPath\":\"/l\"," RULE("write", "NOTIFY", "")), "",
	  "linux.seccomp.syscalls[0].names[0]: SCMP_ACT_NOTIFY cannot be used for the "
	  "write syscall" },
	{ "", SECCOMP(RULE("mkdir", "NOTIFY", "")), "",
	  "linux.seccomp.listenerPath: seccomp listenerPath is not set" },
	{ "", SECCOMP("\"listenerPath\":\"/l\"," RULE("mkdir", "NOTIFY", "")), "", NULL },
	{ "", SECCOMP("\"listenerMetadata\":\"m\""), "",
	  "linux.seccomp.listenerMetadata: seccomp listenerMetadata is set, but "
	  "listenerPath is not" },
	{ "", SECCOMP("\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_LOG\"}]"), "",
	  "linux.seccomp.syscalls[0].names: must not be empty" },
	{ "", SECCOMP(RULE("", "LOG", "")), "",
	  "linux.seccomp.syscalls[0].names[0]: empty string is not a valid syscall" },
	{ "",
	  SECCOMP(RULE("a", "LOG", ",\"args\":[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]")),
	  "", "linux.seccomp.syscalls[0].args[0].index: expected an integer from 0 to 5, "
	  "found 6" },
	{ "", SECCOMP(RULE("a", "LOG", ",\"errnoRet\":1")), "",
	  "linux.seccomp.syscalls[0].errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an "
	  "errno" },
	{ "", SECCOMP("\"defaultErrnoRet\":1"), "",
	  "linux.seccomp.defaultErrnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno" },
	{ "", SECCOMP(RULE("a", "ERRNO", ",\"errnoRet\":65536")), "",
	  "linux.seccomp.syscalls[0].errnoRet: expected an errno from 0 to 65535, found "
	  "65536" },
	{ "", SECCOMP(RULE("a", "TRACE", ",\"errnoRet\":38")), "", NULL },
	/* the rest */
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_LOCAL\",\"nodes\":\"0\"}", "",
	  "linux.memoryPolicy.nodes: memory policy mode requires 0 nodes but got 1" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\"}", "",
	  "linux.memoryPolicy.nodes: memory policy mode requires at least one node but "
	  "got 0" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_DEFAULT\",\"nodes\":\"0-7\"}", "",
	  "linux.memoryPolicy.nodes: memory policy mode requires 0 nodes but got 8" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0-9876543210\"}", "",
	  "linux.memoryPolicy.nodes: invalid memory policy nodes \"0-9876543210\"" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\",\"nodes\":\"3-1\"}", "",
	  "linux.memoryPolicy.nodes: invalid memory policy nodes \"3-1\"" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\"}", "", NULL },
	{ "", "\"intelRdt\":{\"closID\":\"..\"}", "",
	  "linux.intelRdt.closID: invalid intelRdt.ClosID \"..\"" },
	{ "", "\"intelRdt\":{\"closID\":\"a/b\"}", "",
	  "linux.intelRdt.closID: invalid intelRdt.ClosID \"a/b\"" },
	{ "", "\"intelRdt\":{\"closID\":\"/\"}", "", NULL },
	{ "", "\"intelRdt\":{\"memBwSchema\":\"MB:0=70\"}", "", NULL },
	{ "", "\"intelRdt\":{\"schemata\":[\"L3:0=f\",\"MB:0=70\"]}", "", NULL },
	{ "", "\"intelRdt\":{\"schemata\":[\"L3:0=f\",\"MB:0=70\\nL2:0=f\"]}", "",
	  "linux.intelRdt.schemata[1]: expected one line, found \"MB:0=70\nL2:0=f\"" },
	{ "", "\"intelRdt\":{\"memBwSchema\":\"L3:0=f\"}", "",
	  "linux.intelRdt.memBwSchema: expected one line that begins with MB:, found \"L3:0=f\"" },
	{ "", "\"intelRdt\":{\"memBwSchema\":\"MB:0=70\\nL3:0=f\"}", "",
	  "linux.intelRdt.memBwSchema: expected one line that begins with MB:, found "
	  "\"MB:0=70\nL3:0=f\"" },
	{ "", "\"resources\":{\"rdma\":{\"mlx5_1\":{}}}", "",
	  "linux.resources.rdma[\"mlx5_1\"]: hcaHandles or hcaObjects is required" },
};

static void with_the_least_config(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char got[ERR_TEXT_MAX];
		struct spec s;
		struct err e;
		int r;

		r = load_with(&s, &e, cases[i].process, cases[i].linux_, cases[i].extra);
		if (r < 0)
			fail_msg("case %zu does not load: %s", i, e.text);
		r = spec_validate(&s, &e);
		err_format(&e, got, sizeof(got));
		spec_fini(&s);
		assert_string_equal(got, cases[i].error ? cases[i].error : "");
		assert_int_equal(r < 0, cases[i].error != NULL);
	}
}

static void whole_files(void **state)
{
	static const struct {
		const char *text, *error;
	} files[] = {
		{ "{\"ociVersion\":\"2.0.0\"}",
		  "ociVersion: expected a version 1.x, found \"2.0.0\"" },
		{ "{\"ociVersion\":\"1\"}", "ociVersion: expected a version 1.x, found \"1\"" },
		/* Without a process: needed at start, not at create. */
		{ "{\"ociVersion\":\"1.0.2-dev\"}", "root: required property is missing" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/\",\"args\":[\"a\"]}}",
		  "root: required property is missing" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/"
		  "\",\"args\":[\"a\"]},\"root\":{\"path\":\"\"}}",
		  "root.path: must not be empty" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"\"}}",
		  "process.cwd: Cwd property must not be empty" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"a\"}}",
		  "process.cwd: Cwd must be an absolute path, found \"a\"" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/\",\"args\":[]}}",
		  "process.args: args must not be empty" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/\"}}",
		  "process.args: args must not be empty" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char got[ERR_TEXT_MAX];
		struct spec s;
		struct err e;

		assert_int_equal(load_config(&s, &e, files[i].text), 0);
		assert_true(spec_validate(&s, &e) < 0);
		err_format(&e, got, sizeof(got));
		assert_string_equal(got, files[i].error);
		spec_fini(&s);
	}
}

static unsigned n_warnings;

static void sink(void *data, enum log_level level, const char *msg)
{
	(void)data;
	(void)level;
	assert_non_null(strstr(msg, n_warnings == 0 ? "mount destination tmp is not absolute"
						    : "personality.flags"));
	n_warnings++;
}

static void some_things_only_warn(void **state)
{
	struct spec s;
	struct err e;

	(void)state;
	assert_int_equal(load_with(&s, &e, "",
				   "\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"X\"]}",
				   "\"mounts\":[{\"destination\":\"tmp\"}]"),
			 0);
	log_set_sink(sink, NULL);
	assert_int_equal(spec_validate(&s, &e), 0);
	log_set_sink(NULL, NULL);
	assert_int_equal(n_warnings, 2);
	spec_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_the_least_config),
		cmocka_unit_test(whole_files),
		cmocka_unit_test(some_things_only_warn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
