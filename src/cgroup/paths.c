/* SPDX-License-Identifier: Apache-2.0 */
/* Where the container's directory is: text only. */
#include "base/path.h"
#include "cgroup/impl.h"

/* The directory above, as dirname(1); p is clean and absolute. */
static const char *parent_of(struct arena *a, const char *p)
{
	const char *slash = strrchr(p, '/');

	return !slash || slash == p ? "/" : arena_strndup(a, p, (size_t)(slash - p));
}

char *cg_path(struct arena *a, const struct cg_hierarchy *hi, const char *own,
	      const char *cgroups_path, const char *id)
{
	const char *inner = str_empty(cgroups_path) ? id : cgroups_path;
	const char *base = "/";

	/* path_join() takes ".." away where it would climb out: the text below is cleaned as if it
	 * began at "/". */
	inner = path_join(a, "/", inner);
	own = path_join(a, "/", own);
	if (!inner || !own)
		return NULL;
	/* v2 has no processes beside sub-cgroups: the container's place is beside ours, not in it. */
	if (!path_is_absolute(cgroups_path))
		base = hi->controllers & CG_UNIFIED ? parent_of(a, own) : own;
	if (!base)
		return NULL;
	base = path_join(a, hi->mount, base);
	return base ? path_join(a, base, inner) : NULL;
}
