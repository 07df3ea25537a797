/* SPDX-License-Identifier: Apache-2.0 */
/* Detection and the v1 driver on a made-up host: plain directories stand for the mounts. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cgroup/fs/rows.h"
#include "tests/unit/test.h"

static char root[] = "/tmp/strake-cgroup-XXXXXX";
static struct arena arena;

static const char *in_root(const char *path)
{
	return arena_printf(&arena, "%s/%s", root, path);
}

static void dir(const char *path)
{
	assert_int_equal(mkdir(in_root(path), 0755), 0);
}

static void file(const char *path, const char *text)
{
	auto_fd fd = open(in_root(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
}

static void has(const char *path, const char *want)
{
	char text[256];

	assert_int_equal(io_read_file(AT_FDCWD, in_root(path), text, sizeof(text)), 0);
	assert_string_equal(text, want);
}

static const char self[] = "12:name=openrc:/\n"
			   "6:freezer:/\n"
			   "5:devices:/\n"
			   "4:memory:/docker/abc/own\n"
			   "3:cpuset:/\n"
			   "2:cpu,cpuacct:/\n"
			   "1:name=systemd:/\n"
			   "7:hugetlb:/\n"
			   "0::/user.slice\n";

static struct cgroup *make(const char *cgroups_path, const char *mountinfo, struct err *e)
{
	struct cg_host h = { .root = root, .self_cgroup = self, .mountinfo = mountinfo, .fake = true };
	struct cgroup_request req = { .manager = CGROUP_FS, .path = cgroups_path, .id = "id" };
	struct cgroup *c = NULL;
	int r;

	err_init(e);
	r = cg_new_on(&h, &req, &c, e);
	assert_int_equal(r < 0, err_is_set(e));
	return c;
}

static int setup(void **state)
{
	static const char *const mounts[] = { "cpu,cpuacct", "cpuset", "devices", "freezer", "memory",
					      "systemd", "unified" };

	(void)state;
	arena_init(&arena);
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		dir(mounts[i]);
	return 0;
}

static int teardown(void **state)
{
	char *cmd = arena_printf(&arena, "rm -r %s", root);
	int r = system(cmd);

	(void)state;
	arena_fini(&arena);
	return r;
}

static const char *path_of(const struct cgroup *c, uint32_t ctrl)
{
	struct cg_dir *d = cg_dir_of(c, ctrl);

	return d ? d->path + strlen(root) : "none";
}

static void hybrid_paths(void **state)
{
	const struct cgroup_view *v;
	struct kv_list paths;
	struct cgroup *c;
	struct err e;
	char *owned;
	size_t n;

	(void)state;
	c = make("/a/b", NULL, &e);
	assert_non_null(c);
	assert_ptr_equal(c->ops, &cg_v1_ops);
	assert_string_equal(path_of(c, CG_CPU), "/cpu,cpuacct/a/b");
	assert_string_equal(path_of(c, CG_CPUACCT), "/cpu,cpuacct/a/b");
	assert_string_equal(path_of(c, CG_SYSTEMD), "/systemd/a/b");
	assert_string_equal(path_of(c, CG_UNIFIED), "/unified/a/b");
	assert_string_equal(path_of(c, CG_HUGETLB), "none"); /* known, not mounted */
	assert_int_equal(c->n_dirs, 7);
	n = cgroup_views(c, &v);
	assert_int_equal(n, 6); /* not the v2 help */
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].name, "systemd"))
			assert_string_equal(v[i].options, "name=systemd");
	/* Saved as runc saves it: both names of what is mounted together, "" for v2. */
	assert_int_equal(cgroup_save(c, &arena, &paths, &owned, &e), 0);
	assert_int_equal(paths.n, 8);
	assert_string_equal(paths.v[7].key, "");
	assert_string_equal(owned, "");
	cgroup_free(c);
	assert_int_equal(cg_load_on(true, CGROUP_FS, &paths, owned, NULL, &c, &e), 0);
	assert_int_equal(c->n_dirs, 7);
	assert_string_equal(path_of(c, CG_CPUACCT), "/cpu,cpuacct/a/b");
	cgroup_free(c);
}

/* In a container without a cgroup namespace the mount shows only its part. */
static void own_path_below_a_mount_root(void **state)
{
	char *mi = arena_printf(&arena,
				"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
				"35 31 0:32 /docker/abc %s/memory rw,relatime - cgroup cgroup rw,memory\n",
				root);
	struct cgroup *c;
	struct err e;

	(void)state;
	dir("memory/own");
	c = make(NULL, mi, &e);
	assert_non_null(c);
	assert_string_equal(path_of(c, CG_MEMORY), "/memory/own/id");
	assert_string_equal(path_of(c, CG_DEVICES), "/devices/id");
	cgroup_free(c);
	mi = arena_printf(&arena, "35 31 0:32 /other %s/memory rw - cgroup cgroup rw,memory\n", root);
	assert_null(make(NULL, mi, &e));
	c = make("/abs", mi, &e); /* nobody asks where we are */
	assert_non_null(c);
	cgroup_free(c);
}

static void mounted_elsewhere(void **state)
{
	char *mi;
	struct cgroup *c;
	struct err e;

	(void)state;
	dir("odd place");
	mi = arena_printf(&arena, "35 31 0:32 / %s/odd\\040place rw shared:7 - cgroup cgroup rw,hugetlb\n",
			  root);
	c = make("/a", mi, &e);
	assert_non_null(c);
	assert_string_equal(path_of(c, CG_HUGETLB), "/odd place/a");
	cgroup_free(c);
}

/* cpuset files are filled on the way down, the container's own values are kept. */
static void cpuset_is_inherited(void **state)
{
	struct spec_cpu cpu = { .cpus = (char *)(uintptr_t)"1" };
	struct spec_resources r = { .cpu = &cpu };
	struct cgroup *c;
	struct err e;

	(void)state;
	dir("cpuset/a");
	dir("cpuset/a/b");
	file("cpuset/cpuset.cpus", "0-3\n");
	file("cpuset/cpuset.mems", "0\n");
	file("cpuset/a/cpuset.cpus", "\n");
	file("cpuset/a/cpuset.mems", "0\n");
	file("cpuset/a/b/cpuset.cpus", "\n");
	file("cpuset/a/b/cpuset.mems", "\n");
	dir("devices/a");
	dir("devices/a/b");
	file("devices/a/b/cgroup.procs", "");
	c = make("/a/b", NULL, &e);
	assert_non_null(c);
	assert_int_equal(cgroup_create(c, &r, &e), 0);
	has("cpuset/a/cpuset.cpus", "0-3");
	has("cpuset/a/b/cpuset.mems", "0");
	has("cpuset/a/b/cpuset.cpus", "1");
	cgroup_free(c);
}

static void v1_writes(void **state)
{
	struct spec_blkio b = { .weight = { true, 300 } };
	struct spec_cpu cpu = { .burst = { true, 5 }, .quota = { true, 9 } };
	struct spec_memory m = { .limit = { true, -1 } };
	struct spec_resources r = { .cpu = &cpu, .memory = &m };
	struct cgroup *c;
	char text[256];
	struct err e;

	(void)state;
	dir("cpu,cpuacct/a");
	dir("memory/a");
	file("cpu,cpuacct/a/cpu.cfs_quota_us", "");
	file("memory/a/memory.limit_in_bytes", "");
	c = make("/a", NULL, &e);
	assert_non_null(c);
	/* No burst file and no swap accounting here: nothing is lost by going on. */
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("cpu,cpuacct/a/cpu.cfs_quota_us", "9");
	has("memory/a/memory.limit_in_bytes", "-1");
	/* "Do not disable the OOM killer" needs no memory controller; "disable it" does. */
	file("memory/a/memory.oom_control", "");
	m = (struct spec_memory){ .disable_oom_killer = { true, false } };
	r = (struct spec_resources){ .memory = &m };
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("memory/a/memory.oom_control", "0");
	/* A limit that was asked for and has no place is an error that says so. */
	r = (struct spec_resources){ .block_io = &b };
	assert_true(cgroup_set(c, &r, &e) < 0);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "linux.resources: cannot set blkio limit: container could not join or "
				  "create cgroup");
	m = (struct spec_memory){ .limit = { true, 4096 }, .swap = { true, 8192 } };
	r = (struct spec_resources){ .memory = &m };
	err_init(&e);
	assert_true(cgroup_set(c, &r, &e) < 0);
	err_format(&e, text, sizeof(text));
	assert_non_null(strstr(text, "write \"8192\" to "));
	assert_non_null(strstr(text, "/memory/a/memory.memsw.limit_in_bytes: no such file"));
	cgroup_free(c);
}

static void bfq_names(void **state)
{
	struct spec_blkio_weight_device wd = { 8, 0, { true, 300 }, { false, 0 } };
	struct spec_blkio b = { .weight = { true, 300 } };
	struct spec_resources r = { .block_io = &b };
	struct key_value kv = { (char *)(uintptr_t)"blkio", NULL };
	struct cgroup *c;
	struct err e;

	(void)state;
	err_init(&e);
	dir("blkio");
	kv.value = arena_printf(&arena, "%s/blkio", root);
	file("blkio/blkio.bfq.weight", "");
	assert_int_equal(cg_load_on(true, CGROUP_FS, &(struct kv_list){ &kv, 1 }, NULL, NULL, &c, &e), 0);
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("blkio/blkio.bfq.weight", "300");
	cgroup_free(c);
	/* v2: the same weight in BFQ's unit or in the kernel's. */
	kv.key = (char *)(uintptr_t)"";
	assert_int_equal(cg_load_on(true, CGROUP_FS, &(struct kv_list){ &kv, 1 }, NULL, NULL, &c, &e), 0);
	file("blkio/io.bfq.weight", "");
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("blkio/io.bfq.weight", "300");
	assert_int_equal(unlink(in_root("blkio/io.bfq.weight")), 0);
	file("blkio/io.weight", "");
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("blkio/io.weight", "2930");
	/* That of a device, too; nowhere to write it is an error. */
	b = (struct spec_blkio){ .weight_devices = &wd, .n_weight_devices = 1 };
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("blkio/io.weight", "8:0 2930");
	assert_int_equal(unlink(in_root("blkio/io.weight")), 0);
	assert_true(cgroup_set(c, &r, &e) < 0);
	cgroup_free(c);
}

/* v2 would kill where v1 refuses: so who asks for it is told beforehand. */
static void usage_is_checked_first(void **state)
{
	struct spec_memory m = { .limit = { true, 4096 }, .check_before_update = { true, true } };
	struct spec_resources r = { .memory = &m };
	struct key_value kv = { (char *)(uintptr_t)"", NULL };
	struct cgroup *c;
	char text[256];
	struct err e;

	(void)state;
	err_init(&e);
	dir("v2");
	file("v2/memory.current", "5000");
	file("v2/memory.max", "max");
	kv.value = arena_printf(&arena, "%s/v2", root);
	assert_int_equal(cg_load_on(true, CGROUP_FS, &(struct kv_list){ &kv, 1 }, NULL, NULL, &c, &e), 0);
	assert_true(cgroup_set(c, &r, &e) < 0);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "linux.resources: rejecting memory limit 4096 <= usage 5000");
	has("v2/memory.max", "max");
	m.limit.v = 8192;
	m.swap = (struct opt_i64){ true, 4999 };
	err_init(&e);
	assert_true(cgroup_set(c, &r, &e) < 0);
	m.swap.set = false;
	err_init(&e);
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("v2/memory.max", "8192");
	m = (struct spec_memory){ .limit = { true, 4096 }, .check_before_update = { true, false } };
	assert_int_equal(cgroup_set(c, &r, &e), 0);
	has("v2/memory.max", "4096");
	cgroup_free(c);
}

static void bad_states(void **state)
{
	static const char *const bad[] = { "relative", "/a/../b", "/a//b", "/a/", "" };
	struct cgroup *c = NULL;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct key_value kv = { (char *)(uintptr_t)"memory", (char *)(uintptr_t)bad[i] };

		err_init(&e);
		assert_true(cgroup_load("cgroupfs", &(struct kv_list){ &kv, 1 }, NULL, NULL, &c, &e) < 0);
		assert_null(c);
	}
	err_init(&e);
	assert_true(cgroup_load("other", &(struct kv_list){ 0 }, NULL, NULL, &c, &e) < 0);
	/* A state without paths: nothing to freeze or to kill, and nothing to remove. */
	err_init(&e);
	assert_int_equal(cgroup_load("cgroupfs", &(struct kv_list){ 0 }, NULL, NULL, &c, &e), 0);
	assert_int_equal(cgroup_destroy(c, &e), 0);
	assert_true(cgroup_kill(c, 9, &e) < 0);
	assert_int_equal(cgroup_clone_fd(c), -EBADF);
	cgroup_free(c);
}

/* A path in a state file that is not on a cgroup file system is never written to. */
static void only_cgroup_file_systems(void **state)
{
	struct key_value kv = { (char *)(uintptr_t)"memory", arena_printf(&arena, "%s/memory", root) };
	struct spec_memory m = { .limit = { true, 4096 } };
	struct spec_resources r = { .memory = &m };
	struct cgroup *c;
	struct err e;

	(void)state;
	err_init(&e);
	file("memory/memory.limit_in_bytes", "old");
	assert_int_equal(cgroup_load("cgroupfs", &(struct kv_list){ &kv, 1 }, NULL, NULL, &c, &e), 0);
	assert_true(cgroup_set(c, &r, &e) < 0);
	has("memory/memory.limit_in_bytes", "old");
	cgroup_free(c);
}

#define faked(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		faked(hybrid_paths), faked(own_path_below_a_mount_root), faked(mounted_elsewhere),
		faked(cpuset_is_inherited), faked(v1_writes), faked(bfq_names), faked(bad_states),
		faked(usage_is_checked_first),
		faked(only_cgroup_file_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
