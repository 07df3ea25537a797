/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>

#include "oci/state.h"
#include "tests/unit/test.h"

static int parse(struct state *s, const char *text, struct err *e)
{
	return state_parse(s, "state.json", text, strlen(text), e);
}

static const char ours[] =
	"{\"id\":\"c1\",\"init_process_pid\":42,\"init_process_start\":12345,"
	"\"created\":\"2026-01-02T03:04:05.678Z\",\"config\":{\"rootfs\":\"/b/rootfs\","
	"\"cgroups\":{\"name\":\"c1\",\"parent\":\"s.slice\",\"scope_prefix\":\"runc\","
	"\"Systemd\":true,\"cpu_shares\":0},\"version\":\"1.3.0\",\"labels\":[\"bundle=odd\","
	"\"k=v=w\",\"bundle=/b\"]},\"rootless\":true,"
	"\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/s.slice/runc-c1.scope\"},"
	"\"namespace_paths\":{\"NEWPID\":\"/proc/42/ns/pid\"},"
	"\"external_descriptors\":[\"/dev/null\",\"pipe:[1]\",\"/dev/null\"],"
	"\"strake\":{\"version\":1,\"bundle\":\"/b\",\"rootfs\":\"/b/rootfs\","
	"\"annotations\":{\"bundle\":\"odd\",\"k\":\"v=w\"},\"creating\":true,"
	"\"creator_pid\":7,\"creator_start\":8,\"cgroup_manager\":\"systemd\","
	"\"cgroup_owned\":\"own\",\"owner_uid\":1000,\"private_pidns\":true,"
	"\"needs_config\":true,\"has_poststart\":true}}";

static void round_trip(void **state)
{
	struct state s;
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	if (parse(&s, ours, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(s.id, "c1");
	assert_int_equal(s.init_pid, 42);
	assert_int_equal(s.init_start, 12345);
	assert_string_equal(s.bundle, "/b");
	assert_string_equal(s.rootfs, "/b/rootfs");
	assert_true(s.rootless && s.creating && s.private_pidns && s.needs_config &&
		    s.has_poststart);
	assert_string_equal(s.cgroup_paths.v[0].key, "");
	assert_string_equal(s.namespace_paths.v[0].value, "/proc/42/ns/pid");
	assert_int_equal(s.external_descriptors.n, 3);
	/* an annotation that is called bundle is not the bundle */
	assert_string_equal(spec_annotation(&s.annotations, "bundle"), "odd");
	assert_int_equal(s.annotations.n, 2);
	assert_int_equal(s.creator_pid, 7);
	assert_int_equal(s.owner_uid, 1000);
	assert_string_equal(s.cgroup_manager, "systemd");
	assert_int_equal(state_emit(&s, &out, &e), 0);
	assert_string_equal(str_text(&out), ours);
	state_fini(&s);
	assert_null(s.id);
	state_fini(NULL);
}

/* runc stops the unit whose name it makes from these. */
static void units(void **state)
{
	static const struct {
		const char *path, *json;
	} cases[] = {
		{ "/sys/fs/cgroup/a.slice/libpod-x-1.scope",
		  "{\"name\":\"x-1\",\"parent\":\"a.slice\",\"scope_prefix\":\"libpod\"," },
		{ "/sys/fs/cgroup/a.slice/b.slice/",
		  "{\"name\":\"b.slice\",\"parent\":\"a.slice\"," },
		{ "/sys/fs/cgroup/a.slice/a-b.slice",
		  "{\"name\":\"a-b.slice\",\"parent\":\"a.slice\",\"Systemd\"" },
		{ "/x.scope", "{\"name\":\"x.scope\",\"parent\":" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[] = "", id[] = "c", manager[] = "systemd", path[64];
		struct key_value kv = { name, path };
		struct state s = { .id = id, .cgroup_manager = manager, .cgroup_paths = { &kv, 1 } };
		struct err e;
		auto_str out;

		snprintf(path, sizeof(path), "%s", cases[i].path);
		str_init(&out);
		assert_int_equal(state_emit(&s, &out, &e), 0);
		if (!strstr(str_text(&out), cases[i].json))
			fail_msg("no %s in %s", cases[i].json, str_text(&out));
	}
}

static void least(void **state)
{
	char id[] = "c", bundle[] = "/b";
	struct state s, back;
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	state_init(&s);
	s.id = id;
	s.bundle = bundle;
	assert_int_equal(state_emit(&s, &out, &e), 0);
	assert_string_equal(
	    str_text(&out),
	    "{\"id\":\"c\",\"init_process_pid\":0,\"init_process_start\":0,"
	    "\"config\":{\"cgroups\":{\"Systemd\":false,\"cpu_shares\":0},"
			    "\"version\":\"1.3.0\",\"labels\":[\"bundle=/b\"]},"
	    "\"strake\":{\"version\":1,\"bundle\":\"/b\",\"owner_uid\":0}}");
	assert_int_equal(parse(&back, str_text(&out), &e), 0);
	assert_null(back.cgroup_manager);
	assert_int_equal(back.annotations.n, 0);
	state_fini(&back);
	state_fini(&s);
}

/* What runc reads of the config: numbers where we have words, a rule a system call. */
static void for_runc(void **state)
{
	char id[] = "c", bundle[] = "/b", read_[] = "read", write_[] = "write", x86[] = "SCMP_ARCH_X86";
	char sh[] = "SCMP_ARCH_SH", path[] = "/h", arg0[] = "h", clos[] = "k";
	char *names[] = { read_, write_, NULL }, *arches[] = { x86, sh, NULL }, *args[] = { arg0, NULL };
	struct spec_seccomp_arg arg = { .index = 1, .value = 2, .value_two = 3, .op = 7 };
	struct spec_seccomp_rule rule = {
		.names = { names, 2 }, .action = SECCOMP_RET_ERRNO, .errno_ret = { true, 5 },
		.args = &arg, .n_args = 1,
	};
	const struct spec_seccomp seccomp = {
		.default_action = SECCOMP_RET_ALLOW, .architectures = { arches, 2 },
		.rules = &rule, .n_rules = 1,
	};
	struct spec_hook hook = { .path = path, .args = { args, 1 }, .timeout = { true, 2 } };
	const struct spec_hooks hooks = { .list[HOOK_POSTSTOP] = { &hook, 1 } };
	const struct spec_intel_rdt rdt = { .clos_id = clos };
	struct state s = {
		.id = id, .bundle = bundle, .seccomp = &seccomp, .hooks = &hooks, .intel_rdt = &rdt,
	};
	struct state back;
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	assert_int_equal(state_emit(&s, &out, &e), 0);
	assert_non_null(strstr(
	    str_text(&out),
	    "\"seccomp\":{\"default_action\":4,\"architectures\":[\"x86\"],"
	    "\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"],\"syscalls\":["
	    "{\"name\":\"read\",\"action\":2,\"errnoRet\":5,"
	    "\"args\":[{\"index\":1,\"value\":2,\"value_two\":3,\"op\":7}]},"
	    "{\"name\":\"write\",\"action\":2,\"errnoRet\":5,"
	    "\"args\":[{\"index\":1,\"value\":2,\"value_two\":3,\"op\":7}]}]},"
	    "\"Hooks\":{\"poststop\":[{\"path\":\"/h\",\"args\":[\"h\"],\"timeout\":2000000000}]},"));
	assert_non_null(strstr(str_text(&out), "\"intel_rdt\":{\"closID\":\"k\"}"));
	assert_int_equal(parse(&back, str_text(&out), &e), 0);
	assert_null(back.seccomp);
	state_fini(&back);
}

/* The shape that runc 1.1 writes, shortened. */
static void written_by_runc(void **state)
{
	static const char text[] =
	    "{\"id\":\"old\",\"init_process_pid\":5,\"init_process_start\":99,\"created\":\"2024-"
	    "01-01T00:00:00Z\","
	    "\"config\":{\"no_pivot_root\":false,\"parentDeathSignal\":0,\"rootfs\":\"/o/"
	    "rootfs\",\"umask\":null,\"mounts\":["
	    "{\"source\":\"proc\",\"destination\":\"/"
	    "proc\",\"flags\":0,\"id\":null}],\"devices\":[{\"type\":99,\"major\":1}],"
	    "\"namespaces\":[{\"type\":\"NEWNET\",\"path\":\"/"
	    "n\"},{\"type\":\"NEWPID\",\"path\":\"\"}],\"capabilities\":{\"Bounding\":[]},"
	    "\"cgroups\":{\"path\":\"\",\"scope_prefix\":\"runc\",\"Systemd\":true,\"Rootless\":"
	    "false},"
	    "\"Hooks\":{\"createRuntime\":null,\"poststart\":null,\"poststop\":[{\"path\":\"/"
	    "h\"}],\"prestart\":null},"
	    "\"version\":\"1.0.2-dev\",\"labels\":[\"a=b=c\",\"nothing\",\"bundle=/"
	    "o\"],\"no_new_keyring\":false},"
	    "\"rootless\":false,\"cgroup_paths\":{\"cpu\":\"/sys/fs/cgroup/cpu/old\",\"\":\"/sys/"
	    "fs/cgroup/unified/old\"},"
	    "\"namespace_paths\":{\"NEWNS\":\"/proc/5/ns/mnt\"},\"external_descriptors\":[\"/dev/"
	    "null\"],\"intel_rdt_path\":\"\"}";
	struct state s;
	struct err e;

	(void)state;
	if (parse(&s, text, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(s.id, "old");
	assert_string_equal(s.bundle, "/o");
	assert_string_equal(s.rootfs, "/o/rootfs");
	assert_int_equal(s.annotations.n, 1);
	assert_string_equal(spec_annotation(&s.annotations, "a"), "b=c");
	assert_string_equal(s.cgroup_manager, "systemd");
	assert_int_equal(s.cgroup_paths.n, 2);
	assert_true(s.private_pidns && s.needs_config);
	assert_false(s.has_poststart || s.creating || s.rootless);
	state_fini(&s);

	assert_int_equal(
	    parse(&s,
		  "{\"id\":\"x\",\"config\":{\"labels\":[\"bundle=/x\"],\"namespaces\":"
		  "[{\"type\":\"NEWPID\",\"path\":\"/p\"}],\"intel_rdt\":{\"closID\":\"c\"}}}",
		  &e),
	    0);
	assert_string_equal(s.cgroup_manager, "cgroupfs");
	assert_true(s.needs_config);
	assert_false(s.private_pidns);
	state_fini(&s);
}

/* Found by fuzzing: annotations of a file that says that it is not ours. */
static void no_version_is_runcs(void **state)
{
	struct state s;
	struct err e;

	(void)state;
	assert_int_equal(parse(&s,
			       "{\"id\":\"x\",\"config\":{\"labels\":[\"bundle=/x\"]},"
			       "\"strake\":{\"version\":0,\"annotations\":{\"a\":\"b\"}}}",
			       &e),
			 0);
	assert_int_equal(s.annotations.n, 0);
	assert_string_equal(s.bundle, "/x");
	state_fini(&s);
}

static void bad(void **state)
{
	static const struct {
		const char *text, *error;
		int r;
	} cases[] = {
		{ "{}", "state.json:1:1: id: required property is missing", -EINVAL },
		{ "", "state.json:1:1: not valid JSON: premature EOF", -EINVAL },
		{ "{\"id\":\"x\"}", "state.json: does not name the bundle", -EINVAL },
		{ "{\"id\":\"x\",\"init_process_pid\":\"1\"}",
		  "state.json:1:30: init_process_pid: expected an integer, found a string",
		  -EINVAL },
		{ "{\"id\":\"x\",\"strake\":{\"version\":2,\"bundle\":\"/b\"}}",
		  "state.json: written by a newer version", -ENOTSUP },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct state s;
		struct err e;

		assert_int_equal(parse(&s, cases[i].text, &e), cases[i].r);
		assert_string_equal(e.text, cases[i].error);
	}
}

static char key[] = "k", value[] = "v";
static struct key_value annotation = { key, value };
static const struct kv_list annotations = { &annotation, 1 }, none = { &annotation, 0 };

static void oci_state(void **state)
{
	struct oci_state s = { .id = "c", .bundle = "/b", .status = STATUS_STOPPED };
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	assert_int_equal(oci_state_emit(&s, 0, &out, &e), 0);
	assert_string_equal(str_text(&out), "{\"ociVersion\":\"1.3.0\",\"id\":\"c\",\"pid\":0,"
					    "\"status\":\"stopped\",\"bundle\":\"/b\"}");
	str_fini(&out);
	str_init(&out);
	s = (struct oci_state){ .id = "c",
				.bundle = "/b",
				.rootfs = "/r",
				.created = "t",
				.owner = "",
				.status = STATUS_RUNNING,
				.pid = 9,
				.annotations = &annotations };
	assert_int_equal(oci_state_emit(&s, 2, &out, &e), 0);
	assert_string_equal(str_text(&out), "{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": \"c\",\n  "
					    "\"pid\": 9,\n  \"status\": \"running\",\n"
					    "  \"bundle\": \"/b\",\n  \"rootfs\": \"/r\",\n  "
					    "\"created\": \"t\",\n  \"annotations\": {\n"
					    "    \"k\": \"v\"\n  },\n  \"owner\": \"\"\n}");
	str_fini(&out);
	str_init(&out);
	s = (struct oci_state){ .id = "c", .bundle = "/b", .status = STATUS_STOPPED, .oom_killed = true };
	assert_int_equal(oci_state_emit(&s, 0, &out, &e), 0);
	assert_string_equal(str_text(&out), "{\"ociVersion\":\"1.3.0\",\"id\":\"c\",\"pid\":0,"
					    "\"status\":\"stopped\",\"bundle\":\"/b\","
					    "\"oomKilled\":true}");
}

static void process_state(void **state)
{
	struct oci_state s = {
		.id = "c", .bundle = "/b", .status = STATUS_CREATING, .pid = 9, .annotations = &none
	};
	struct err e;
	auto_str out;

	(void)state;
	str_init(&out);
	assert_int_equal(oci_process_state_emit(&s, 11, "meta", &out, &e), 0);
	assert_string_equal(
	    str_text(&out),
	    "{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":11,\"metadata\":\"meta\","
	    "\"state\":{\"ociVersion\":\"1.3.0\",\"id\":\"c\",\"pid\":9,\"status\":\"creating\","
	    "\"bundle\":\"/b\"}}");
	str_fini(&out);
	str_init(&out);
	assert_int_equal(oci_process_state_emit(&s, 11, NULL, &out, &e), 0);
	assert_null(strstr(str_text(&out), "metadata"));
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(status_name(STATUS_CREATING), "creating");
	assert_string_equal(status_name(STATUS_CREATED), "created");
	assert_string_equal(status_name(STATUS_RUNNING), "running");
	assert_string_equal(status_name(STATUS_PAUSED), "paused");
	assert_string_equal(status_name(STATUS_STOPPED), "stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(units),
		cmocka_unit_test(least),
		cmocka_unit_test(for_runc),
		cmocka_unit_test(written_by_runc),
		cmocka_unit_test(no_version_is_runcs),
		cmocka_unit_test(bad),
		cmocka_unit_test(oci_state),
		cmocka_unit_test(process_state),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
