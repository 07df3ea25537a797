/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "container/opened.h"
#include "os/pidfd.h"

static void fill_info(struct opened *c, struct container_info *i)
{
	*i = (struct container_info){
		.status = c->status,
		.pid = c->status == STATUS_STOPPED ? 0 : c->state.init_pid,
		.state = c->state,
	};
	state_init(&c->state); /* it is the caller's now */
}

/* No reason to fail: state tells the rest all the same. */
static bool was_oom_killed(struct opened *c)
{
	struct err ignored;

	err_init(&ignored);
	return c->status == STATUS_STOPPED && opened_cgroup(c, &ignored) == 0 &&
	       cgroup_was_oom_killed(c->cgroup);
}

int container_info(struct runtime *rt, const char *id, struct container_info *i, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_UNLOCKED, e);
	bool oom_killed;

	if (r < 0)
		return r;
	oom_killed = was_oom_killed(&c);
	fill_info(&c, i);
	i->oom_killed = oom_killed;
	opened_fini(&c);
	return 0;
}

struct listing {
	struct runtime *rt;
	enum strake_detail detail;
	int cgroups; /* for cgroup_glance() */
	struct store_brief brief;
	int (*fn)(void *data, const struct container_info *i);
	void (*unreadable)(void *data, const char *id, const struct err *why);
	void *data;
};

/* Ended means a zombie too: an engine may be late to reap. */
static bool has_ended(pid_t pid)
{
	auto_fd fd = FD_NONE;

	if (os_has_memory(pid))
		return false;
	fd = os_pidfd_open(pid);
	return fd < 0 || os_pidfd_wait(fd, 0) != -ETIMEDOUT;
}

/*
 * Alive, the cheap way: somebody has the number of init, and somebody is in the cgroup that is the
 * container's alone, where all end with init. That is wrong only where a stranger was put into the
 * cgroup and the number of init given away; state looks closer.
 */
static bool is_seen_alive(const struct listing *l)
{
	return !has_ended((pid_t)l->brief.pid) && cgroup_glance(l->cgroups, l->brief.cgroup);
}

/* True: i is filled without a look at the state. Who is stopped or paused is looked at closely. */
static bool glance(struct listing *l, int rootfd, const char *id, struct container_info *i)
{
	const struct store_brief *b = &l->brief;

	if (l->detail == STRAKE_DETAIL_FULL || rootfd < 0 || !store_read_brief(rootfd, id, &l->brief))
		return false;
	*i = (struct container_info){ .pid = b->pid };
	i->state.id = (char *)(uintptr_t)id;
	i->state.bundle = (char *)(uintptr_t)b->bundle;
	i->state.created = (char *)(uintptr_t)b->created;
	i->state.owner_uid = b->owner_uid;
	if (l->detail == STRAKE_DETAIL_ID)
		return true;
	i->status = store_entry_has_fifo(rootfd, id) ? STATUS_CREATED : STATUS_RUNNING;
	return is_seen_alive(l);
}

static int list_one(void *data, int rootfd, const char *id)
{
	struct listing *l = data;
	struct container_info i;
	struct opened c;
	struct err e;
	int r;

	if (glance(l, rootfd, id, &i))
		return l->fn(l->data, &i);
	r = opened_init(&c, l->rt, id, OPEN_UNLOCKED, &e);
	if (r < 0) {
		if (l->unreadable)
			l->unreadable(l->data, id, &e);
		return 0;
	}
	fill_info(&c, &i);
	opened_fini(&c);
	r = l->fn(l->data, &i);
	state_fini(&i.state);
	return r;
}

int container_list(struct runtime *rt, enum strake_detail detail,
		   int (*fn)(void *data, const struct container_info *i),
		   void (*unreadable)(void *data, const char *id, const struct err *why), void *data,
		   struct err *e)
{
	struct listing l = {
		.rt = rt, .detail = detail, .fn = fn, .unreadable = unreadable, .data = data,
		.cgroups = detail == STRAKE_DETAIL_ROW ? cgroup_glance_open() : FD_NONE,
	};
	struct stat st;
	int r;

	/* A default root that nobody has made yet is empty; one that was asked for must be there. */
	if (!rt->root_is_default && stat(rt->root, &st) < 0)
		r = err_sys(e, errno, "open %s", rt->root);
	else
		r = store_list(rt->root, list_one, &l, e);
	fd_close(l.cgroups);
	return r;
}

int container_pids(struct runtime *rt, const char *id, pid_t **ret, size_t *ret_n, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_UNLOCKED, e);

	if (r < 0)
		return r;
	r = opened_cgroup(&c, e);
	if (r == 0 && cgroup_exists(c.cgroup)) {
		r = cgroup_pids(c.cgroup, ret, ret_n, e);
	} else if (r == 0 && c.init_alive) {
		r = err_make(e, ERR_STATE, ENOENT,
			     "unable to get all container pids: the container has no cgroup");
	} else if (r == 0) {
		*ret = NULL;
		*ret_n = 0;
	}
	opened_fini(&c);
	return r;
}
