/* SPDX-License-Identifier: Apache-2.0 */
/* What CRIU says while it restores, and how to see that it will never say more. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "checkpoint/restore.h"
#include "container/destroy.h"
#include "os/pidfd.h"

/* CRIU gives what it restores a time namespace, so that its clocks go on: exec has to follow. */
static void note_time_namespace(struct creation *c)
{
	static char key[] = "NEWTIME";
	struct kv_list *ns = &c->state.namespaces;
	auto_fd own = procfs_open_ns(&c->rt->proc, 0, "time");
	auto_fd its = procfs_open_ns(&c->rt->proc, c->init.pid, "time");
	struct stat a, b;

	if (own < 0 || its < 0 || fstat(own, &a) < 0 || fstat(its, &b) < 0 || a.st_ino == b.st_ino)
		return;
	for (size_t i = 0; i < ns->n; i++)
		if (str_eq(ns->v[i].key, key))
			return;
	ns->v[ns->n++] = (struct key_value){ key, NULL };
}

static int on_process(struct restore *x, const struct criu_response *r, struct err *e)
{
	struct creation *c = x->c;

	c->init.pid = (pid_t)r->notify_pid;
	fd_close(TAKE_FD(c->init.pidfd));
	c->init.pidfd = os_pidfd_open(c->init.pid);
	if (c->init.pidfd < 0)
		c->init.pidfd = FD_NONE;
	return creation_on_pid(c, c->init.pid, c->init.pidfd, e);
}

static int on_setup_namespaces(struct restore *x, const struct criu_response *r, int *fd, struct err *e)
{
	int ret = on_process(x, r, e);

	(void)fd;
	return ret < 0 ? ret : run_create_hooks(&x->c->bundle.spec, &x->c->state, e);
}

static int on_post_restore(struct restore *x, const struct criu_response *r, int *fd, struct err *e)
{
	int ret = on_process(x, r, e);

	(void)fd;
	if (ret < 0)
		return ret;
	note_time_namespace(x->c);
	return store_write_state(&x->c->dir, &x->c->state, e);
}

static int on_orphan_pts_master(struct restore *x, const struct criu_response *r, int *fd, struct err *e)
{
	(void)r;
	if (*fd < 0)
		return err_make(e, ERR_PROTOCOL, EBADMSG, "CRIU sent no terminal");
	return launch_on_tty(&x->c->launch, TAKE_FD(*fd), e);
}

static const struct {
	const char *script;
	int (*fn)(struct restore *x, const struct criu_response *r, int *fd, struct err *e);
} notifications[] = {
	{ "setup-namespaces", on_setup_namespaces },
	{ "post-restore", on_post_restore },
	{ "orphan-pts-master", on_orphan_pts_master },
};

int restore_on_notify(void *data, const struct criu_response *r, int *fd, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(notifications); i++)
		if (str_eq(notifications[i].script, r->script))
			return notifications[i].fn(data, r, fd, e);
	return 0;
}

/* Does init wait for a dead child that CRIU has to take note of, and does not? */
static bool has_dead_child_of_criu(const struct restore *x)
{
	struct procfs *proc = &x->c->rt->proc;
	char path[48], text[4096], *at = text, *word;
	int pid = (int)x->c->init.pid;

	snprintf(path, sizeof(path), "%d/task/%d/children", pid, pid);
	if (procfs_read_record(proc, path, text, sizeof(text)) < 0)
		return false;
	while ((word = strsep(&at, " ")))
		if (*word && criu_traced_state(&x->criu, proc, atoi(word)) == 'Z')
			return true;
	return false;
}

/*
 * When its last steps fail, CRIU kills the init of the pid namespace and waits for it, which waits for
 * processes that CRIU traces, and so for ever. Such an init has no memory, and yet is no zombie; so has
 * one whose processes are only slow to die, but of those none is a zombie of CRIU's.
 */
bool restore_is_stuck(void *data)
{
	struct restore *x = data;
	struct procfs *proc = &x->c->rt->proc;
	pid_t pid = x->c->init.pid;
	char path[32], text[128], letter;

	snprintf(path, sizeof(path), "%d/statm", (int)pid);
	if (pid <= 0 || procfs_read_record(proc, path, text, sizeof(text)) < 0 ||
	    procfs_pid_stat(proc, pid, &letter, NULL, NULL) < 0)
		return false;
	return strncmp(text, "0 ", 2) == 0 && letter != 'Z' && letter != 'X' && has_dead_child_of_criu(x);
}
