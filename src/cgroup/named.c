/* SPDX-License-Identifier: Apache-2.0 */
/* For a container on v2 whose systemd is too old for it. */
#include <fcntl.h>

#include "base/path.h"
#include "cgroup/impl.h"

#define HIERARCHY "name=systemd"

struct cg_dir *cg_named(const struct cgroup *c)
{
	return c->ops == &cg_v2_ops ? cg_dir_of(c, CG_SYSTEMD) : NULL;
}

int cg_named_add(struct cgroup *c, struct cg_host *h, bool must, struct err *e)
{
	struct cg_hierarchy hi = { .controllers = CG_SYSTEMD, .data = HIERARCHY };
	struct cg_dir *d = &c->dirs[c->n_dirs];
	int r = cg_find_place(h, &c->arena, &hi, e);

	if (r < 0)
		return r;
	if (r == 0)
		return must ? err_make(e, ERR_UNSUPPORTED, ENOENT,
				       "the cgroup v1 hierarchy " HIERARCHY " is not mounted on this host")
			    : 0;
	*d = (struct cg_dir){
		.controllers = CG_SYSTEMD, .mount = hi.mount, .data = HIERARCHY, .fd = FD_NONE,
		.path = path_join(&c->arena, hi.mount, c->dirs[0].path + strlen(h->root)),
	};
	if (!d->path)
		return err_sys(e, ENOMEM, "cgroup paths");
	c->n_dirs++;
	c->views[c->n_views++] = (struct cgroup_view){
		.name = "systemd", .options = HIERARCHY, .host_path = d->path,
	};
	return 0;
}

int cg_named_make(struct cgroup *c, struct err *e)
{
	struct cg_dir *d = cg_named(c);

	return d ? cg_dir_make(c, d, NULL, NULL, e) : 0;
}

int cg_named_join(struct cgroup *c, pid_t pid, struct err *e)
{
	struct cg_dir *d = cg_named(c);

	return d ? cg_write_pid(c, d, pid, e) : 0;
}

int cg_named_give(struct cgroup *c, uint32_t uid, struct err *e)
{
	static const char *const files[] = { ".", "cgroup.procs", "tasks" };
	struct cg_dir *d = cg_named(c);
	int fd = d ? cg_dir_fd(c, d) : FD_NONE;

	if (!d)
		return 0;
	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (fchownat(fd, files[i], uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(e, errno, "give %s/%s to user %u", d->path, files[i], uid);
	return 0;
}
