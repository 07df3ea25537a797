/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearly all containers of a long list are alive and as they were when they were made. That is seen at
 * a glance (store_read_brief()), by as many threads as there are CPUs: what a glance costs is the
 * kernel's. Whoever looks different is opened, one after the other.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "container/info.h"
#include "os/fd.h"
#include "os/mark.h"
#include "os/pidfd.h"
#include "os/setns.h"

#define LOOKERS_MAX 4
#define LOOKS_AT_ONCE 8   /* taken from the list by a thread */
#define LOOKS_A_LOOKER 50 /* fewer are done before another thread has begun */

struct glimpse {
	bool seen; /* the rest is true, without a look at the state */
	enum container_status status;
	int64_t pid;
	uint32_t owner_uid;
	const char *bundle, *created;
};

struct look {
	struct store_names names;
	enum strake_detail detail;
	int cgroups; /* for cgroup_glance() */
	struct glimpse *glimpses; /* one a name */
	atomic_size_t next;
};

struct looker {
	struct look *look;
	struct arena text; /* one for each: an arena has no lock */
	pthread_t thread;
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
 * Init has its mark until it executes the program, whoever started it: runc removes the fifo, and knows of
 * no brief. One who may not see marks sees the fifo.
 */
static bool is_waiting(const struct look *l, const char *id, const struct store_brief *b)
{
	return os_mark_of((pid_t)b->pid) == b->mark ||
	       (store_entry_has_fifo(l->names.rootfd, id) && !has_ended((pid_t)b->pid));
}

/*
 * Alive, the cheap way: somebody has the number of init, and somebody is in the cgroup that is the
 * container's alone, where all end with init. That is wrong only where a stranger was put into the
 * cgroup and the number of init given away; state looks closer.
 */
static bool is_seen_alive(const struct look *l, const char *id, const struct store_brief *b)
{
	bool seen = b->mark ? is_waiting(l, id, b) : !has_ended((pid_t)b->pid);

	return seen && cgroup_glance(l->cgroups, b->cgroup);
}

/* Who is stopped or paused, or not like the others in any way, is not seen. */
static void glance(struct looker *me, const char *id, struct glimpse *ret)
{
	const struct look *l = me->look;
	struct store_brief b;

	if (!store_read_brief(l->names.rootfd, id, &b))
		return;
	ret->pid = b.pid;
	if (l->detail == STRAKE_DETAIL_ID) {
		ret->seen = true;
		return;
	}
	ret->owner_uid = b.owner_uid;
	ret->bundle = arena_strdup(&me->text, b.bundle);
	ret->created = arena_strdup(&me->text, b.created);
	ret->status = b.mark ? STATUS_CREATED : STATUS_RUNNING;
	ret->seen = ret->bundle && ret->created && is_seen_alive(l, id, &b);
}

static void *look_around(void *data)
{
	struct looker *me = data;
	struct look *l = me->look;
	size_t first;

	while ((first = atomic_fetch_add(&l->next, LOOKS_AT_ONCE)) < l->names.n)
		for (size_t i = first; i < l->names.n && i < first + LOOKS_AT_ONCE; i++)
			glance(me, l->names.v[i]->d_name, &l->glimpses[i]);
	return NULL;
}

static void *look_along(void *data)
{
	/* With a table of descriptors for itself: two who share one wait for each other at each open. Nothing
	 * of it is held for longer than the work: who joins a thread does not wait for its end. */
	bool own = os_unshare(CLONE_FILES) == 0;

	look_around(data);
	if (own)
		os_close_from(0);
	return NULL;
}

static size_t count_lookers(size_t n)
{
	size_t wanted = 1 + n / LOOKS_A_LOOKER;
	cpu_set_t set;

	if (wanted > LOOKERS_MAX)
		wanted = LOOKERS_MAX;
	if (wanted == 1 || sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1; /* (or more CPUs than a cpu_set_t has: nobody to be faster for) */
	return wanted < (size_t)CPU_COUNT(&set) ? wanted : (size_t)CPU_COUNT(&set);
}

/* A thread that cannot be had is none: the others do its part. */
static void look_at_all(struct look *l, struct looker *lookers)
{
	size_t n = count_lookers(l->names.n), started = 1;
	sigset_t all, before;

	/* The signals of whoever called us are for its own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < n && pthread_create(&lookers[started].thread, NULL, look_along, &lookers[started]) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	look_around(&lookers[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(lookers[i].thread, NULL);
}

struct teller {
	struct runtime *rt;
	int (*fn)(void *data, const struct container_info *i);
	void (*unreadable)(void *data, const char *id, const struct err *why);
	void *data;
};

static int tell_seen(const struct teller *t, const char *id, const struct glimpse *g)
{
	struct container_info i = { .pid = g->pid, .status = g->status };

	i.state.id = (char *)(uintptr_t)id;
	i.state.bundle = (char *)(uintptr_t)g->bundle;
	i.state.created = (char *)(uintptr_t)g->created;
	i.state.owner_uid = g->owner_uid;
	return t->fn(t->data, &i);
}

static int tell_opened(const struct teller *t, const char *id)
{
	struct container_info i;
	struct opened c;
	struct err e;
	int r = opened_init(&c, t->rt, id, OPEN_UNLOCKED, &e);

	if (r < 0) {
		if (t->unreadable)
			t->unreadable(t->data, id, &e);
		return 0;
	}
	info_take(&c, &i);
	opened_fini(&c);
	r = t->fn(t->data, &i);
	state_fini(&i.state);
	return r;
}

static int tell_all(const struct teller *t, const struct look *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->names.n; i++)
		r = l->glimpses[i].seen ? tell_seen(t, l->names.v[i]->d_name, &l->glimpses[i]) :
					  tell_opened(t, l->names.v[i]->d_name);
	return r;
}

static int list(const struct teller *t, struct look *l, struct err *e)
{
	struct looker lookers[LOOKERS_MAX];
	int r;

	l->glimpses = calloc(l->names.n, sizeof(*l->glimpses));
	if (!l->glimpses)
		return err_sys(e, ENOMEM, "list %zu containers", l->names.n);
	for (size_t i = 0; i < LOOKERS_MAX; i++) {
		lookers[i].look = l;
		arena_init(&lookers[i].text);
	}
	/* (A name below a directory that others may write to can be anybody's.) */
	if (l->detail != STRAKE_DETAIL_FULL && l->names.rootfd >= 0)
		look_at_all(l, lookers);
	r = tell_all(t, l);
	for (size_t i = 0; i < LOOKERS_MAX; i++)
		arena_fini(&lookers[i].text);
	free(l->glimpses);
	return r < 0 && !err_is_set(e) ? err_sys(e, -r, "list %s", t->rt->root) : r;
}

int container_list(struct runtime *rt, enum strake_detail detail,
		   int (*fn)(void *data, const struct container_info *i),
		   void (*unreadable)(void *data, const char *id, const struct err *why), void *data,
		   struct err *e)
{
	const struct teller t = { .rt = rt, .fn = fn, .unreadable = unreadable, .data = data };
	struct look l = { .detail = detail, .cgroups = FD_NONE };
	struct stat st;
	int r;

	/* A default root that nobody has made yet is empty; one that was asked for must be there. */
	if (!rt->root_is_default && stat(rt->root, &st) < 0)
		return err_sys(e, errno, "open %s", rt->root);
	r = store_names_read(rt->root, rt->euid, &l.names, e);
	if (r < 0)
		return r;
	if (detail == STRAKE_DETAIL_ROW)
		l.cgroups = cgroup_glance_open();
	if (l.names.n)
		r = list(&t, &l, e);
	fd_close(l.cgroups);
	store_names_fini(&l.names);
	return r;
}
