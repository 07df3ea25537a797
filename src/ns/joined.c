/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/parse.h"
#include "ns/ns.h"
#include "os/clone.h"
#include "os/exe.h"
#include "os/pidfd.h"
#include "os/setns.h"

/* Linux 4.15 takes 340 lines, each of three numbers of ten digits at most. */
#define MAP_MAX (340 * 33 + 1)

static int parse_map(char *text, struct arena *a, struct spec_idmaps *ret)
{
	struct spec_idmaps m = { .n = 0 };
	char *save = NULL;

	m.v = arena_array(a, 340, sizeof(*m.v));
	if (!m.v)
		return -ENOMEM;
	for (char *l = strtok_r(text, "\n", &save); l && m.n < 340; l = strtok_r(NULL, "\n", &save)) {
		unsigned long long v[3];

		if (parse_numbers(l, v, ARRAY_SIZE(v)) < 0)
			return -EBADMSG;
		m.v[m.n++] = (struct spec_idmap){ (uint32_t)v[0], (uint32_t)v[1], (uint32_t)v[2] };
	}
	*ret = m;
	return 0;
}

static int read_map(struct procfs *proc, pid_t pid, const char *file, struct arena *a,
		    struct spec_idmaps *ret)
{
	auto_free char *text = malloc(MAP_MAX);
	char path[48];
	int r;

	if (!text)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%d/%s", (int)pid, file);
	r = procfs_read(proc, path, text, MAP_MAX);
	return r < 0 ? r : parse_map(text, a, ret);
}

/*
 * The kernel shows a map by a process of the namespace only: a child goes there and waits. It is the
 * host's root still, with all that we have open, so those in there who may ptrace and see the host's
 * processes must not get hold of it (CVE-2016-9962); an unprivileged caller's own they may.
 */
static void __attribute__((noreturn)) stand_inside(int userns, int answer, pid_t parent)
{
	struct err e;
	int r = os_exe_leave(&e);

	log_set_sink(NULL, NULL); /* the parent's is in what was left */
	if (geteuid() == 0)
		prctl(PR_SET_DUMPABLE, 0);
	r = r < 0 ? r : os_setns(userns, CLONE_NEWUSER);
	/* After setns(2), which may reset it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	io_write_all(answer, &r, sizeof(r));
	for (;;)
		pause();
}

/* Apart from the parent's functions: the child has what this one refers to, and no more (os/exe_parts.h). */
static pid_t __attribute__((noinline)) clone_inside(int userns, int answer, int *ret_pidfd)
{
	struct os_clone c = { .cgroup = FD_NONE };
	pid_t pid, self = getpid();
	bool in_cgroup;

	pid = os_clone(&c, ret_pidfd, &in_cgroup);
	if (pid == 0)
		stand_inside(userns, answer, self);
	return pid;
}

static int ask_child(struct procfs *proc, pid_t pid, int answer, struct arena *a,
		     struct spec_idmaps *uid, struct spec_idmaps *gid)
{
	int r = 0, n = (int)io_read_full(answer, &r, sizeof(r));

	if (n != (int)sizeof(r))
		return n < 0 ? n : -ECHILD;
	if (r == 0)
		r = read_map(proc, pid, "uid_map", a, uid);
	if (r == 0)
		r = read_map(proc, pid, "gid_map", a, gid);
	return r;
}

int ns_read_maps(struct procfs *proc, int userns, struct arena *a, struct spec_idmaps *ret_uid,
		 struct spec_idmaps *ret_gid, struct err *e)
{
	auto_fd pidfd = FD_NONE, from = FD_NONE, to = FD_NONE;
	int ends[2], status, r = os_exe_copy(e);
	pid_t pid;

	if (r < 0)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	from = ends[0];
	to = ends[1];
	pid = clone_inside(userns, to, &pidfd);
	if (pid < 0)
		return err_sys(e, -pid, "clone");
	cleanup_fd(&to);
	r = ask_child(proc, pid, from, a, ret_uid, ret_gid);
	if (os_pidfd_send_signal(pidfd, SIGKILL) < 0)
		kill(pid, SIGKILL); /* our own child, not yet waited for */
	os_wait_child(pid, &status);
	return r < 0 ? err_sys(e, -r, "read the mappings of the user namespace") : 0;
}

static bool has_row(const struct spec_idmaps *m, const struct spec_idmap *row)
{
	for (size_t i = 0; i < m->n; i++)
		if (memcmp(&m->v[i], row, sizeof(*row)) == 0)
			return true;
	return false;
}

/* In any order: the kernel sorts a map of more than five lines. */
bool idmap_is_same(const struct spec_idmaps *a, const struct spec_idmaps *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!has_row(b, &a->v[i]))
			return false;
	return a->n == b->n;
}
