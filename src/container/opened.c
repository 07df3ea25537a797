/* SPDX-License-Identifier: Apache-2.0 */
#include "container/opened.h"

#include <errno.h>
#include <signal.h>

#include "base/cleanup.h"
#include "base/timeline.h"
#include "os/mark.h"
#include "os/pidfd.h"

/* How often who waits for the lock looks whether it is a start that has it. */
#define LOOK_MS 1000

/* Is the process with this start time still there, and not a zombie? Who cannot look does not know: a container that
 * runs would pass for one that has ended, and its signals for sent. But what a /proc with hidepid=1 refuses to show is
 * somebody else's process, which has the number by now. */
static int look_alive(struct procfs *proc, int64_t pid, uint64_t start, bool *ret, struct err *e)
{
	uint64_t now;
	char letter;
	int r = pid > 0 ? procfs_pid_stat(proc, (pid_t)pid, &letter, &now, NULL) : -ESRCH;

	if (r < 0 && r != -ESRCH && r != -EPERM)
		return err_sys(e, -r, "read /proc/%d/stat", (int)pid);
	*ret = r == 0 && now == start && letter != 'Z' && letter != 'X';
	return 0;
}

int opened_cgroup(struct opened *c, struct err *e)
{
	if (c->cgroup)
		return 0;
	return cgroup_load(c->state.cgroup_manager, &c->state.cgroup_paths, c->state.cgroup_owned,
			   &c->rt->proc, &c->cgroup, e);
}

int opened_refresh(struct opened *c, struct err *e)
{
	const struct state *s = &c->state;
	bool creator = false;
	int r;

	if (c->by_pidfd && c->pidfd < 0 && s->init_pid > 0)
		c->pidfd = os_pidfd_open((pid_t)s->init_pid);
	r = look_alive(&c->rt->proc, s->init_pid, s->init_start, &c->init_alive, e);
	if (r == 0 && s->creating)
		r = look_alive(&c->rt->proc, s->creator_pid, s->creator_start, &creator, e);
	if (r < 0)
		return r;
	c->abandoned = s->creating && !creator;
	c->status = STATUS_STOPPED;
	if (s->creating && !c->abandoned) {
		c->status = STATUS_CREATING;
		return 0;
	}
	if (!c->init_alive)
		return 0;
	r = opened_cgroup(c, e);
	if (r < 0)
		return r;
	r = cgroup_is_frozen(c->cgroup, e);
	if (r < 0)
		return r;
	if (r > 0)
		c->status = STATUS_PAUSED;
	else
		c->status = store_has_fifo(&c->dir) ? STATUS_CREATED : STATUS_RUNNING;
	return 0;
}

/* Created, or released by start but not yet the payload. While it is being created its init is its creator's. */
static bool is_starting(const struct opened *c)
{
	return c->status == STATUS_CREATED ||
	       (c->status == STATUS_RUNNING && os_is_marked((pid_t)c->state.init_pid));
}

/* What is read without the lock is forgotten again. */
static void end_start(struct opened *c)
{
	struct err ignored;

	if (store_read_state(&c->dir, &c->state, &ignored) == 0 && opened_refresh(c, &ignored) == 0 && is_starting(c))
		opened_signal(c, SIGKILL, &ignored);
	cgroup_free(TAKE_PTR(c->cgroup));
	fd_close(TAKE_FD(c->pidfd));
	state_fini(&c->state);
	state_init(&c->state);
}

/* start has the lock for as long as startContainer hooks take, and lets go of it when init is dead. */
static int lock_to_end(struct opened *c, struct err *e)
{
	int r = store_lock(&c->dir, 0, e);

	for (int waited = 0; r == -ETIMEDOUT && waited < LOCK_TIMEOUT_MS; waited += LOOK_MS) {
		end_start(c);
		r = store_lock(&c->dir, LOOK_MS, e);
	}
	if (r == -ETIMEDOUT)
		return err_make(e, ERR_STATE, ETIMEDOUT, "container is busy: %s is locked, and was each time that it was tried in %d ms",
				c->dir.path, LOCK_TIMEOUT_MS);
	return r;
}

int opened_init(struct opened *c, struct runtime *rt, const char *id, enum open_lock lock, struct err *e)
{
	int r = store_check_id(id, e);
	TIMELINE("opening the container");

	*c = (struct opened){
		.rt = rt, .dir = STORE_DIR_NONE, .pidfd = FD_NONE,
		.by_pidfd = lock == OPEN_LOCKED || lock == OPEN_TO_ENTER || lock == OPEN_TO_END,
	};
	state_init(&c->state);
	if (r == 0)
		r = store_open(rt->root, rt->euid, id, &c->dir, e);
	if (r == 0 && lock == OPEN_LOCKED)
		r = store_lock(&c->dir, LOCK_TIMEOUT_MS, e);
	if (r == 0 && lock == OPEN_TO_END)
		r = lock_to_end(c, e);
	if (r == 0)
		r = store_read_state(&c->dir, &c->state, e);
	if (r == 0 && lock != OPEN_STATE_ALONE)
		r = opened_refresh(c, e);
	if (r < 0)
		opened_fini(c);
	return r;
}

void opened_fini(struct opened *c)
{
	cgroup_free(c->cgroup);
	c->cgroup = NULL;
	fd_close(TAKE_FD(c->pidfd));
	state_fini(&c->state);
	store_dir_close(&c->dir);
}

int opened_check_alive(struct opened *c, struct err *e)
{
	bool alive;
	int r = look_alive(&c->rt->proc, c->state.init_pid, c->state.init_start, &alive, e);

	return r < 0 || alive ? r : err_make(e, ERR_STATE, ESRCH, "container not running");
}

int opened_pidfd(struct opened *c, int *ret_pidfd, struct err *e)
{
	int r = 0;

	/* The pidfd came first, so if the start time still was right it is the right process. */
	if (c->pidfd < 0 || !c->init_alive) {
		fd_close(c->pidfd);
		c->pidfd = os_pidfd_open((pid_t)c->state.init_pid);
		r = opened_check_alive(c, e);
	}
	if (r < 0)
		return r;
	*ret_pidfd = c->pidfd >= 0 ? c->pidfd : FD_NONE;
	return 0;
}

int opened_signal(struct opened *c, int sig, struct err *e)
{
	int fd, r = opened_pidfd(c, &fd, e);

	if (r < 0)
		return r;
	if (fd >= 0)
		r = os_pidfd_send_signal(fd, sig);
	else
		r = kill((pid_t)c->state.init_pid, sig) < 0 ? -errno : 0;
	if (r == -ESRCH)
		return err_make(e, ERR_STATE, ESRCH, "unable to signal init: os: process already finished");
	return r < 0 ? err_sys(e, -r, "unable to signal init") : 0;
}
