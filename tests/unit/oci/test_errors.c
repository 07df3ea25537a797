/* SPDX-License-Identifier: Apache-2.0 */
/* What the config's own tables refuse; the engine's errors are in unit/json. */
#include "tests/unit/oci/config.h"
#include "tests/unit/test.h"

#define PROCESS(p) "{\"ociVersion\":\"1.0.0\",\"process\":{\"cwd\":\"/\"," p "}}"
#define LINUX(l)   "{\"ociVersion\":\"1.0.0\",\"linux\":{" l "}}"

static void refused(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "{}", "ociVersion: required property is missing" },
		{ "{\"ociVersion\":1}", "ociVersion: expected a string, found a number" },
		{ "{\"ociVersion\":\"1.0.0\",\"root\":{}}",
		  "root.path: required property is missing" },
		{ "{\"ociVersion\":\"1.0.0\",\"root\":\"/\"}",
		  "root: expected an object, found a string" },
		{ "{\"ociVersion\":\"1.0.0\",\"process\":{}}",
		  "process.cwd: required property is missing" },
		{ "{\"ociVersion\":\"1.0.0\",\"mounts\":[{\"destination\":\"/"
		  "\"},{\"type\":\"tmpfs\"}]}",
		  "mounts[1].destination: required property is missing" },
		{ "{\"ociVersion\":\"1.0.0\",\"mounts\":[{\"destination\":\"/"
		  "\"},{\"destination\":3}]}",
		  "mounts[1].destination: expected a string, found a number" },
		{ "{\"ociVersion\":\"1.0.0\",\"mounts\":[{\"destination\":\"/"
		  "\",\"options\":[\"ro\",{}]}]}",
		  "mounts[0].options[1]: expected a string, found an object" },
		{ "{\"ociVersion\":\"1.0.0\",\"mounts\":[{\"destination\":\"/"
		  "\",\"uidMappings\":[{\"hostID\":1,\"size\":1}]}]}",
		  "mounts[0].uidMappings[0].containerID: required property is missing" },
		{ "{\"ociVersion\":\"1.0.0\",\"hooks\":{\"poststop\":[{}]}}",
		  "hooks.poststop[0].path: required property is missing" },
		{ "{\"ociVersion\":\"1.0.0\",\"annotations\":{\"a\":{}}}",
		  "annotations[\"a\"]: expected a string, found an object" },
		{ "{\"ociVersion\":\"1.0.0\",\"annotations\":{\"a\":\"\",\"a\":\"\"}}",
		  "annotations[\"a\"]: duplicate key" },
		{ "{\"ociVersion\":\"1.0.0\",\"vm\":{}}",
		  "vm.kernel: required property is missing" },
		{ "{\"ociVersion\":\"1.0.0\",\"vm\":{\"kernel\":{}}}",
		  "vm.kernel.path: required property is missing" },
		{ PROCESS("\"consoleSize\":{\"width\":1}"),
		  "process.consoleSize.height: required property is missing" },
		{ PROCESS("\"user\":{\"uid\":-1}"),
		  "process.user.uid: expected an integer from 0 to 4294967295, found -1" },
		{ PROCESS("\"user\":{\"uid\":\"0\"}"),
		  "process.user.uid: expected an integer, found a string" },
		{ PROCESS("\"args\":[\"a\",null]"),
		  "process.args[1]: expected a string, found null" },
		{ PROCESS("\"env\":[\"A=\\u0000\"]"),
		  "process.env[0]: a string must not hold NUL" },
		{ PROCESS("\"capabilities\":[]"),
		  "process.capabilities: expected an object, found an array" },
		{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]"),
		  "process.rlimits[0].type: unknown rlimit type \"RLIMIT_X\"" },
		{ PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_AS\",\"hard\":1}]"),
		  "process.rlimits[0].soft: required property is missing" },
		{ PROCESS("\"scheduler\":{\"nice\":1}"),
		  "process.scheduler.policy: required property is missing" },
		{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_X\"}"),
		  "process.scheduler.policy: unknown scheduler policy \"SCHED_X\"" },
		{ PROCESS("\"scheduler\":{\"policy\":\"SCHED_RR\",\"flags\":[\"X\"]}"),
		  "process.scheduler.flags[0]: unknown scheduler flag \"X\"" },
		{ PROCESS("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_NONE\"}"),
		  "process.ioPriority.class: unknown I/O priority class \"IOPRIO_CLASS_NONE\"" },
		{ LINUX("\"namespaces\":[{\"path\":\"/x\"}]"),
		  "linux.namespaces[0].type: required property is missing" },
		{ LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"net\"}]"),
		  "linux.namespaces[1].type: unknown namespace type \"net\"" },
		{ LINUX("\"rootfsPropagation\":\"public\""),
		  "linux.rootfsPropagation: unknown propagation \"public\"" },
		{ LINUX("\"devices\":[{\"path\":\"/dev/x\",\"type\":\"x\"}]"),
		  "linux.devices[0].type: unknown device type \"x\"" },
		{ LINUX("\"devices\":[{\"type\":\"c\"}]"),
		  "linux.devices[0].path: required property is missing" },
		{ LINUX("\"netDevices\":{\"eth0\":{\"name\":23}}"),
		  "linux.netDevices[\"eth0\"].name: expected a string, found a number" },
		{ LINUX("\"personality\":{\"domain\":\"BSD\"}"),
		  "linux.personality.domain: unknown personality domain \"BSD\"" },
		{ LINUX("\"memoryPolicy\":{\"mode\":\"MPOL_X\"}"),
		  "linux.memoryPolicy.mode: invalid memory policy mode \"MPOL_X\"" },
		{ LINUX("\"memoryPolicy\":{}"),
		  "linux.memoryPolicy.mode: invalid memory policy mode: required property is missing" },
		{ LINUX("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"flags\":[\"f\"]}"),
		  "linux.memoryPolicy.flags[0]: invalid memory policy flag \"f\"" },
		{ LINUX("\"timeOffsets\":{\"realtime\":{\"secs\":1}}"),
		  "linux.timeOffsets: unknown key \"realtime\"" },
		{ LINUX("\"timeOffsets\":{\"boottime\":{\"secs\":1.5}}"),
		  "linux.timeOffsets.boottime.secs: expected an integer, found 1.5" },
		{ LINUX("\"resources\":{\"devices\":[{\"access\":\"rwm\"}]}"),
		  "linux.resources.devices[0].allow: required property is missing" },
		{ LINUX("\"resources\":{\"devices\":[{\"allow\":true,\"type\":\"p\"}]}"),
		  "linux.resources.devices[0].type: unknown cgroup device type \"p\"" },
		{ LINUX("\"resources\":{\"memory\":{\"limit\":9223372036854775808}}"),
		  "linux.resources.memory.limit: expected an integer from -9223372036854775808 to "
		  "9223372036854775807, found 9223372036854775808" },
		{ LINUX("\"resources\":{\"blockIO\":{\"weight\":70000}}"),
		  "linux.resources.blockIO.weight: expected an integer from 0 to 65535, found "
		  "70000" },
		{ LINUX("\"resources\":{\"blockIO\":{\"weightDevice\":[{\"major\":1}]}}"),
		  "linux.resources.blockIO.weightDevice[0].minor: required property is missing" },
		{ LINUX("\"resources\":{\"pids\":{\"limit\":\"max\"}}"),
		  "linux.resources.pids.limit: expected an integer, found a string" },
		{ LINUX("\"resources\":{\"rdma\":{\"mlx5_1\":{\"hcaHandles\":\"many\"}}}"),
		  "linux.resources.rdma[\"mlx5_1\"].hcaHandles: expected an integer, found a "
		  "string" },
		{ LINUX("\"resources\":{\"unified\":{\"memory.high\":1}}"),
		  "linux.resources.unified[\"memory.high\"]: expected a string, found a number" },
		{ LINUX("\"seccomp\":{}"),
		  "linux.seccomp.defaultAction: required property is missing" },
		{ LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_X\"}"),
		  "linux.seccomp.defaultAction: unknown seccomp action \"SCMP_ACT_X\"" },
		{ LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"architectures\":[\"SCMP_"
			"ARCH_Z80\"]}"),
		  "linux.seccomp.architectures[0]: unknown seccomp architecture "
		  "\"SCMP_ARCH_Z80\"" },
		{ LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"flags\":[\"F\"]}"),
		  "linux.seccomp.flags[0]: unknown seccomp flag \"F\"" },
		{ LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"action\":"
			"\"SCMP_ACT_LOG\"}]}"),
		  "linux.seccomp.syscalls[0].names: required property is missing" },
		{ LINUX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":["
			"],\"action\":\"SCMP_ACT_LOG\","
			"\"args\":[{\"index\":0,\"value\":1,\"op\":\"EQ\"}]}]}"),
		  "linux.seccomp.syscalls[0].args[0].op: unknown seccomp operator \"EQ\"" },
	};
	struct spec s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char got[ERR_TEXT_MAX], *place;

		assert_int_equal(load_config(&s, &e, cases[i].text), -EINVAL);
		err_format(&e, got, sizeof(got));
		assert_int_equal(strncmp(got, "config.json:1:", 14), 0);
		place = strchr(got, ' ');
		assert_non_null(place);
		assert_string_equal(place + 1, cases[i].error);
	}
}

static void line_and_column(void **state)
{
	static const char text[] =
	    "{\n  \"ociVersion\": \"1.0.0\",\n  \"mounts\": [\n    {\"destination\": \"/a\"},\n"
	    "    {\n\t\"destination\" :  5\n    }\n  ]\n}\n";
	struct spec s;
	struct err e;

	(void)state;
	assert_int_equal(load_config(&s, &e, text), -EINVAL);
	assert_string_equal(
	    e.text, "config.json:6:19: mounts[1].destination: expected a string, found a number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(line_and_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
