/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/container.h"
#include "store/store.h"

static int choose_root(struct runtime *rt, const char *wanted, struct err *e)
{
	struct arena a;
	char *root = NULL;
	int r = 0;

	arena_init(&a);
	rt->root_is_default = !wanted;
	if (!wanted)
		r = store_default_root(&a, rt->program, &root, e);
	if (r == 0) {
		rt->root = strdup(wanted ? wanted : root);
		if (!rt->root)
			r = err_sys(e, ENOMEM, "choosing the state directory");
	}
	arena_fini(&a);
	return r;
}

static int choose_cgroup_manager(struct runtime *rt, const struct strake_runtime_options *o,
				 struct err *e)
{
	const char *name = o->cgroup_manager;

	rt->cgroup_manager = o->systemd_cgroup ? CGROUP_SYSTEMD : CGROUP_FS;
	if (!name)
		return 0;
	if (cgroup_manager_parse(str_eq(name, "disabled") ? "none" : name, &rt->cgroup_manager) < 0)
		return err_make(e, ERR_USAGE, EINVAL, "unknown cgroup manager \"%s\"", name);
	return 0;
}

int rt_init(struct runtime *rt, const struct strake_runtime_options *o, struct err *e)
{
	int r;

	*rt = (struct runtime){ .proc = PROCFS_NONE, .euid = geteuid() };
	rt->program = o->program ? o->program : "strake";
	r = choose_cgroup_manager(rt, o, e);
	if (r == 0)
		r = procfs_open(&rt->proc, e);
	if (r == 0)
		r = choose_root(rt, o->root, e);
	if (r < 0) {
		rt_fini(rt);
		return r;
	}
	ns_home_init(&rt->home, rt->euid, o->rootless);
	return 0;
}

void rt_fini(struct runtime *rt)
{
	free(rt->root);
	rt->root = NULL;
	procfs_close(&rt->proc);
}
