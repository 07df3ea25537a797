/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real cgroups, as root. "v1": the host's hierarchies, in directories of our own that go away
 * again. "v2": cgroup2 mounted over /sys/fs/cgroup in a mount namespace of this process.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cgroup/impl.h"
#include "os/bpf.h"
#include "os/clone.h"
#include "os/feature.h"
#include "tests/unit/test.h"

static struct procfs proc = PROCFS_NONE;
static struct cgroup *cg;
static bool v2;
static char name[64];

struct member {
	pid_t pid;
	int pidfd, in, out;
	bool born_in;
};

/* Never the same processes twice: each forks, and half of them leave. */
static void bomb(void)
{
	for (unsigned i = 0;; i++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (fork() < 0)
			usleep(500);
		else if (i % 2)
			_exit(0);
	}
}

/* What a member does when it is told: 'd' tries devices, 'f' forks another one, 'b' many. */
static void member_main(int in, int out)
{
	char cmd, path[64];

	while (read(in, &cmd, 1) == 1) {
		char answer = 'k';
		int fd;

		if (cmd == 'f') {
			if (fork() == 0)
				for (;;)
					pause();
		} else if (cmd == 'b') {
			if (fork() == 0)
				bomb();
		} else {
			snprintf(path, sizeof(path), "/dev/shm/strake-test-%d", (int)getpid());
			answer = mknod(path, S_IFCHR | 0600, makedev(1, 1)) < 0 ? 'n' : 'k';
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 || errno != EPERM)
				answer = 'm'; /* /dev/mem was not refused */
			unlink(path);
			fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
			if (fd < 0)
				answer = 'z';
		}
		if (write(out, &answer, 1) != 1)
			break;
	}
	_exit(0);
}

static void start(struct member *m, int clone_fd)
{
	const struct os_clone args = { .cgroup = clone_fd };
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	m->pid = os_clone(&args, &m->pidfd, &m->born_in);
	assert_true(m->pid >= 0);
	if (m->pid == 0)
		member_main(in[0], out[1]);
	m->in = in[1];
	m->out = out[0];
	close(in[0]);
	close(out[1]);
}

static char tell(struct member *m, char cmd)
{
	char answer = '?';

	assert_int_equal(write(m->in, &cmd, 1), 1);
	assert_int_equal(read(m->out, &answer, 1), 1);
	return answer;
}

static void reap(struct member *m)
{
	assert_int_equal(waitpid(m->pid, NULL, 0), m->pid);
	close(m->pidfd);
	close(m->in);
	close(m->out);
}

static struct err err;

static const char *why(struct err *e)
{
	static char text[1024];

	err_format(e, text, sizeof(text));
	return text;
}

#define ok(call)                                                             \
	do {                                                                 \
		err_init(&err);                                              \
		if ((call) < 0)                                              \
			fail_msg("%s: %s", #call, why(&err));                \
	} while (0)

static void new_cgroup(const struct spec_resources *r, bool create)
{
	static char path[80];
	struct cgroup_request req = { .manager = CGROUP_FS, .path = path, .id = "x", .resources = r,
				      .proc = &proc };

	snprintf(path, sizeof(path), "/%s/a/b", name);
	ok(cgroup_new(&req, &cg, &err));
	if (create)
		ok(cgroup_create(cg, r, &err));
}

static int setup(void **state)
{
	(void)state;
	cg = NULL;
	snprintf(name, sizeof(name), "strake-test-%d", (int)getpid());
	return 0;
}

/* Whatever a test left: the processes, the directories and the two levels above. */
static int teardown(void **state)
{
	struct err e;

	(void)state;
	err_init(&e);
	if (!cg)
		return 0;
	(void)cgroup_kill(cg, SIGKILL, &e);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	err_init(&e);
	(void)cgroup_destroy(cg, &e);
	for (size_t i = 0; i < cg->n_dirs; i++) {
		char *up = strdup(cg->dirs[i].path);

		for (int k = 0; k < 2; k++) {
			*strrchr(up, '/') = '\0';
			rmdir(up);
		}
		free(up);
	}
	cgroup_free(cg);
	return os_fallback_force("");
}

/* The member is in every hierarchy. */
static void check_joined(const struct member *m)
{
	for (size_t i = 0; i < cg->n_dirs; i++) {
		struct cg_pids p = { 0 };

		assert_int_equal(cg_pids_read(cg, &cg->dirs[i], &p), 0);
		assert_int_equal(p.n, 1);
		assert_int_equal(p.v[0], m->pid);
		cg_pids_fini(&p);
	}
}

static void life(void **state)
{
	struct member m;
	const struct cgroup_view *views;
	struct kv_list paths;
	struct arena a;
	pid_t *pids;
	size_t n;
	char *owned;

	(void)state;
	new_cgroup(NULL, true);
	assert_true(cgroup_exists(cg));
	start(&m, cgroup_clone_fd(cg));
	assert_true(!v2 || m.born_in);
	ok(cgroup_join(cg, m.pid, m.born_in, &err));
	check_joined(&m);
	ok(cgroup_apply_devices(cg, NULL, &err));
	assert_int_equal(tell(&m, 'd'), 'k');
	ok(cgroup_apply_devices(cg, NULL, &err)); /* again: in the place of the first */
	assert_int_equal(tell(&m, 'd'), 'k');
	if (v2) {
		uint32_t ids[4];

		assert_int_equal(os_bpf_query_device(cgroup_clone_fd(cg), ids, 4, &n), 0);
		assert_int_equal(n, 1);
	}

	ok(cgroup_freeze(cg, true, &err));
	ok(cgroup_is_frozen(cg, &err));
	assert_int_equal(cgroup_is_frozen(cg, &(struct err){ 0 }), 1);
	ok(cgroup_freeze(cg, false, &err));
	assert_int_equal(cgroup_is_frozen(cg, &(struct err){ 0 }), 0);
	assert_int_equal(tell(&m, 'f'), 'k');

	n = cgroup_views(cg, &views);
	assert_true(v2 ? n == 1 && !views[0].name : n > 1);

	/* A later command has nothing but what was saved. */
	arena_init(&a);
	ok(cgroup_save(cg, &a, &paths, &owned, &err));
	if (v2) {
		assert_int_equal(paths.n, 1);
		assert_string_equal(paths.v[0].key, "");
		assert_string_equal(owned, "unified");
	}
	cgroup_free(cg);
	ok(cgroup_load("cgroupfs", &paths, owned, &proc, &cg, &err));
	arena_fini(&a);
	ok(cgroup_pids(cg, &pids, &n, &err));
	assert_int_equal(n, 2);
	assert_true(pids[0] < pids[1]);
	free(pids);
	assert_true(cgroup_oom_kills(cg) >= 0 || v2);
	ok(cgroup_kill(cg, SIGKILL, &err));
	reap(&m);
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
	ok(cgroup_destroy(cg, &err));
}

static void kill_without_cgroup_kill(void **state)
{
	struct member m;
	int status;

	(void)state;
	assert_int_equal(os_fallback_force("cgroup_kill,into_cgroup"), 0);
	new_cgroup(NULL, true);
	start(&m, cgroup_clone_fd(cg));
	assert_false(m.born_in);
	ok(cgroup_join(cg, m.pid, m.born_in, &err));
	check_joined(&m);
	for (int i = 0; i < 10; i++)
		tell(&m, 'f');
	ok(cgroup_freeze(cg, true, &err));
	ok(cgroup_kill(cg, SIGKILL, &err)); /* a paused container dies too */
	assert_int_equal(waitpid(m.pid, &status, 0), m.pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(m.pidfd);
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
}

static void a_fork_bomb_dies(void **state)
{
	struct spec_resources r = { .pids_limit = { true, 30 } };
	struct member m;

	(void)state;
	if (v2) /* no pids controller that would bound it */
		skip();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(os_fallback_force(i ? "" : "cgroup_kill"), 0);
		new_cgroup(&r, true);
		start(&m, cgroup_clone_fd(cg));
		ok(cgroup_join(cg, m.pid, m.born_in, &err));
		tell(&m, 'b');
		usleep(20000);
		ok(cgroup_kill(cg, SIGKILL, &err));
		reap(&m);
		ok(cgroup_destroy(cg, &err));
		if (i == 0)
			cgroup_free(cg);
	}
}

static void in_use_is_refused(void **state)
{
	struct cgroup *first;
	struct member m;
	struct err e;

	(void)state;
	err_init(&e);
	new_cgroup(NULL, true);
	start(&m, cgroup_clone_fd(cg));
	ok(cgroup_join(cg, m.pid, m.born_in, &err));
	first = cg;
	new_cgroup(NULL, false);
	assert_true(cgroup_create(cg, NULL, &e) < 0);
	assert_string_equal(why(&e), "container's cgroup is not empty: 1 process(es) found");
	assert_true(cgroup_exists(cg)); /* and nothing of the other one was removed */
	cgroup_free(cg);
	cg = first;
	kill(m.pid, SIGKILL);
	reap(&m);

	ok(cgroup_freeze(cg, true, &err));
	new_cgroup(NULL, false);
	err_init(&e);
	assert_true(cgroup_create(cg, NULL, &e) < 0);
	assert_string_equal(why(&e), "container's cgroup unexpectedly frozen");
	cgroup_free(cg);
	cg = first;
	ok(cgroup_freeze(cg, false, &err));
	ok(cgroup_destroy(cg, &err));
}

static void destroy_takes_sub_cgroups(void **state)
{
	char path[PATH_MAX];

	(void)state;
	new_cgroup(NULL, true);
	for (size_t i = 0; i < cg->n_dirs; i++) {
		snprintf(path, sizeof(path), "%s/sub", cg->dirs[i].path);
		assert_int_equal(mkdir(path, 0755), 0);
		strcat(path, "/sub");
		assert_int_equal(mkdir(path, 0755), 0);
	}
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
}

/* Somebody made the directory and one below it: that is not ours to take away. */
static void what_was_there_stays(void **state)
{
	char path[PATH_MAX];
	struct cg_dir *d;

	(void)state;
	new_cgroup(NULL, false);
	d = cg_dir_main(cg);
	snprintf(path, sizeof(path), "%s/theirs", d->path);
	for (char *s = strstr(path, name), *end; s; s = end) {
		end = strchr(s + 1, '/');

		if (end)
			*end = '\0';
		assert_int_equal(mkdir(path, 0755), 0);
		if (end)
			*end = '/';
	}
	ok(cgroup_create(cg, NULL, &err));
	ok(cgroup_destroy(cg, &err));
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(rmdir(path), 0);
	assert_true(cgroup_exists(cg));
	ok(cgroup_destroy(cg, &err));
	assert_false(cgroup_exists(cg));
}

static void a_failed_create_leaves_nothing(void **state)
{
	struct spec_network net = { .class_id = { true, 7 } };
	struct spec_memory m = { .limit = { true, 100 }, .swap = { true, 50 } };
	struct spec_resources r = { .network = v2 ? NULL : &net, .memory = v2 ? &m : NULL };
	struct err e;
	char *up;

	(void)state;
	err_init(&e);
	new_cgroup(&r, false);
	assert_true(cgroup_create(cg, &r, &e) < 0);
	if (!v2 && access("/sys/fs/cgroup/net_cls", F_OK) < 0)
		assert_string_equal(
			why(&e),
			"cannot set net_cls limit: container could not join or create cgroup");
	for (size_t i = 0; i < cg->n_dirs; i++) {
		up = strdup(cg->dirs[i].path);
		*strrchr(up, '/') = '\0';
		*strrchr(up, '/') = '\0';
		assert_int_equal(access(up, F_OK), -1);
		free(up);
	}
}

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
	assert_string_equal(why(&e), "the minimum allowed cpu-shares is 2");
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
		"unified resource \"nothere.max\" can't be set: controller \"nothere\" not available");
	h[0].page_size = (char *)(uintptr_t)"/../../x";
	r = (struct spec_resources){ .hugepage_limits = h, .n_hugepage_limits = 1 };
	err_init(&e);
	assert_true(cgroup_set(cg, &r, &e) < 0);
	assert_string_equal(why(&e), "\"hugetlb./../../x.max\" is no cgroup file");
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
	start(&init, cgroup_clone_fd(cg));
	snprintf(path, sizeof(path), "%s/init", d->path);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(pid, sizeof(pid), "%d", (int)init.pid);
	strcat(path, "/cgroup.procs");
	assert_int_equal(io_write_file(AT_FDCWD, path, pid), 0);
	assert_int_equal(io_write_file(d->fd, "cgroup.subtree_control", "+hugetlb"), 0);
	start(&other, cgroup_clone_fd(cg));
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
	start(&m, FD_NONE);
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
	start(&m, cgroup_clone_fd(cg));
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

/* A v2 hierarchy at /sys/fs/cgroup, for this process alone. */
static int private_v2(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	while (umount2("/sys/fs/cgroup", MNT_DETACH) == 0)
		;
	return mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL) < 0 ? -errno : 0;
}

#define live(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		live(life), live(kill_without_cgroup_kill), live(a_fork_bomb_dies), live(in_use_is_refused),
		live(destroy_takes_sub_cgroups), live(what_was_there_stays), live(a_failed_create_leaves_nothing),
		live(limits_v1), live(limits_v2), live(chown_delegates),
		live(exec_into_a_divided_cgroup), live(exec_into_a_sub_cgroup), live(rootless),
		live(device_programs_are_replaced),
	};
	struct err e;
	int r;

	v2 = argc > 1 && strcmp(argv[1], "v2") == 0;
	if (geteuid() != 0) {
		puts("skipped: needs root");
		return 77;
	}
	r = v2 ? private_v2() : 0;
	if (r < 0 || cgroup_host_is_unified() != v2) {
		printf("skipped: no cgroup %s here\n", v2 ? "v2" : "v1");
		return 77;
	}
	err_init(&e);
	if (procfs_open(&proc, &e) < 0)
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	procfs_close(&proc);
	return r;
}
