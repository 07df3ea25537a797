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
	{ "", "", "\"hostname\":\"h\"", "unable to set hostname without a private UTS namespace" },
	{ "", "", "\"domainname\":\"d\"",
	  "unable to set domainname without a private UTS namespace" },
	{ "", UTS, "\"hostname\":\"h\",\"domainname\":\"d\"", NULL },
	{ "", "", "\"hostname\":\"\"", NULL },
	{ "", "", "\"mounts\":[{\"destination\":\"\"}]",
	  "mounts[0].destination must not be empty" },
	{ "", "", "\"annotations\":{\"\":\"x\"}", "annotations: a key must not be empty" },
	{ "", "", HOOK("{\"path\":\"bin/x\"}"),
	  "hooks.createRuntime[1].path must be absolute: bin/x" },
	{ "", "", HOOK("{\"path\":\"/x\",\"timeout\":0}"),
	  "hooks.createRuntime[1].timeout must be greater than zero" },
	{ "", "", HOOK("{\"path\":\"/x\",\"timeout\":-1}"),
	  "hooks.createRuntime[1].timeout must be greater than zero" },
	{ "", "", HOOK("{\"path\":\"/x\",\"timeout\":1}"), NULL },
	/* process */
	{ "\"env\":[\"A=b\",\"=c\"]", "", "",
	  "invalid environment variable: name cannot be empty" },
	{ "\"env\":[\"A\"]", "", "", "invalid environment variable: missing '='" },
	{ "\"env\":[\"A=\"]", "", "", NULL },
	{ "\"user\":{\"uid\":4294967295}", "", "", "process.user: 4294967295 is not a valid id" },
	{ "\"user\":{\"gid\":4294967295}", "", "", "process.user: 4294967295 is not a valid id" },
	{ "\"user\":{\"additionalGids\":[1,4294967295]}", "", "",
	  "process.user.additionalGids[1]: 4294967295 is not a valid id" },
	{ "\"rlimits\":[" LIMIT("RLIMIT_AS", "1", "2") "," LIMIT("RLIMIT_CPU", "1", "2") "," LIMIT(
	      "RLIMIT_AS", "1", "2") "]",
	  "", "", "process.rlimits[2]: duplicated RLIMIT_AS" },
	{ "\"rlimits\":[" LIMIT("RLIMIT_AS", "3", "2") "]", "", "",
	  "process.rlimits[0]: RLIMIT_AS: the soft limit is above the hard one" },
	{ "\"rlimits\":[" LIMIT("RLIMIT_AS", "2", "2") "," LIMIT("RLIMIT_CPU", "0",
								 "18446744073709551615") "]",
	  "", "", NULL },
	{ "\"oomScoreAdj\":1001", "", "",
	  "process.oomScoreAdj must be between -1000 and 1000, not 1001" },
	{ "\"oomScoreAdj\":-1000", "", "", NULL },
	{ "\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":20}", "", "",
	  "invalid scheduler.nice: 20 when scheduler.policy is SCHED_BATCH" },
	{ "\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"nice\":-21}", "", "",
	  "invalid scheduler.nice: -21 when scheduler.policy is SCHED_OTHER" },
	{ "\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"priority\":1}", "", "",
	  "scheduler.priority can only be specified for SchedFIFO or SchedRR policy" },
	{ "\"execCPUAffinity\":{\"initial\":\"0-3,5\",\"final\":\"7\"}", "", "", NULL },
	{ "\"execCPUAffinity\":{\"initial\":\"x\"}", "", "",
	  "process.execCPUAffinity.initial: \"x\" is not a list of CPUs" },
	{ "\"execCPUAffinity\":{\"final\":\"3-1\"}", "", "",
	  "process.execCPUAffinity.final: \"3-1\" is not a list of CPUs" },
	{ "\"scheduler\":{\"policy\":\"SCHED_RR\",\"runtime\":1}", "", "",
	  "scheduler runtime/deadline/period can only be specified for SchedDeadline policy" },
	{ "\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1,\"deadline\":2,\"period\":3}",
	  "", "", NULL },
	{ "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_RT\",\"priority\":8}", "", "",
	  "invalid ioPriority.Priority: 8" },
	{ "\"consoleSize\":{\"height\":1,\"width\":1}", "", "",
	  NULL }, /* MUST be ignored without terminal */
	/* namespaces */
	{ "", "\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\",\"path\":\"/p\"}]", "",
	  "malformed spec file: duplicated ns \"pid\"" },
	{ "", "\"namespaces\":[{\"type\":\"pid\",\"path\":\"proc\"}]", "",
	  "linux.namespaces[0].path must be absolute: proc" },
	{ "", USER, "",
	  "user namespaces enabled, but no namespace path to join nor mappings to apply "
	  "specified" },
	{ "", USER ",\"gidMappings\":[" ONE "]", "",
	  "user namespaces enabled, but no uid mappings found" },
	{ "", USER ",\"uidMappings\":[" ONE "]", "",
	  "user namespaces enabled, but no gid mappings found" },
	{ "", "\"namespaces\":[{\"type\":\"user\",\"path\":\"/u\"}]", "", NULL },
	{ "", "\"namespaces\":[{\"type\":\"user\",\"path\":\"/u\"}]," MAPS(ONE, ONE), "", NULL },
	{ "", USER "," MAPS(ONE, ONE), "", NULL },
	{ "", MAPS(ONE, ONE), "",
	  "user namespace mappings specified, but user namespace isn't enabled in the config" },
	{ "", USER "," MAPS(MAP("0", "1", "0"), ONE), "",
	  "linux.uidMappings[0].size must not be 0" },
	{ "", USER "," MAPS(ONE, MAP("0", "4294967290", "10")), "",
	  "linux.gidMappings[0] goes beyond the last id" },
	{ "", USER "," MAPS(MAP("0", "0", "10") "," MAP("9", "100", "1"), ONE), "",
	  "linux.uidMappings[1] overlaps [0]" },
	{ "", USER "," MAPS(MAP("0", "0", "10") "," MAP("10", "9", "1"), ONE), "",
	  "linux.uidMappings[1] overlaps [0]" },
	{ "", USER "," MAPS(MAP("0", "0", "10") "," MAP("10", "10", "1"), ONE), "", NULL },
	{ "", "\"timeOffsets\":{}", "",
	  "time namespace offsets specified, but time namespace isn't enabled in the config" },
	{ "", "\"timeOffsets\":{},\"namespaces\":[{\"type\":\"time\",\"path\":\"/t\"}]", "",
	  "time namespace enabled, but both namespace path and time offsets specified -- you may "
	  "only provide one" },
	{ "",
	  "\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}},\"namespaces\":[{\"type\":"
	  "\"time\"}]",
	  "", "linux.timeOffsets.boottime.nanosecs must be below a second" },
	{ "",
	  "\"timeOffsets\":{\"monotonic\":{\"secs\":1,\"nanosecs\":999999999}},\"namespaces\":[{"
	  "\"type\":\"time\"}]",
	  "", NULL },
	{ "", "\"maskedPaths\":[\"/m\"]", "",
	  "unable to restrict sys entries without a private MNT namespace" },
	{ "", "\"readonlyPaths\":[\"/m\"]", "",
	  "unable to restrict sys entries without a private MNT namespace" },
	{ "", "\"maskedPaths\":[],\"readonlyPaths\":[]", "", NULL },
	{ "", "\"maskedPaths\":[\"/m\"],\"namespaces\":[{\"type\":\"mount\"}]", "", NULL },
	/* devices */
	{ "", "\"devices\":[{\"path\":\"dev/x\",\"type\":\"p\"}]", "",
	  "linux.devices[0].path must be absolute: dev/x" },
	{ "", "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":1}]", "",
	  "linux.devices[0] (/dev/x): major and minor are required" },
	{ "", "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"b\",\"major\":1,\"minor\":-1}]", "",
	  "linux.devices[0] (/dev/x): no device has the number 1:-1" },
	{ "",
	  "\"devices\":[{\"path\":\"/dev/x\",\"type\":\"p\"},{\"path\":\"/dev/"
	  "y\",\"type\":\"u\",\"major\":0,\"minor\":0}]",
	  "", NULL },
	{ "", "\"netDevices\":{\"eth0\":{}}", "",
	  "unable to move network devices without a NET namespace" },
	{ "", NETNS "\"netDevices\":{\"eth/0\":{}}", "", "invalid network device name \"eth/0\"" },
	{ "", NETNS "\"netDevices\":{\"eth0\":{\"name\":\"..\"}}", "",
	  "invalid network device name \"..\"" },
	{ "", NETNS "\"netDevices\":{\"a234567890123456\":{}}", "",
	  "invalid network device name \"a234567890123456\"" },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"x\"},\"x\":{}}", "",
	  "two network devices would be called \"x\"" },
	{ "", NETNS "\"netDevices\":{\"a\":{\"name\":\"b\"},\"b\":{\"name\":\"a\"}}", "", NULL },
	/* resources */
	{ "", "\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"r\"},{\"allow\":false}]}",
	  "", "device access at 1 field cannot be empty" },
	{ "", "\"resources\":{\"hugepageLimits\":[{\"pageSize\":\"64kB\",\"limit\":1}]}", "",
	  "linux.resources.hugepageLimits[0].pageSize must be a number and KB, MB or GB, not "
	  "\"64kB\"" },
	{ "",
	  "\"resources\":{\"hugepageLimits\":[{\"pageSize\":\"64KB\",\"limit\":1},{\"pageSize\":"
	  "\"1GB\",\"limit\":1}]}",
	  "", NULL },
	{ "", "\"resources\":{\"memory\":{\"swappiness\":101}}", "",
	  "linux.resources.memory.swappiness must be between 0 and 100, not 101" },
	{ "", "\"resources\":{\"blockIO\":{\"weight\":9}}", "",
	  "linux.resources.blockIO.weight must be between 10 and 1000, not 9" },
	{ "",
	  "\"resources\":{\"blockIO\":{\"weightDevice\":[{\"major\":1,\"minor\":1,\"leafWeight\":"
	  "1001}]}}",
	  "",
	  "linux.resources.blockIO.weightDevice.leafWeight must be between 10 and 1000, not 1001" },
	{ "", "\"resources\":{\"blockIO\":{\"weight\":0,\"leafWeight\":1000}}", "", NULL },
	{ "", "\"resources\":{\"pids\":{}}", "", NULL },
	/* seccomp */
	{ "", "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NOTIFY\",\"listenerPath\":\"/l\"}", "",
	  "SCMP_ACT_NOTIFY cannot be used as default action" },
	{ "", SECCOMP("\"listenerPath\":\"/l\"," RULE("write", "NOTIFY", "")), "",
	  "SCMP_ACT_NOTIFY cannot be used for the write syscall" },
	{ "", SECCOMP(RULE("mkdir", "NOTIFY", "")), "", "seccomp listenerPath is not set" },
	{ "", SECCOMP("\"listenerPath\":\"/l\"," RULE("mkdir", "NOTIFY", "")), "", NULL },
	{ "", SECCOMP("\"listenerMetadata\":\"m\""), "",
	  "seccomp listenerMetadata is set, but listenerPath is not" },
	{ "", SECCOMP("\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_LOG\"}]"), "",
	  "linux.seccomp.syscalls[0].names must not be empty" },
	{ "", SECCOMP(RULE("", "LOG", "")), "", "empty string is not a valid syscall" },
	{ "",
	  SECCOMP(RULE("a", "LOG", ",\"args\":[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]")),
	  "", "linux.seccomp.syscalls[0].args[0].index must be 0 to 5, not 6" },
	{ "", SECCOMP(RULE("a", "LOG", ",\"errnoRet\":1")), "",
	  "linux.seccomp.syscalls[0].errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an "
	  "errno" },
	{ "", SECCOMP("\"defaultErrnoRet\":1"), "",
	  "linux.seccomp.defaultErrnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno" },
	{ "", SECCOMP(RULE("a", "ERRNO", ",\"errnoRet\":65536")), "",
	  "linux.seccomp.syscalls[0].errnoRet: 65536 is not an errno" },
	{ "", SECCOMP(RULE("a", "TRACE", ",\"errnoRet\":38")), "", NULL },
	/* the rest */
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_LOCAL\",\"nodes\":\"0\"}", "",
	  "memory policy mode requires 0 nodes but got 1" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\"}", "",
	  "memory policy mode requires at least one node but got 0" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_DEFAULT\",\"nodes\":\"0-7\"}", "",
	  "memory policy mode requires 0 nodes but got 8" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0-9876543210\"}", "",
	  "invalid memory policy nodes \"0-9876543210\"" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\",\"nodes\":\"3-1\"}", "",
	  "invalid memory policy nodes \"3-1\"" },
	{ "", "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\"}", "", NULL },
	{ "", "\"intelRdt\":{\"closID\":\"..\"}", "", "invalid intelRdt.ClosID \"..\"" },
	{ "", "\"intelRdt\":{\"closID\":\"a/b\"}", "", "invalid intelRdt.ClosID \"a/b\"" },
	{ "", "\"intelRdt\":{\"closID\":\"/\"}", "", NULL },
	{ "", "\"intelRdt\":{\"memBwSchema\":\"MB:0=70\"}", "", NULL },
	{ "", "\"intelRdt\":{\"memBwSchema\":\"L3:0=f\"}", "",
	  "linux.intelRdt.memBwSchema must be one line that begins with MB:" },
	{ "", "\"intelRdt\":{\"memBwSchema\":\"MB:0=70\\nL3:0=f\"}", "",
	  "linux.intelRdt.memBwSchema must be one line that begins with MB:" },
	{ "", "\"resources\":{\"rdma\":{\"mlx5_1\":{}}}", "",
	  "linux.resources.rdma.mlx5_1: hcaHandles or hcaObjects is required" },
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
		  "ociVersion \"2.0.0\" is not supported: it must be 1.x" },
		{ "{\"ociVersion\":\"1\"}", "ociVersion \"1\" is not supported: it must be 1.x" },
		/* Without a process: needed at start, not at create. */
		{ "{\"ociVersion\":\"1.0.2-dev\"}", "root must be specified" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/\",\"args\":[\"a\"]}}",
		  "root must be specified" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/"
		  "\",\"args\":[\"a\"]},\"root\":{\"path\":\"\"}}",
		  "root.path must not be empty" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"\"}}",
		  "Cwd property must not be empty" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"a\"}}",
		  "Cwd must be an absolute path" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/\",\"args\":[]}}",
		  "args must not be empty" },
		{ "{\"ociVersion\":\"1.0.2\",\"process\":{\"cwd\":\"/\"}}",
		  "args must not be empty" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct spec s;
		struct err e;

		assert_int_equal(load_config(&s, &e, files[i].text), 0);
		assert_true(spec_validate(&s, &e) < 0);
		assert_string_equal(e.text, files[i].error);
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
