/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>

#include "base/io.h"
#include "base/log.h"
#include "cgroup/impl.h"
#include "os/pidfd.h"

#define PROCS_MAX ((size_t)64 << 20)

void cg_pids_fini(struct cg_pids *p)
{
	free(p->v);
	*p = (struct cg_pids){ 0 };
}

static int add_pid(struct cg_pids *p, pid_t pid)
{
	if (p->n == p->size) {
		size_t size = p->size ? p->size * 2 : 64;
		pid_t *v = reallocarray(p->v, size, sizeof(*v));

		if (!v)
			return -ENOMEM;
		p->v = v;
		p->size = size;
	}
	p->v[p->n++] = pid;
	return 0;
}

static int read_one(int dir, void *data)
{
	struct cg_pids *ret = data;
	auto_free char *text = NULL;
	auto_fd fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *save = NULL;
	size_t len;
	int r;

	if (fd < 0)
		return errno == ENODEV ? -ENOENT : -errno;
	r = io_read_alloc(fd, PROCS_MAX, &text, &len);
	/* A threaded cgroup of v2 does not tell; its processes are in the domain above it. */
	if (r < 0)
		return r == -EOPNOTSUPP ? 0 : r;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		long pid = strtol(l, NULL, 10);

		/* 0: a process of an outer pid namespace, nothing that we could name. */
		r = pid > 0 ? add_pid(ret, (pid_t)pid) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int cg_pids_read(const struct cgroup *c, struct cg_dir *d, struct cg_pids *ret)
{
	auto_pids p = { 0 };
	int fd = cg_dir_fd(c, d), r;
	size_t n = 0;

	if (fd < 0)
		return fd;
	r = cg_walk(fd, &(struct cg_visit){ .enter = read_one, .data = &p });
	if (r < 0)
		return r;
	/* A process that moves while we read shows twice. */
	if (p.n)
		qsort(p.v, p.n, sizeof(*p.v), by_number);
	for (size_t i = 0; i < p.n; i++)
		if (n == 0 || p.v[n - 1] != p.v[i])
			p.v[n++] = p.v[i];
	p.n = n;
	*ret = p;
	p = (struct cg_pids){ 0 };
	return 0;
}

int cg_check_unused(struct cgroup *c, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	auto_pids p = { 0 };
	int r;

	if (!d || c->filled)
		return 0;
	r = cg_pids_read(c, d, &p);
	if (r < 0 && !cg_is_gone(r))
		return err_sys(e, -r, "unable to get cgroup PIDs of %s", d->path);
	if (p.n)
		return err_make(e, ERR_STATE, EBUSY,
				"container's cgroup is not empty: %zu process(es) found", p.n);
	r = c->ops->is_frozen(c, e);
	if (r > 0)
		return err_make(e, ERR_STATE, EBUSY, "container's cgroup unexpectedly frozen");
	return r;
}

static bool has_pid(const struct cg_pids *p, pid_t pid)
{
	return p->n && bsearch(&pid, p->v, p->n, sizeof(pid), by_number);
}

/* One process by its pidfd, when it is (still) of the cgroup after the pidfd was made: a pid that
 * was given to another process meanwhile is not hit. */
static int signal_checked(struct cgroup *c, struct cg_dir *d, const struct cg_pids *p, int sig)
{
	auto_free int *fds = calloc(p->n ? p->n : 1, sizeof(*fds));
	auto_pids again = { 0 };
	int r = 0, first = 0;

	if (!fds)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++)
		fds[i] = os_pidfd_open(p->v[i]);
	r = cg_pids_read(c, d, &again);
	for (size_t i = 0; i < p->n; i++) {
		int s = -ESRCH;

		if (r >= 0 && has_pid(&again, p->v[i])) {
			s = fds[i] >= 0 ? os_pidfd_send_signal(fds[i], sig) : fds[i];
			/* Without pidfds (before 5.3) the pid is all there is. */
			if (s == -ENOSYS)
				s = kill(p->v[i], sig) < 0 ? -errno : 0;
		}
		if (s < 0 && s != -ESRCH && !first)
			first = s;
		fd_close(fds[i]);
	}
	return r < 0 ? r : first;
}

/* Descriptors are bounded: a slice of the processes at a time. */
#define SLICE 256

static int signal_slices(struct cgroup *c, struct cg_dir *d, const struct cg_pids *p, int sig)
{
	int first = 0;

	for (size_t i = 0; i < p->n; i += SLICE) {
		size_t n = p->n - i < SLICE ? p->n - i : SLICE;
		struct cg_pids part = { .v = p->v + i, .n = n };
		int r = signal_checked(c, d, &part, sig);

		if (r < 0 && !first)
			first = r;
	}
	return first;
}

/* With SIGKILL again and again until there is nobody whom the signal did not reach: where the
 * freezer is missing, processes may fork while we read. */
static int signal_rounds(struct cgroup *c, struct cg_dir *d, int sig)
{
	auto_pids seen = { 0 };
	int r = 0;

	for (int round = 0; round < 100; round++) {
		auto_pids now = { 0 };
		bool fresh = false;

		r = cg_pids_read(c, d, &now);
		if (r < 0)
			return cg_is_gone(r) ? 0 : r;
		for (size_t i = 0; i < now.n && !fresh; i++)
			fresh = !has_pid(&seen, now.v[i]);
		if (!fresh)
			return 0;
		r = signal_slices(c, d, &now, sig);
		if (r < 0 || sig != SIGKILL)
			return cg_is_gone(r) ? 0 : r;
		cg_pids_fini(&seen);
		seen = now;
		now = (struct cg_pids){ 0 };
	}
	return r;
}

static bool freeze_for(struct cgroup *c, const struct cg_dir *d, int sig)
{
	struct err ignored;
	int r;

	err_init(&ignored);
	c->freeze_ms = CG_FREEZE_KILL_MS;
	r = c->ops->freeze(c, true, &ignored);
	c->freeze_ms = CG_FREEZE_MS;
	if (r < 0)
		log_debug("cgroup %s cannot be frozen for signal %d", d->path, sig);
	return r >= 0;
}

int cg_signal_all(struct cgroup *c, int sig, bool freeze, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	bool was_frozen, thaw = sig == SIGKILL;
	struct err ignored;
	int r;

	if (!d)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"cannot signal all processes: the container has no cgroup");
	/* One that is paused stays so, but for SIGKILL: v1 delivers it only when thawed. */
	err_init(&ignored);
	was_frozen = c->ops->is_frozen(c, &ignored) > 0;
	if (freeze && !was_frozen)
		thaw |= freeze_for(c, d, sig);
	r = signal_rounds(c, d, sig);
	err_init(&ignored);
	if (thaw)
		(void)c->ops->freeze(c, false, &ignored);
	if (r < 0)
		return err_sys(e, -r, "signal %d to the processes of %s", sig, d->path);
	return 0;
}
