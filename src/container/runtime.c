/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "container/container.h"
#include "store/store.h"

#define INITIAL_USERNS_INO 0xEFFFFFFDu /* Linux 3.8; PROC_USER_INIT_INO in include/linux/proc_ns.h */

/* The initial user namespace, or one that maps everything onto itself as that does: "0 0 4294967295". */
static bool in_user_namespace(struct procfs *proc)
{
	unsigned long long v[3];
	struct stat st;
	char text[128];
	int r;

	if (fstatat(procfs_dir(proc), "self/ns/user", &st, 0) == 0 && st.st_ino == INITIAL_USERNS_INO)
		return false;
	r = procfs_read_record(proc, "self/uid_map", text, sizeof(text));

	if (r < 0)
		return r == -EFBIG; /* more than its one line */
	if (parse_numbers(text, v, ARRAY_SIZE(v)) < 0)
		return true;
	return v[0] != 0 || v[1] != 0 || v[2] != 4294967295;
}

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
	if (o->rootless < 0)
		rt->initial_userns = rt->euid == 0 && !in_user_namespace(&rt->proc);
	rt->rootless = o->rootless < 0 ? !rt->initial_userns : o->rootless;
	return 0;
}

void rt_fini(struct runtime *rt)
{
	free(rt->root);
	rt->root = NULL;
	procfs_close(&rt->proc);
}
