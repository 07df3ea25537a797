/* SPDX-License-Identifier: Apache-2.0 */
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

#include "os/clone.h"
#include "os/feature.h"
#include "tests/unit/cgroup/live.h"

struct procfs proc = PROCFS_NONE;
struct cgroup *cg;
bool v2;
char name[64];
struct err err;

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

void start_member(struct member *m, int clone_fd)
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

char tell(struct member *m, char cmd)
{
	char answer = '?';

	assert_int_equal(write(m->in, &cmd, 1), 1);
	assert_int_equal(read(m->out, &answer, 1), 1);
	return answer;
}

void reap(struct member *m)
{
	assert_int_equal(waitpid(m->pid, NULL, 0), m->pid);
	close(m->pidfd);
	close(m->in);
	close(m->out);
}

const char *why(struct err *e)
{
	static char text[1024];

	err_format(e, text, sizeof(text));
	return text;
}

void new_cgroup(const struct spec_resources *r, bool create)
{
	static char path[80];
	struct cgroup_request req = { .manager = CGROUP_FS, .path = path, .id = "x", .resources = r,
				      .proc = &proc };

	snprintf(path, sizeof(path), "/%s/a/b", name);
	ok(cgroup_new(&req, &cg, &err));
	if (create)
		ok(cgroup_create(cg, r, &err));
}

int setup(void **state)
{
	(void)state;
	cg = NULL;
	snprintf(name, sizeof(name), "strake-test-%d", (int)getpid());
	return 0;
}

/* Whatever a test left: the processes, the directories and the two levels above. */
int teardown(void **state)
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
void check_joined(const struct member *m)
{
	for (size_t i = 0; i < cg->n_dirs; i++) {
		struct cg_pids p = { 0 };

		assert_int_equal(cg_pids_read(cg, &cg->dirs[i], &p), 0);
		assert_int_equal(p.n, 1);
		assert_int_equal(p.v[0], m->pid);
		cg_pids_fini(&p);
	}
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

int live_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n)
{
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
	r = _cmocka_run_group_tests("cgroup-live", tests, n, NULL, NULL);
	procfs_close(&proc);
	return r;
}
