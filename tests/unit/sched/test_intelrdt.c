/* SPDX-License-Identifier: Apache-2.0 */
/* The group's operations on a directory that looks like resctrl. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "sched/intelrdt_dir.h"
#include "sched/sched.h"
#include "tests/unit/test.h"

static char dir[40];
static int root = FD_NONE;
static struct err e;
static char clos[] = "gold", slash[] = "/", l3[] = "L3:0=f", mb[] = "MB:0=70", l2[] = "L2:0=3";

static void make_file(const char *path)
{
	auto_fd fd = openat(root, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
}

/* A file of the fake keeps what a longer write left: resctrl's files have no content to keep. */
static void assert_file(const char *path, const char *want)
{
	char text[200];

	assert_int_equal(io_read_file(root, path, text, sizeof(text)), 0);
	assert_string_equal(text, want);
}

/* The kernel fills new groups with files; the fake has them beforehand. */
static void make_group(const char *name)
{
	char path[200];

	assert_int_equal(mkdirat(root, name, 0755), 0);
	snprintf(path, sizeof(path), "%s/tasks", name);
	make_file(path);
	snprintf(path, sizeof(path), "%s/schemata", name);
	make_file(path);
	snprintf(path, sizeof(path), "%s/mon_groups", name);
	assert_int_equal(mkdirat(root, path, 0755), 0);
}

static void has_schemata(const char *path, const char *text)
{
	assert_int_equal(io_write_file(root, path, text), 0);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/strake-rdt-XXXXXX");
	assert_non_null(mkdtemp(dir));
	root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {
		"tasks",
		"schemata",
		"gold/tasks",
		"gold/schemata",
		"gold/mon_groups/c1/tasks",
		"c1/tasks",
		"c1/schemata",
		"info/last_cmd_status",
		"info/L3/cbm_mask",
		"info/L3/min_cbm_bits",
		"info/L3/num_closids",
		"info/MB/bandwidth_gran",
		"info/L3_MON/mon_features",
	};
	static const char *const dirs[] = { "gold/mon_groups/c1", "gold/mon_groups", "gold",
					    "c1/mon_groups", "c1", "info/L3", "info/MB", "info/L3_MON", "info" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(root, files[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		unlinkat(root, dirs[i], AT_REMOVEDIR);
	cleanup_fd(&root);
	return rmdir(dir);
}

static void group_of_the_config(void **state)
{
	char *lines[] = { l2, NULL };
	struct spec_intel_rdt r = { .clos_id = clos, .l3_cache_schema = l3, .mem_bw_schema = mb,
				    .schemata = { lines, 1 } };

	(void)state;
	make_group("gold");
	has_schemata("gold/schemata", "L3:0=f\nMB:0=70");
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), 0);
	assert_file("gold/schemata", "L3:0=f\nMB:0=70\nL2:0=3");
	assert_file("gold/tasks", "1234");
	/* Shared with others: it stays. */
	assert_int_equal(intelrdt_remove_at(root, &r, "c1", &e), 0);
	assert_int_equal(faccessat(root, "gold", F_OK, 0), 0);
}

static void bandwidth_is_for_its_own_schema(void **state)
{
	char mixed[] = "L3:0=f\nMB:0=10\nL3CODE:1=3";
	struct spec_intel_rdt r = { .l3_cache_schema = mixed, .mem_bw_schema = mb };

	(void)state;
	make_group("c1");
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), 0);
	assert_file("c1/schemata", "L3:0=f\nL3CODE:1=3\nMB:0=70");
	unlinkat(root, "c1/mon_groups", AT_REMOVEDIR);
}

/* The schemata of a group that was there, the config's, and whether the one has what the other asks. */
static void a_group_that_is_there_must_match(void **state)
{
	static const struct {
		const char *have;
		const char *l3, *mb;
		const char *refused; /* the line; NULL: taken */
	} cases[] = {
		{ "    L3:0=0000f;1=000ff\n    MB:0= 70;1=100", "L3:0=f;1=ff", "MB:0=70;1=100", NULL },
		{ "    L3:0=0000f;1=000ff\n    MB:0= 70;1=100", "L3:1=FF", NULL, NULL },
		{ "    L3:0=0000f;1=000ff\n    MB:0= 70;1=100", NULL, "MB:1=100", NULL },
		{ "L3:0=f", "L3:0=f\nMB:0=10", NULL, NULL },
		{ "L3:0=f\nMB:0=70", "L3:0=7", NULL, "L3:0=7" },
		{ "L3:0=f\nMB:0=70", "L3:0=f;1=f", NULL, "L3:0=f;1=f" },
		{ "L3:0=f\nMB:0=70", "L3:0=f", "MB:0=80", "MB:0=80" },
		{ "L3:0=f\nMB:0=10", "L3:0=f", "MB:0=16", "MB:0=16" },
		{ "L3:0=f", "L3:0=f\nL3CODE:0=f", NULL, "L3CODE:0=f" },
		{ "L3CODE:0=f", "L3:0=f", NULL, "L3:0=f" },
		{ "L3:0=f", "L3:0=f;x", NULL, "L3:0=f;x" },
	};

	(void)state;
	make_group("gold");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_free char *cache = cases[i].l3 ? strdup(cases[i].l3) : NULL;
		auto_free char *bandwidth = cases[i].mb ? strdup(cases[i].mb) : NULL;
		struct spec_intel_rdt r = { .clos_id = clos, .l3_cache_schema = cache,
					    .mem_bw_schema = bandwidth };
		char words[200];

		unlinkat(root, "gold/schemata", 0);
		make_file("gold/schemata");
		has_schemata("gold/schemata", cases[i].have);
		err_init(&e);
		if (!cases[i].refused) {
			assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), 0);
			continue;
		}
		assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), -EEXIST);
		snprintf(words, sizeof(words),
			 "intelRdt: the group gold is there already, and its schemata do not match %s",
			 cases[i].refused);
		assert_string_equal(e.text, words);
		assert_file("gold/schemata", cases[i].have);
	}
}

static void group_of_the_container(void **state)
{
	char empty[] = "";
	struct spec_intel_rdt r = { .clos_id = empty, .l3_cache_schema = l3 };

	(void)state;
	make_group("c1");
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), 0);
	assert_file("c1/tasks", "1234");
	unlinkat(root, "c1/tasks", 0);
	unlinkat(root, "c1/schemata", 0);
	unlinkat(root, "c1/mon_groups", AT_REMOVEDIR);
	assert_int_equal(intelrdt_remove_at(root, &r, "c1", &e), 0);
	assert_int_equal(faccessat(root, "c1", F_OK, 0), -1);
	assert_int_equal(intelrdt_remove_at(root, &r, "c1", &e), 0); /* twice is fine */
}

static void monitoring(void **state)
{
	struct spec_intel_rdt r = { .clos_id = clos, .enable_monitoring = true };

	(void)state;
	make_group("gold");
	assert_int_equal(mkdirat(root, "gold/mon_groups/c1", 0755), 0);
	make_file("gold/mon_groups/c1/tasks");
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), 0);
	assert_file("gold/mon_groups/c1/tasks", "1234");
	unlinkat(root, "gold/mon_groups/c1/tasks", 0);
	assert_int_equal(intelrdt_remove_at(root, &r, "c1", &e), 0);
	assert_int_equal(faccessat(root, "gold/mon_groups/c1", F_OK, 0), -1);
}

/* Without schemata the group is somebody else's, and must be there. */
static void group_must_exist(void **state)
{
	struct spec_intel_rdt r = { .clos_id = clos };
	char text[200];

	(void)state;
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), -ENOENT);
	err_format(&e, text, sizeof(text));
	assert_non_null(strstr(text, "must be pre-created"));
	assert_int_equal(faccessat(root, "gold", F_OK, 0), -1);
}

static void root_group(void **state)
{
	struct spec_intel_rdt r = { .clos_id = slash };

	(void)state;
	make_file("tasks");
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), 0);
	assert_file("tasks", "1234");
}

static void the_kernels_words(void **state)
{
	struct spec_intel_rdt r = { .clos_id = clos, .l3_cache_schema = l3 };
	char text[300];

	(void)state;
	/* No files in the group: the write fails. */
	assert_int_equal(mkdirat(root, "info", 0755), 0);
	make_file("info/last_cmd_status");
	assert_int_equal(io_write_file(root, "info/last_cmd_status", "mask is not contiguous\n"),
			 0);
	assert_int_equal(intelrdt_apply_at(root, &r, "c1", 1234, &e), -ENOENT);
	err_format(&e, text, sizeof(text));
	assert_non_null(strstr(text, "last_cmd_status: mask is not contiguous"));
}

static void bad_clos_ids(void **state)
{
	static const char *const bad[] = { ".", "..", "a/b", "/a", "../x", "a/" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[16];
		struct spec_intel_rdt r = { .clos_id = text };

		strcpy(text, bad[i]);
		assert_int_equal(intelrdt_check(&r, &e), -EINVAL);
		assert_int_equal(intelrdt_apply(&r, "c1", 1, &e), -EINVAL);
		assert_int_equal(e.kind, ERR_CONFIG);
	}
}

static void not_mounted(void **state)
{
	struct spec_intel_rdt r = { .clos_id = clos };

	(void)state;
	if (intelrdt_available()) {
		print_message("skipped: resctrl is mounted here\n");
		skip();
	}
	assert_int_equal(intelrdt_apply(&r, "c1", 1, &e), -ENODEV);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
	assert_int_equal(intelrdt_remove(&r, "c1", &e), 0);
}

static void write_at(const char *path, const char *text)
{
	auto_fd fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
}

/* Only what is given is written, to the group that is there. */
static void update_writes_schemata(void **state)
{
	struct spec_intel_rdt r = { .clos_id = clos, .mem_bw_schema = mb };

	(void)state;
	err_init(&e);
	assert_int_equal(intelrdt_set_at(root, &r, "c1", &e), -ENOENT);
	make_group(clos);
	err_init(&e);
	assert_int_equal(intelrdt_set_at(root, &r, "c1", &e), 0);
	assert_file("gold/schemata", "MB:0=70");
	assert_file("gold/tasks", "");
}

static void statistics(void **state)
{
	struct spec_intel_rdt r = { .clos_id = clos };
	struct stats_intel_rdt s = { .l3_info = NULL };
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_int_equal(intelrdt_stats_at(root, &r, "c1", &a, &s, &e), 0);
	assert_null(s.l3_info); /* neither is there */
	assert_null(s.schemata.v);
	make_group(clos);
	assert_int_equal(mkdirat(root, "info", 0755), 0);
	assert_int_equal(mkdirat(root, "info/L3", 0755), 0);
	assert_int_equal(mkdirat(root, "info/MB", 0755), 0);
	write_at("info/L3/cbm_mask", "fffff\n");
	write_at("info/L3/min_cbm_bits", "2\n");
	write_at("info/L3/num_closids", "16\n");
	write_at("info/MB/bandwidth_gran", "10\n");
	write_at("schemata", "    MB:0=100\n    L3:0=fffff\n");
	write_at("gold/schemata", "    MB:0=70\n    L3:0=f\n");
	assert_int_equal(intelrdt_stats_at(root, &r, "c1", &a, &s, &e), 0);
	assert_string_equal(s.l3_info->cbm_mask, "fffff");
	assert_int_equal(s.l3_info->min_cbm_bits, 2);
	assert_int_equal(s.l3_info->num_closids, 16);
	assert_int_equal(s.mem_bw_info->bandwidth_gran, 10);
	assert_int_equal(s.mem_bw_info->num_closids, 0);
	assert_string_equal(s.l3_schema_root, "L3:0=fffff");
	assert_string_equal(s.l3_schema, "L3:0=f");
	assert_string_equal(s.mem_bw_schema_root, "MB:0=100");
	assert_string_equal(s.mem_bw_schema, "MB:0=70");
	assert_int_equal(s.schemata.n, 2);
	arena_fini(&a);
}

static void make_domain(const char *group, const char *name, const char *const *files)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/mon_data", group);
	(void)mkdirat(root, path, 0755);
	snprintf(path, sizeof(path), "%s/mon_data/%s", group, name);
	assert_int_equal(mkdirat(root, path, 0755), 0);
	for (; *files; files += 2) {
		snprintf(path, sizeof(path), "%s/mon_data/%s/%s", group, name, files[0]);
		write_at(path, files[1]);
	}
}

static void remove_domains(const char *group, const char *const *names)
{
	static const char *const files[] = { "mbm_total_bytes", "mbm_local_bytes", "llc_occupancy", "core_energy" };
	char path[200];

	for (; *names; names++) {
		for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
			snprintf(path, sizeof(path), "%s/mon_data/%s/%s", group, *names, files[i]);
			unlinkat(root, path, 0);
		}
		snprintf(path, sizeof(path), "%s/mon_data/%s", group, *names);
		unlinkat(root, path, AT_REMOVEDIR);
	}
	snprintf(path, sizeof(path), "%s/mon_data", group);
	unlinkat(root, path, AT_REMOVEDIR);
}

/* The event's intel_rdt, as runc's encoding/json writes its types.IntelRdt. */
static void is_counted(const struct spec_intel_rdt *r, const char *features, const char *want)
{
	struct stats s = { .pids.current = 0 };
	auto_str out = {}, whole = {};
	struct arena a;

	arena_init(&a);
	if (features)
		write_at("info/L3_MON/mon_features", features);
	assert_int_equal(intelrdt_stats_at(root, r, "c1", &a, &s.intel_rdt, &e), 0);
	assert_int_equal(stats_emit("c1", &s, &out, &e), 0);
	str_addf(&whole, "\"intel_rdt\":{\"schemata\":[\"L2:0=3\"]%s},\"network_interfaces\":null}}", want);
	assert_non_null(strstr(str_text(&out), "\"intel_rdt\":"));
	assert_string_equal(strstr(str_text(&out), "\"intel_rdt\":"), str_text(&whole));
	arena_fini(&a);
}

static void counters(void **state)
{
	static const char *const gold_0[] = { "mbm_total_bytes", "9123911\n", "mbm_local_bytes", "2361361\n",
					      "llc_occupancy", "123331\n", NULL };
	static const char *const gold_1[] = { "mbm_total_bytes", "Unavailable\n", "mbm_local_bytes", "0\n",
					      "llc_occupancy", "1\n", NULL };
	static const char *const energy[] = { "core_energy", "1.5\n", NULL };
	static const char *const own[] = { "mbm_total_bytes", "18446744073709551615\n", "mbm_local_bytes", "7\n",
					   "llc_occupancy", "8\n", NULL };
	static const char all[] = "llc_occupancy\nmbm_total_bytes\nmbm_total_bytes_config\nmbm_local_bytes\n";
	static const char *const caches[] = { "mon_L3_00", "mon_L3_01", "mon_L3_10", "mon_PERF_PKG_00", NULL };
	struct spec_intel_rdt r = { .clos_id = clos };

	(void)state;
	make_group(clos);
	has_schemata("gold/schemata", l2);
	make_domain("gold", "mon_L3_10", gold_0);
	make_domain("gold", "mon_L3_00", gold_0);
	make_domain("gold", "mon_L3_01", gold_1);
	make_domain("gold", "mon_PERF_PKG_00", energy);
	is_counted(&r, NULL, "");
	assert_int_equal(mkdirat(root, "info", 0755), 0);
	assert_int_equal(mkdirat(root, "info/L3_MON", 0755), 0);
	is_counted(&r, NULL, "");
	is_counted(&r, "mbm_local_bytes_config\n", "");
	is_counted(&r, all,
		   ",\"mbm_stats\":[{\"mbm_total_bytes\":9123911,\"mbm_local_bytes\":2361361},"
		   "{\"mbm_total_bytes\":0,\"mbm_local_bytes\":0},"
		   "{\"mbm_total_bytes\":9123911,\"mbm_local_bytes\":2361361}],"
		   "\"cmt_stats\":[{\"llc_occupancy\":123331},{\"llc_occupancy\":1},{\"llc_occupancy\":123331}]");
	is_counted(&r, "mbm_local_bytes\n",
		   ",\"mbm_stats\":[{\"mbm_total_bytes\":0,\"mbm_local_bytes\":2361361},"
		   "{\"mbm_total_bytes\":0,\"mbm_local_bytes\":0},"
		   "{\"mbm_total_bytes\":0,\"mbm_local_bytes\":2361361}]");
	is_counted(&r, "llc_occupancy\n", ",\"cmt_stats\":[{\"llc_occupancy\":123331},{\"llc_occupancy\":1},"
					  "{\"llc_occupancy\":123331}]");
	/* The container's own monitoring group, which may be gone. */
	r.enable_monitoring = true;
	is_counted(&r, all, "");
	assert_int_equal(mkdirat(root, "gold/mon_groups/c1", 0755), 0);
	make_domain("gold/mon_groups/c1", "mon_L3_00", own);
	is_counted(&r, all, ",\"mbm_stats\":[{\"mbm_total_bytes\":18446744073709551615,\"mbm_local_bytes\":7}],"
			    "\"cmt_stats\":[{\"llc_occupancy\":8}]");
	remove_domains("gold", caches);
	remove_domains("gold/mon_groups/c1", caches);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(group_of_the_config), T(a_group_that_is_there_must_match),
		T(bandwidth_is_for_its_own_schema), T(group_of_the_container), T(monitoring),
		T(group_must_exist), T(root_group), T(the_kernels_words),
		T(update_writes_schemata), T(statistics), T(counters),
		cmocka_unit_test(bad_clos_ids), cmocka_unit_test(not_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
