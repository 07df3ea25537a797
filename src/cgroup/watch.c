/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for the OOM killer, and for the end of the container. v1 has an eventfd that the kernel
 * signals for both; v2's event files can be watched by inotify. Where no memory is counted, the end
 * is all that can be told.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "base/log.h"
#include "cgroup/impl.h"

struct cgroup_watch {
	struct cgroup *c; /* borrowed */
	int fd;           /* eventfd or inotify; FD_NONE when there is nothing to wait for */
	int oom_control;  /* v1: must stay open */
	int64_t oom_kills;
};

static void no_oom(const char *why)
{
	log_warn("OOM notifications are not available: %s", why);
}

int cg_v1_watch(struct cgroup *c, struct cgroup_watch *w, struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, CG_MEMORY);
	int dir = d ? cg_dir_fd(c, d) : FD_NONE;
	char text[32];

	if (dir < 0) {
		no_oom("memory controller missing");
		return 0;
	}
	w->oom_control = openat(dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	if (w->oom_control < 0)
		return err_sys(e, errno, "open %s/memory.oom_control", d->path);
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0)
		return err_sys(e, errno, "make an eventfd");
	snprintf(text, sizeof(text), "%d %d", w->fd, w->oom_control);
	return cg_write(dir, d->path, "cgroup.event_control", text, e);
}

static int add(struct cgroup_watch *w, const struct cg_dir *d, const char *file)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "%s/%s", d->path, file) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return inotify_add_watch(w->fd, path, IN_MODIFY) < 0 ? -errno : 0;
}

int cg_v2_watch(struct cgroup *c, struct cgroup_watch *w, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	int r;

	if (!d)
		return 0;
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd < 0)
		return err_sys(e, errno, "unable to init inotify");
	/* Nothing tells that a cgroup was removed: its last process is what can be seen to go. */
	r = add(w, d, "cgroup.events");
	if (r < 0)
		return err_sys(e, -r, "unable to add inotify watch: %s/cgroup.events", d->path);
	r = add(w, d, "memory.events");
	if (r == -ENOENT)
		no_oom("memory controller missing");
	else if (r < 0)
		return err_sys(e, -r, "unable to add inotify watch: %s/memory.events", d->path);
	return 0;
}

int cgroup_watch_new(struct cgroup *c, struct cgroup_watch **ret, struct err *e)
{
	struct cgroup_watch *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return err_sys(e, ENOMEM, "watch a cgroup");
	*w = (struct cgroup_watch){ .c = c, .fd = FD_NONE, .oom_control = FD_NONE };
	w->oom_kills = cgroup_oom_kills(c);
	if (w->oom_kills < 0)
		w->oom_kills = 0;
	r = c->ops->watch(c, w, e);
	if (r < 0) {
		cgroup_watch_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

void cgroup_watch_free(struct cgroup_watch *w)
{
	if (!w)
		return;
	fd_close(w->fd);
	fd_close(w->oom_control);
	free(w);
}

int cgroup_watch_fd(const struct cgroup_watch *w)
{
	return w->fd;
}

/* What was signalled is looked up below; here it only has to go. */
static bool drain(int fd)
{
	char buf[4096] __attribute__((aligned(8)));
	bool any = false;

	while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
		any = true;
	return any;
}

enum cgroup_event cgroup_watch_read(struct cgroup_watch *w)
{
	bool signalled = drain(w->fd), by_eventfd = w->oom_control >= 0;
	/* v1's hierarchies go one after the other, and the eventfd is signalled by the end of its
	 * own. */
	struct cg_dir *d = by_eventfd ? cg_dir_of(w->c, CG_MEMORY) : cg_dir_main(w->c);
	int64_t kills;

	if (!d || access(d->path, F_OK) < 0)
		return CGROUP_GONE;
	kills = cgroup_oom_kills(w->c);
	if (by_eventfd ? signalled : kills > w->oom_kills) {
		w->oom_kills = kills;
		return CGROUP_OOM;
	}
	if (!by_eventfd && w->fd >= 0 &&
	    cg_read_key(cg_dir_fd(w->c, d), "cgroup.events", "populated") == 0)
		return CGROUP_GONE;
	return CGROUP_NOTHING;
}

int64_t cgroup_watch_oom_kills(const struct cgroup_watch *w)
{
	return w->oom_kills;
}
