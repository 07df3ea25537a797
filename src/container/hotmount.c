/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mounts: more mounts for a container that runs, and their removal. The sources are opened here, or with a user
 * namespace in a copy of the mount namespace that has its locks (mount_plan_open_inside()); a child that enters the
 * container's namespaces puts them in their places. The container's config stays as it was.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/config.h"
#include "container/opened.h"
#include "mount/mount.h"
#include "ns/ns.h"
#include "oci/load.h"
#include "os/exe.h"
#include "os/pidfd.h"
#include "os/setns.h"
#include "proc/helper.h"
#include "proc/join.h"

struct hotmount {
	struct opened c;
	struct arena arena;
	struct spec spec;
	bool has_spec, add;
	struct spec_mounts mounts;
	struct mount_plan *plan; /* to add */
	int user_ns, mount_ns, root;
	int copy, copy_root; /* of the caller's mount namespace, with the locks of the user namespace */
};

/* Opened by the number of init, which is looked at again afterwards. */
static int open_target(struct hotmount *h, struct err *e)
{
	const struct spec_namespaces *ns = &h->spec.linux->namespaces;
	struct procfs *proc = &h->c.rt->proc;
	pid_t pid = (pid_t)h->c.state.init_pid;

	if (!spec_namespace_find(ns, NS_MOUNT))
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"the container has no mount namespace of its own");
	h->mount_ns = procfs_open_ns(proc, pid, ns_table[NS_MOUNT].link);
	h->root = h->mount_ns < 0 ? h->mount_ns : procfs_open_root(proc, pid);
	if (h->root >= 0 && spec_namespace_find(ns, NS_USER))
		h->user_ns = procfs_open_ns(proc, pid, ns_table[NS_USER].link);
	if (opened_check_alive(&h->c, e) < 0)
		return -e->errnum;
	if (h->root < 0)
		return err_sys(e, -h->root, "open the container's root");
	if (h->user_ns < 0 && h->user_ns != FD_NONE)
		return err_sys(e, -h->user_ns, "open the container's user namespace");
	return 0;
}

static int plan(struct hotmount *h, struct err *e)
{
	static const struct spec_devices no_devices;
	static const struct strv no_paths;
	const struct spec_linux *l = h->spec.linux;
	struct mount_input in = {
		.bundle = h->c.state.bundle, .rootfs = h->c.state.rootfs, .mounts = &h->mounts,
		.devices = &no_devices, .masked_paths = &no_paths, .readonly_paths = &no_paths,
		.mount_label = str_empty(l->mount_label) ? NULL : l->mount_label,
		.mount_label_kind = l->mount_label_kind,
		.uid_mappings = &l->uid_mappings, .gid_mappings = &l->gid_mappings,
		.user_namespace = spec_namespace_find(&l->namespaces, NS_USER) != NULL,
		.new_cgroup_namespace = spec_namespace_find(&l->namespaces, NS_CGROUP) != NULL,
		.cgroup_unified = cgroup_host_is_unified(), .live = true,
	};
	int r;

	in.sources_inside = in.user_namespace;
	r = mount_plan_new(&in, &h->plan, e);
	return r < 0 ? r : mount_plan_open_sources(h->plan, e);
}

static int enter(const struct hotmount *h, struct err *e)
{
	int r = h->user_ns >= 0 ? os_setns(h->user_ns, ns_table[NS_USER].flag) : 0;

	if (r == 0)
		r = os_setns(h->mount_ns, ns_table[NS_MOUNT].flag);
	if (r < 0)
		return err_sys(e, -r, "enter the container's namespaces");
	return h->user_ns >= 0 ? become_root(e) : 0;
}

/* Before it enters: with the caller's rights to the files. */
static int open_sources(const struct hotmount *h, struct err *e)
{
	int r = mount_enter(h->copy, h->copy_root);

	if (r < 0)
		return err_sys(e, -r, "enter a copy of the mount namespace");
	for (size_t i = 0; r == 0 && i < mount_plan_inside(h->plan); i++)
		r = mount_plan_open_inside(h->plan, i, 0, e);
	return r;
}

static int work(const struct hotmount *h, struct err *e)
{
	const struct strv *const kept[] = { &h->spec.linux->masked_paths, &h->spec.linux->readonly_paths };
	int r = h->copy >= 0 ? open_sources(h, e) : 0;

	if (r == 0)
		r = enter(h, e);
	if (r == 0 && h->add)
		return mount_live_add(h->plan, h->root, &h->c.rt->proc, e);
	/* In the opposite order: one may lie in another. */
	for (size_t i = h->mounts.n; r == 0 && i > 0; i--)
		r = mount_live_remove(h->mounts.v[i - 1].destination, kept, h->root, &h->c.rt->proc, e);
	return r;
}

static _Noreturn void child(const struct hotmount *h, int words, pid_t caller)
{
	struct err e;
	int r = helper_begin(caller, &e);

	helper_end(words, r < 0 ? r : work(h, &e), &e);
}

static _Noreturn void copier(const struct hotmount *h, int words, pid_t caller)
{
	struct err e;
	bool root = geteuid() == 0;
	int r = helper_begin(caller, &e);

	if (r == 0)
		r = os_setns(h->user_ns, ns_table[NS_USER].flag);
	if (r == 0)
		r = os_unshare(CLONE_NEWNS);
	if (r < 0 && !err_is_set(&e))
		err_sys(&e, -r, "copy the mount namespace for the container's user namespace");
	if (r < 0)
		helper_end(words, r, &e);
	helper_guard(caller, root);
	helper_say_done(words);
	for (;;)
		pause();
}

/* Apart from the rest, which the child has not (os/exe_parts.h). */
static pid_t __attribute__((noinline)) clone_child(const struct hotmount *h, bool copies, int *ret_words, struct err *e)
{
	pid_t caller = getpid(), pid = helper_clone(ret_words, e);

	if (pid == 0)
		copies ? copier(h, *ret_words, caller) : child(h, *ret_words, caller);
	return pid;
}

/* Who copies has no rights to the files any more: another one looks for the sources in the copy. */
static int copy_the_hosts(struct hotmount *h, struct err *e)
{
	auto_fd words = FD_NONE;
	pid_t pid = clone_child(h, true, &words, e);
	int status, r;

	if (pid < 0)
		return pid;
	r = helper_listen(words, e);
	if (r == 0)
		/* It may be in the caller's own still, where nothing is locked. */
		err_make(e, ERR_CHILD, ECHILD, "the process that copies the mount namespace died");
	if (r > 0) {
		h->copy = procfs_open_ns(&h->c.rt->proc, pid, ns_table[NS_MOUNT].link);
		h->copy_root = h->copy < 0 ? h->copy : procfs_open_root(&h->c.rt->proc, pid);
		if (h->copy_root < 0)
			err_sys(e, -h->copy_root, "open a copy of the mount namespace");
	}
	kill(pid, SIGKILL); /* our own child, not yet waited for */
	os_wait_child(pid, &status);
	return err_is_set(e) ? -e->errnum : 0;
}

static int run_child(const struct hotmount *h, struct err *e)
{
	auto_fd words = FD_NONE;
	pid_t pid = clone_child(h, false, &words, e);

	return pid < 0 ? pid : helper_wait(words, pid, "the process that mounts", e);
}

static int change(struct hotmount *h, const char *text, size_t len, struct err *e)
{
	int r;

	if (!h->c.init_alive || h->c.status == STATUS_CREATING)
		return err_make(e, ERR_STATE, ESRCH, "container not running");
	r = config_load(&h->c.dir, h->c.state.bundle, &h->spec, e);
	if (r < 0)
		return r;
	h->has_spec = true;
	r = spec_load_mounts(&h->arena, "mounts", text, len, &h->mounts, e);
	if (r == 0)
		r = open_target(h, e);
	if (r == 0 && h->add)
		r = plan(h, e);
	if (r == 0)
		r = os_exe_copy(e);
	if (r == 0 && h->add && mount_plan_inside(h->plan))
		r = copy_the_hosts(h, e);
	return r < 0 ? r : run_child(h, e);
}

int container_mounts(struct runtime *rt, const char *id, bool add, const char *text, size_t len,
		     struct err *e)
{
	struct hotmount h = { .add = add, .user_ns = FD_NONE, .mount_ns = FD_NONE, .root = FD_NONE,
			      .copy = FD_NONE, .copy_root = FD_NONE };
	int r = opened_init(&h.c, rt, id, OPEN_LOCKED, e);

	if (r < 0)
		return r;
	arena_init(&h.arena);
	r = change(&h, text, len, e);
	fd_close(h.user_ns);
	fd_close(h.mount_ns);
	fd_close(h.root);
	fd_close(h.copy);
	fd_close(h.copy_root);
	mount_plan_free(h.plan);
	if (h.has_spec)
		spec_fini(&h.spec);
	arena_fini(&h.arena);
	opened_fini(&h.c);
	return r;
}
