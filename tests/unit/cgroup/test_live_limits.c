/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, devices, delegation and joining, by what the kernel says afterwards. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/bpf.h"
#include "tests/unit/cgroup/live.h"

static void read_back(uint32_t ctrl, const char *file, const char *want)
{
	struct cg_dir *d = cg_dir_of(cg, ctrl);
	char text[128];

	assert_non_null(d);
	assert_int_equal(io_read_file(cg_dir_fd(cg, d), file, text, sizeof(text)), 0);
	assert_string_equal(text, want);
}

static void limits_v1(void **state)
{
	struct spec_memory m = { .limit = { true, 64 << 20 }, .swap = { true, 96 << 20 } };
	struct spec_cpu cpu = { .shares = { true, 512 }, .period = { true, 50000 },
				.quota = { true, 25000 }, .cpus = (char *)(uintptr_t)"0" };
	struct spec_resources r = { .memory = &m, .cpu = &cpu, .pids_limit = { true, 20 } };
	struct err e;

	(void)state;
	if (v2)
		skip();
	new_cgroup(&r, true);
	read_back(CG_MEMORY, "memory.limit_in_bytes", "67108864");
	read_back(CG_MEMORY, "memory.memsw.limit_in_bytes", "100663296");
	read_back(CG_CPU, "cpu.shares", "512");
	read_back(CG_CPU, "cpu.cfs_quota_us", "25000");
	read_back(CG_CPUSET, "cpuset.cpus", "0");
	read_back(CG_CPUSET, "cpuset.mems", "0");
	read_back(CG_PIDS, "pids.max", "20");
	/* Up beyond the old swap limit, and down below the old memory limit. */
	m = (struct spec_memory){ .limit = { true, 128 << 20 }, .swap = { true, 128 << 20 } };
	r.cpu = NULL;
	ok(cgroup_set(cg, &r, &err));
	read_back(CG_MEMORY, "memory.limit_in_bytes", "134217728");
	read_back(CG_MEMORY, "memory.memsw.limit_in_bytes", "134217728");
	m = (struct spec_memory){ .limit = { true, 32 << 20 }, .swap = { true, 32 << 20 } };
	ok(cgroup_set(cg, &r, &err));
	read_back(CG_MEMORY, "memory.memsw.limit_in_bytes", "33554432");
	m = (struct spec_memory){ .limit = { true, -1 } };
	ok(cgroup_set(cg, &r, &err));
	read_back(CG_MEMORY, "memory.limit_in_bytes", "9223372036854771712");
	/* Quota and period bound each other: 1 s of 1 s, then back. */
	cpu = (struct spec_cpu){ .period = { true, 1000000 }, .quota = { true, 1000000 } };
	r.cpu = &cpu;
	ok(cgroup_set(cg, &r, &err));
	cpu = (struct spec_cpu){ .period = { true, 1000 }, .quota = { true, 1000 } };
	ok(cgroup_set(cg, &r, &err));
	read_back(CG_CPU, "cpu.cfs_period_us", "1000");
	cpu = (struct spec_cpu){ .shares = { true, 1 } };
	err_init(&e);
	assert_true(cgroup_set(cg, &r, &e) < 0);
	assert_string_equal(why(&e), "linux.resources: the minimum allowed cpu-shares is 2");
}

static void limits_v2(void **state)
{
	struct spec_hugepage_limit h[] = { { (char *)(uintptr_t)"2MB", 4194304 } };
	struct spec_memory m = { .limit = { true, 64 << 20 } };
	struct key_value kv[] = { { (char *)(uintptr_t)"hugetlb.2MB.max", (char *)(uintptr_t)"2097152" },
				  { (char *)(uintptr_t)"cgroup.max.depth", (char *)(uintptr_t)"5" } };
	struct spec_resources r = { .hugepage_limits = h, .n_hugepage_limits = 1 };
	struct err e;

	(void)state;
	if (!v2)
		skip();
	new_cgroup(&r, true);
	read_back(CG_UNIFIED, "hugetlb.2MB.max", "4194304");
	read_back(CG_UNIFIED, "hugetlb.2MB.rsvd.max", "4194304");
	r = (struct spec_resources){ .unified = { kv, 2 } };
	ok(cgroup_set(cg, &r, &err));
	read_back(CG_UNIFIED, "hugetlb.2MB.max", "2097152");
	read_back(CG_UNIFIED, "cgroup.max.depth", "5");
	kv[0].key = (char *)(uintptr_t)"nothere.max";
	err_init(&e);
	assert_true(cgroup_set(cg, &r, &e) < 0);
	assert_string_equal(
		why(&e),
		"linux.resources: unified resource \"nothere.max\" can't be set: controller \"nothere\" not available");
	h[0].page_size = (char *)(uintptr_t)"/../../x";
	r = (struct spec_resources){ .hugepage_limits = h, .n_hugepage_limits = 1 };
	err_init(&e);
	assert_true(cgroup_set(cg, &r, &e) < 0);
	assert_string_equal(why(&e), "linux.resources: \"hugetlb./../../x.max\" is no cgroup file");
	r = (struct spec_resources){ .memory = &m };
	err_init(&e);
	if (cgroup_set(cg, &r, &e) < 0)
		assert_non_null(strstr(why(&e), "controller \"memory\" not available"));
}

static void chown_delegates(void **state)
{
	struct stat st;
	struct cg_dir *d;

	(void)state;
	if (!v2)
		skip();
	new_cgroup(NULL, true);
	ok(cgroup_chown(cg, 12345, &err));
	d = cg_dir_main(cg);
	assert_int_equal(fstat(d->fd, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(fstatat(d->fd, "cgroup.procs", &st, 0), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(fstatat(d->fd, "cgroup.freeze", &st, 0), 0);
	assert_int_equal(st.st_uid, 0);
}

/* A payload that made sub-cgroups and enabled controllers in them lets nobody into its root. */
static void exec_into_a_divided_cgroup(void **state)
{
	struct member init, other;
	char path[PATH_MAX], pid[16];
	struct cg_pids p = { 0 };
	struct cg_dir *d;

	(void)state;
	if (!v2)
		skip();
	new_cgroup(NULL, true);
	d = cg_dir_main(cg);
	start_member(&init, cgroup_clone_fd(cg));
	snprintf(path, sizeof(path), "%s/init", d->path);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(pid, sizeof(pid), "%d", (int)init.pid);
	strcat(path, "/cgroup.procs");
	assert_int_equal(io_write_file(AT_FDCWD, path, pid), 0);
	assert_int_equal(io_write_file(d->fd, "cgroup.subtree_control", "+hugetlb"), 0);
	start_member(&other, cgroup_clone_fd(cg));
	assert_false(other.born_in);
	err_init(&err);
	assert_int_equal(cgroup_join(cg, other.pid, other.born_in, &err), -EBUSY);
	ok(cgroup_join_init(cg, other.pid, other.born_in, init.pid, &err));
	ok(cg_pids_read(cg, d, &p));
	assert_int_equal(p.n, 2);
	cg_pids_fini(&p);
	ok(cgroup_kill(cg, SIGKILL, &err));
	reap(&init);
	reap(&other);
	ok(cgroup_destroy(cg, &err));
}

static void exec_into_a_sub_cgroup(void **state)
{
	static const char *const bad[] = { "../..", "../../../x", "a/../../c", "/../.." };
	char path[PATH_MAX];
	struct member m;

	(void)state;
	new_cgroup(NULL, true);
	for (size_t i = 0; i < cg->n_dirs; i++) {
		snprintf(path, sizeof(path), "%s/sub", cg->dirs[i].path);
		assert_int_equal(mkdir(path, 0755), 0);
		if (cg->dirs[i].controllers & CG_CPUSET) {
			strcat(path, "/cpuset.cpus");
			assert_int_equal(io_write_file(AT_FDCWD, path, "0"), 0);
			path[strlen(path) - 4] = '\0';
			strcat(path, "mems");
			assert_int_equal(io_write_file(AT_FDCWD, path, "0"), 0);
		}
	}
	start_member(&m, FD_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		err_init(&err);
		assert_true(cgroup_join_sub(cg, m.pid, NULL, bad[i], &err) < 0);
		assert_non_null(strstr(why(&err), "bad sub cgroup path"));
	}
	err_init(&err);
	assert_true(cgroup_join_sub(cg, m.pid, "nothing", "sub", &err) < 0);
	ok(cgroup_join_sub(cg, m.pid, NULL, "/sub", &err));
	check_joined(&m);
	ok(cgroup_kill(cg, SIGKILL, &err));
	reap(&m);
}

/* Programs that somebody left there would go on deciding: ours takes the place of all. */
static void device_programs_are_replaced(void **state)
{
	static const struct bpf_insn no[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct member m;
	uint32_t ids[4];
	size_t n = 0;

	(void)state;
	if (!v2)
		skip();
	new_cgroup(NULL, true);
	start_member(&m, cgroup_clone_fd(cg));
	ok(cgroup_apply_devices(cg, NULL, &err));
	for (int i = 0; i < 2; i++) {
		int prog = os_bpf_load_device(no, ARRAY_SIZE(no));

		assert_true(prog >= 0);
		assert_int_equal(os_bpf_attach_device(cgroup_clone_fd(cg), prog, FD_NONE), 0);
		close(prog);
	}
	assert_int_equal(tell(&m, 'd'), 'z');
	ok(cgroup_apply_devices(cg, NULL, &err));
	assert_int_equal(os_bpf_query_device(cgroup_clone_fd(cg), ids, 4, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(tell(&m, 'd'), 'k');
	ok(cgroup_kill(cg, SIGKILL, &err));
	reap(&m);
}

/* Without permission, limits and a path of its own, a container can live without a cgroup. */
static void rootless(void **state)
{
	struct cgroup_request req = { .manager = CGROUP_FS, .id = name, .rootless = true, .proc = &proc };
	struct spec_resources r = { .pids_limit = { true, 5 } };
	struct cgroup *c = NULL;
	struct kv_list paths;
	struct arena a;
	char *owned;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e;

		err_init(&e);
		arena_init(&a);
		if (setuid(65534) < 0 || cgroup_new(&req, &c, &e) < 0)
			_exit(1);
		if (cgroup_create(c, NULL, &e) < 0 || cgroup_clone_fd(c) >= 0)
			_exit(2);
		if (cgroup_join(c, getpid(), false, &e) < 0 || cgroup_apply_devices(c, NULL, &e) < 0)
			_exit(3);
		if (cgroup_save(c, &a, &paths, &owned, &e) < 0 || paths.n)
			_exit(4);
		if (cgroup_kill(c, SIGKILL, &e) >= 0)
			_exit(5);
		err_init(&e);
		cgroup_free(c);
		if (cgroup_new(&req, &c, &e) < 0 || cgroup_create(c, &r, &e) >= 0)
			_exit(6);
		err_init(&e);
		cgroup_free(c);
		req.path = "/x"; /* a path was asked for: no permission is an error */
		if (cgroup_new(&req, &c, &e) < 0 || cgroup_create(c, NULL, &e) >= 0)
			_exit(7);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		live(limits_v1),
		live(limits_v2),
		live(chown_delegates),
		live(exec_into_a_divided_cgroup),
		live(exec_into_a_sub_cgroup),
		live(device_programs_are_replaced),
		live(rootless),
	};

	return live_main(argc, argv, tests, ARRAY_SIZE(tests));
}
