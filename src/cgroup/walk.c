/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "base/str.h"
#include "cgroup/impl.h"

/* The directories in one, each name with its NUL, "" at the end; those up to at are done. */
struct level {
	char *names;
	size_t at;
};

struct walk {
	const struct cg_visit *visit;
	struct level *levels;
	size_t n, size;
	int dir; /* of the last level */
};

bool cg_is_gone(int r)
{
	return r == -ENOENT || r == -ENODEV;
}

static int add_names(int dir, struct str *names)
{
	auto_dir d = NULL;
	struct dirent *de;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	d = fdopendir(fd);
	if (!d) {
		r = -errno;
		fd_close(fd);
		return r;
	}
	while ((errno = 0, de = readdir(d)))
		if (de->d_type == DT_DIR && !str_eq(de->d_name, ".") && !str_eq(de->d_name, ".."))
			str_add_n(names, de->d_name, strlen(de->d_name) + 1);
	/* Whoever is in what it did not tell of would be passed over. */
	if (errno)
		return -errno;
	str_add_n(names, "", 1);
	return str_failed(names) ? -ENOMEM : 0;
}

/* One more level, of w->dir. */
static int enter(struct walk *w)
{
	auto_str names = {};
	int r = w->visit->enter ? w->visit->enter(w->dir, w->visit->data) : 0;

	/* What is gone has nothing in it, and whoever saw it there comes to its end. */
	if (r == 0)
		r = add_names(w->dir, &names);
	if (r < 0 && (!cg_is_gone(r) || w->n == 0))
		return r;
	if (w->n == w->size) {
		size_t size = w->size ? w->size * 2 : 16;
		struct level *levels = reallocarray(w->levels, size, sizeof(*levels));

		if (!levels)
			return -ENOMEM;
		w->levels = levels;
		w->size = size;
	}
	w->levels[w->n++] = (struct level){ .names = r == 0 ? str_take(&names) : NULL };
	return 0;
}

static int move_to(struct walk *w, const char *name)
{
	int fd = openat(w->dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	fd_close(w->dir);
	w->dir = fd;
	return 0;
}

/* The next directory of the last level, or up: no descriptor is held for a level, of which a container may make as
 * many as it likes. A cgroup never moves to another parent, so ".." is where we came from. */
static int step(struct walk *w)
{
	struct level *l = &w->levels[w->n - 1];
	const char *name = l->names ? l->names + l->at : "";
	int r;

	if (*name) {
		r = w->visit->skip && w->visit->skip(w->dir, name) ? -ENOENT : move_to(w, name);
		if (r == 0)
			return enter(w);
		l->at += strlen(name) + 1;
		return cg_is_gone(r) ? 0 : r;
	}
	free(l->names);
	if (--w->n == 0)
		return 0;
	r = move_to(w, "..");
	if (r < 0)
		return r;
	l = &w->levels[w->n - 1];
	if (w->visit->leave)
		w->visit->leave(w->dir, l->names + l->at, w->visit->data);
	l->at += strlen(l->names + l->at) + 1;
	return 0;
}

int cg_walk(int dir, const struct cg_visit *visit)
{
	struct walk w = { .visit = visit, .dir = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	int r = w.dir < 0 ? -errno : enter(&w);

	while (r == 0 && w.n > 0)
		r = step(&w);
	while (w.n > 0)
		free(w.levels[--w.n].names);
	free(w.levels);
	fd_close(w.dir);
	return r;
}
