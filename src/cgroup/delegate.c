/* SPDX-License-Identifier: Apache-2.0 */
/* A part of the container's cgroup for its user to divide. */
#include "base/errno_class.h"
#include "base/log.h"
#include "base/path.h"
#include "cgroup/impl.h"

char *cg_path_above(struct arena *a, const char *path, unsigned levels)
{
	char *p = arena_strdup(a, path);

	for (; p && levels; levels--) {
		char *slash = strrchr(p, '/');

		if (!slash || slash == p)
			break;
		*slash = '\0';
	}
	return p;
}

/* Its controllers can be had only once nobody is left in the cgroups above it. */
static int fill(struct cgroup *c, struct cg_dir *at, pid_t pid, uint32_t uid, struct err *e)
{
	struct cg_dir again = *at;
	int r = cg_dir_make(c, at, NULL, NULL, e);

	if (r >= 0)
		r = cg_write_pid(c, at, pid, e);
	if (r >= 0)
		r = cg_dir_make(c, &again, cg_v2_level, NULL, e);
	fd_close(again.fd);
	if (r < 0)
		return r;
	r = cg_v2_give(c, at, uid, e);
	/* Without privileges it can be nobody's but the caller's. */
	if (c->rootless && errno_is_privilege(r)) {
		log_debug("the cgroup %s is not given to user %u", at->path, uid);
		err_init(e);
		r = 0;
	}
	return r;
}

int cgroup_delegate(struct cgroup *c, const char *sub, pid_t pid, uint32_t uid, struct err *e)
{
	struct cg_dir *d = cg_dir_main(c);
	struct cg_dir at = { .controllers = CG_UNIFIED, .data = "", .fd = FD_NONE };
	int r;

	if (!d)
		return err_make(e, ERR_UNSUPPORTED, EPERM,
				"cannot delegate cgroup \"%s\": the container has no cgroup", sub);
	at.mount = d->path;
	at.path = path_join(&c->arena, d->path, sub);
	if (!at.path)
		return err_sys(e, ENOMEM, "cgroup %s", d->path);
	r = fill(c, &at, pid, uid, e);
	fd_close(at.fd);
	return r < 0 ? err_wrap(e, "unable to delegate cgroup \"%s\"", sub) : 0;
}
