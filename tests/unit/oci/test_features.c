/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/features.h"
#include "tests/unit/test.h"

#define OFF "{\n            \"enabled\": false\n        }"

static void least(void **state)
{
	struct features f = { .oci_version_min = "1.0.0", .oci_version_max = "1.3.0" };
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	assert_int_equal(features_emit(&f, &out, &e), 0);
	assert_string_equal(
	    str_text(&out),
	    "{\n    \"ociVersionMin\": \"1.0.0\",\n    \"ociVersionMax\": \"1.3.0\",\n    "
	    "\"linux\": {\n"
	    "        \"cgroup\": {\n            \"v1\": false,\n            \"v2\": false,\n       "
	    "     \"systemd\": false,\n"
	    "            \"systemdUser\": false,\n            \"rdma\": false\n        },\n"
	    "        \"seccomp\": " OFF ",\n        \"apparmor\": " OFF
	    ",\n        \"selinux\": " OFF ",\n"
	    "        \"intelRdt\": {\n            \"enabled\": false,\n            \"schemata\": "
	    "false,\n"
	    "            \"monitoring\": false\n        },\n"
	    "        \"mountExtensions\": {\n            \"idmap\": {\n                "
	    "\"enabled\": false\n            }\n"
	    "        },\n        \"netDevices\": " OFF "\n    }\n}");
}

static void full(void **state)
{
	static const char *const ab[] = { "a", "b", NULL }, *const one[] = { "x", NULL };
	static char key[] = "org.example", value[] = "1";
	static const struct key_value annotations[] = { { key, value }, { NULL, NULL } };
	struct features f = {
		.oci_version_min = "1.0.0",
		.oci_version_max = "1.3.0",
		.hooks = ab,
		.mount_options = one,
		.namespaces = one,
		.capabilities = ab,
		.cgroup = { true, true, true, true, true },
		.seccomp = { .enabled = true,
			     .actions = ab,
			     .operators = one,
			     .archs = one,
			     .known_flags = ab,
			     .supported_flags = one },
		.apparmor = true,
		.selinux = true,
		.intel_rdt = { true, true, true },
		.memory_policy_modes = ab,
		.memory_policy_flags = one,
		.idmap = true,
		.net_devices = true,
		.annotations = annotations,
		.unsafe_annotations = one,
	};
	static const char *const parts[] = {
		"\n    \"hooks\": [\n        \"a\",\n        \"b\"\n    ],\n    \"mountOptions\": "
		"[\n        \"x\"\n    ],\n",
		"\"capabilities\": [\n            \"a\",\n            \"b\"\n        ],\n",
		"\"rdma\": true\n",
		"\"supportedFlags\": [\n                \"x\"\n            ]\n        },\n",
		"\"knownFlags\": [\n                \"a\",\n                \"b\"\n            "
		"],\n",
		"\"memoryPolicy\": {\n            \"modes\": [\n                \"a\",\n           "
		"     \"b\"\n            ],\n"
		"            \"flags\": [\n                \"x\"\n            ]\n        },\n",
		"\n    \"annotations\": {\n        \"org.example\": \"1\"\n    },\n"
		"    \"potentiallyUnsafeConfigAnnotations\": [\n        \"x\"\n    ]\n}",
	};
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	assert_int_equal(features_emit(&f, &out, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strstr(str_text(&out), parts[i]))
			fail_msg("no %s in %s", parts[i], str_text(&out));
	assert_null(strstr(str_text(&out), "false"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
