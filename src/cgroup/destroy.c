/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "cgroup/impl.h"

#define DEADLINE_MS  10000
#define STEP_US      50
#define STEP_MAX_US  100000

static bool is_removed(int parent, const char *name)
{
	return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

static void remove_emptied(int parent, const char *name, void *first)
{
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT && !*(int *)first)
		*(int *)first = -errno;
}

/* Everything below dir; the first error of a removal that failed, as EBUSY. */
static int remove_below(int dir)
{
	int first = 0, r = cg_walk(dir, &(struct cg_visit){ .skip = is_removed, .leave = remove_emptied, .data = &first });

	return r < 0 ? r : first;
}

/* What was there before is not ours to empty: it goes when nobody else is in it. */
#define FOREIGN_MS   200

/* 0: gone. */
static int remove_dir(struct cgroup *c, struct cg_dir *d)
{
	int fd, r;

	if (rmdir(d->path) == 0 || errno == ENOENT)
		return 0;
	r = -errno;
	if (!d->ours)
		return r == -EBUSY || r == -ENOTEMPTY ? r : 0;
	fd = cg_dir_fd(c, d);
	/* A read-only mount says EROFS even when there is nothing. */
	if (fd == -ENOENT)
		return 0;
	if (fd < 0 || (r != -EBUSY && r != -ENOTEMPTY))
		return r;
	r = remove_below(fd);
	if (r < 0)
		return r;
	return rmdir(d->path) < 0 && errno != ENOENT ? -errno : 0;
}

bool cgroup_remove_empty(struct cgroup *c)
{
	struct cg_dir *first = cg_dir_main(c);

	if (c->unstarted || c->manager_ops || !first)
		return false;
	for (size_t i = 0; i < c->n_dirs; i++)
		if (!c->dirs[i].ours || c->dirs[i].lost)
			return false;
	/* Whoever has to be killed is found in this one: it goes first, or nothing does. */
	if (rmdir(first->path) < 0)
		return false;
	for (size_t i = 0; i < c->n_dirs; i++)
		if (&c->dirs[i] != first && rmdir(c->dirs[i].path) < 0)
			return false;
	return true;
}

static int say_why(struct cgroup *c, const struct cg_dir *d, int r, struct err *e)
{
	struct cg_dir *tells = cg_dir_main(c);
	auto_pids p = { 0 };

	if (tells && cg_pids_read(c, tells, &p) >= 0 && p.n)
		return err_make(e, ERR_STATE, EBUSY,
				"unable to remove cgroup %s: container's cgroup is not empty: %zu process(es) found",
				d->path, p.n);
	return err_sys(e, -r, "remove cgroup %s", d->path);
}

/* What systemd has not removed of the unit, that has nothing left in it. */
static void remove_above(struct cgroup *c)
{
	for (size_t i = 0; i < c->n_dirs; i++)
		for (unsigned n = 1; n <= c->sub_depth && !c->dirs[i].lost; n++) {
			char *path = cg_path_above(&c->arena, c->dirs[i].path, n);

			if (!path || (rmdir(path) < 0 && errno != ENOENT))
				break;
		}
}

/* Processes that were killed leave a moment later, so EBUSY is tried again, soon at first. */
int cgroup_destroy(struct cgroup *c, struct err *e)
{
	int64_t start = now_ms();
	unsigned step = STEP_US;
	int r;

	if (c->unstarted)
		return 0;
	r = c->manager_ops ? c->manager_ops->destroy(c, e) : 0;
	if (r < 0)
		return r;
	for (;;) {
		struct cg_dir *left = NULL;
		int why = 0;

		for (size_t i = 0; i < c->n_dirs; i++) {
			struct cg_dir *d = &c->dirs[i];

			r = d->lost ? 0 : remove_dir(c, d);
			if (!d->ours && now_ms() - start >= FOREIGN_MS)
				r = 0;
			if (r < 0 && (!left || r != -EBUSY)) {
				left = d;
				why = r;
			}
		}
		if (!left) {
			remove_above(c);
			return 0;
		}
		if ((why != -EBUSY && why != -ENOTEMPTY) || now_ms() - start >= DEADLINE_MS)
			return say_why(c, left, why, e);
		cg_sleep_us(step);
		step = step * 2 < STEP_MAX_US ? step * 2 : STEP_MAX_US;
	}
}
