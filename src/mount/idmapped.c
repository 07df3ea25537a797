/* SPDX-License-Identifier: Apache-2.0 */
/* What only the parent can open, or its helper: sources for init in a user namespace, and all that is idmapped. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "mount/plan.h"
#include "os/clone.h"
#include "os/exe.h"
#include "os/mount_fd.h"
#include "os/pidfd.h"

static int write_map(struct procfs *proc, pid_t pid, const char *file,
		     const struct spec_idmaps *map)
{
	char path[48];
	auto_str text;
	size_t i;

	str_init(&text);
	for (i = 0; i < map->n; i++)
		str_addf(&text, "%u %u %u\n", map->v[i].container_id, map->v[i].host_id,
			 map->v[i].size);
	if (str_failed(&text))
		return -ENOMEM;
	snprintf(path, sizeof(path), "%d/%s", (int)pid, file);
	return procfs_write(proc, path, str_text(&text));
}

/* The parent's words about a child that waits to be killed. */
static int map_and_open(pid_t pid, const struct mount_op *op, int *ret_fd, struct err *e)
{
	struct procfs proc = PROCFS_NONE;
	int r = procfs_open(&proc, e);

	if (r < 0)
		return r;
	r = write_map(&proc, pid, "uid_map", op->uid_map);
	if (r == 0)
		r = write_map(&proc, pid, "gid_map", op->gid_map);
	if (r == 0)
		r = procfs_open_ns(&proc, pid, "user");
	procfs_close(&proc);
	if (r < 0)
		return err_sys(e, -r, "make a user namespace for an id-mapped mount");
	*ret_fd = r;
	return 0;
}

/*
 * A user namespace comes into being with a process only: one that does nothing. Its maker's uid is all that is
 * needed to look into it, and a container with the host's pid namespace may have that. Apart from the parent's
 * functions: the child has what this one refers to, and no more (os/exe_parts.h).
 */
static pid_t __attribute__((noinline)) clone_idle(int *ret_pidfd)
{
	struct os_clone c = { .flags = CLONE_NEWUSER, .cgroup = FD_NONE };
	struct err e;
	bool in_cgroup;
	pid_t pid = os_clone(&c, ret_pidfd, &in_cgroup);

	if (pid != 0)
		return pid;
	if (os_exe_leave(&e) < 0)
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static int make_userns(const struct mount_op *op, int *ret_fd, struct err *e)
{
	bool undumpable = geteuid() == 0;
	auto_fd pidfd = FD_NONE;
	int status, r = os_exe_copy(e);
	pid_t pid;

	if (r < 0)
		return r;
	if (undumpable)
		prctl(PR_SET_DUMPABLE, 0);
	pid = clone_idle(&pidfd);
	if (undumpable)
		prctl(PR_SET_DUMPABLE, 1);
	if (pid < 0)
		return err_sys(e, -pid, "make a user namespace for an id-mapped mount");
	r = map_and_open(pid, op, ret_fd, e);
	if (os_pidfd_send_signal(pidfd, SIGKILL) < 0)
		kill(pid, SIGKILL); /* our own child, not yet waited for */
	os_wait_child(pid, &status);
	return r;
}

static bool same_maps(const struct spec_idmaps *a, const struct spec_idmaps *b)
{
	return a == b || (a && b && a->n == b->n && memcmp(a->v, b->v, a->n * sizeof(*a->v)) == 0);
}

/* Of op's maps; it stays the cache's. */
static int cached_userns(struct mount_userns_cache *cache, const struct mount_op *op, struct err *e)
{
	int r = 0;

	if (cache->fd < 0 || !same_maps(cache->uid, op->uid_map) ||
	    !same_maps(cache->gid, op->gid_map)) {
		cleanup_fd(&cache->fd);
		r = make_userns(op, &cache->fd, e);
		cache->uid = op->uid_map;
		cache->gid = op->gid_map;
	}
	return r < 0 ? r : cache->fd;
}

int mount_idmap_to(int userns, const struct mount_op *op, int tree, struct err *e)
{
	struct os_mount_attr attr = { .set = OS_MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns };
	int r = os_mount_setattr(tree, &attr, op->opt.idmap_recursive);

	if (r < 0)
		return err_sys(e, -r, "id-map %s%s", op->source ? op->source : op->type, r == -EINVAL ?
			       " (this file system may not support it on this kernel)" : "");
	return 0;
}

int mount_idmap(struct mount_userns_cache *cache, const struct mount_op *op, int tree,
		struct err *e)
{
	int r = cached_userns(cache, op, e);

	return r < 0 ? r : mount_idmap_to(r, op, tree, e);
}

/* Init or the helper opens the source, but no user namespace comes into being there. */
static int prepare_userns(struct mount_op *op, struct mount_userns_cache *cache, struct err *e)
{
	int r = op->uid_map ? cached_userns(cache, op, e) : 0;

	if (r < 0 || !op->uid_map)
		return r;
	op->userns = fcntl(r, F_DUPFD_CLOEXEC, 3);
	return op->userns < 0 ? err_sys(e, errno, "duplicate a user namespace") : 0;
}

/*
 * Init's mount namespace makes slaves of the host's shared mounts, as the propagation of the root
 * says. A tree that is opened here is not there then, so it gets the same now.
 */
int mount_open_following(const struct mount_plan *p, const char *path, bool recursive)
{
	const struct os_mount_attr attr = { .propagation = mount_root_propagation(&p->in) };

	return attr.propagation == MS_SHARED ? os_open_tree(AT_FDCWD, path, recursive) :
					       os_open_tree_attr(AT_FDCWD, path, recursive, &attr);
}

static int open_link_following(const struct mount_plan *p, const struct mount_op *op)
{
	const struct os_mount_attr attr = { .propagation = mount_root_propagation(&p->in) };
	int tree = mount_clone_source(op);
	int r = tree < 0 || attr.propagation == MS_SHARED ? 0 : os_mount_setattr(tree, &attr, true);

	if (r < 0)
		fd_close(tree);
	return r < 0 ? r : tree;
}

int mount_open_tree(const struct mount_plan *p, const struct mount_op *op, int *ret_tree, struct err *e)
{
	int tree = op->opt.links & MOUNT_SRC_NOFOLLOW ? open_link_following(p, op) :
		mount_open_following(p, op->source, op->opt.set & MS_REC);

	if (tree < 0)
		return err_sys(e, -tree, "open the source %s", op->source);
	*ret_tree = tree;
	return 0;
}

static int open_one(struct mount_plan *p, struct mount_op *op, struct mount_userns_cache *cache,
		    struct err *e)
{
	auto_fd tree = FD_NONE;
	int r = mount_open_tree(p, op, &tree, e);

	if (r == 0 && op->uid_map)
		r = mount_idmap(cache, op, tree, e);
	if (r == 0)
		*op->tree = TAKE_FD(tree);
	return r;
}

/* The kernel id-maps a mount only for whoever rules its file system: not for the root of the
 * container's user namespace. So this file system is made out here. */
static int make_one(struct mount_op *op, struct mount_userns_cache *cache, struct err *e)
{
	auto_fd mount = FD_NONE;
	int r = mount_fs_detached(op, &mount, e);

	if (r == 0)
		r = mount_idmap(cache, op, mount, e);
	if (r == 0)
		*op->tree = TAKE_FD(mount);
	return r;
}

static bool is_late_idmap(const struct mount_plan *p, const struct mount_op *op)
{
	return p->in.user_namespace && op->late_source && op->uid_map;
}

size_t mount_plan_late_idmaps(const struct mount_plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_ops; i++)
		n += is_late_idmap(p, &p->ops[i]);
	return n;
}

int mount_plan_idmap_late(struct mount_plan *p, size_t i, int tree, struct err *e)
{
	struct mount_op *op = p->ops;

	while (!is_late_idmap(p, op) || i-- > 0)
		op++;
	if (mount_idmap_to(op->userns, op, tree, e) < 0)
		return err_wrap(e, "error mounting %s", op->words);
	return 0;
}

void mount_plan_on_idmap(struct mount_plan *p, mount_ask_fn ask, void *data)
{
	p->ask_idmap = ask;
	p->ask_data = data;
}

static bool is_inside(const struct mount_plan *p, const struct mount_op *op)
{
	return p->in.sources_inside && op->kind == MOUNT_OP_BIND && !op->late_source && !op->link;
}

size_t mount_plan_inside(const struct mount_plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_ops; i++)
		n += is_inside(p, &p->ops[i]);
	return n;
}

static struct mount_op *inside(struct mount_plan *p, size_t i)
{
	struct mount_op *op = p->ops;

	while (!is_inside(p, op) || i-- > 0)
		op++;
	return op;
}

int *mount_plan_inside_tree(struct mount_plan *p, size_t i)
{
	return inside(p, i)->tree;
}

/* What init configures it as, the kernel checks against the locks. */
static int open_inside(const struct mount_op *op, int entered, struct err *e)
{
	auto_fd tree = FD_NONE;

	/* The root of a user namespace without CAP_SYS_ADMIN, say: as unprivileged. */
	if (entered == -EPERM && !op->uid_map)
		return 0;
	if (entered < 0)
		return err_sys(e, -entered, "enter the container's mount namespace");
	tree = mount_clone_source(op);
	if (tree == -ENOENT && op->if_missing != MOUNT_MISSING_IS_ERROR)
		return 0;
	if (tree < 0)
		return mount_clone_failed(op, tree, e);
	if (op->uid_map && mount_idmap_to(op->userns, op, tree, e) < 0)
		return -e->errnum;
	*op->tree = TAKE_FD(tree);
	return 0;
}

int mount_plan_open_inside(struct mount_plan *p, size_t i, int entered, struct err *e)
{
	const struct mount_op *op = inside(p, i);
	int r = open_inside(op, entered, e);

	if (r < 0)
		err_place(e, "%s", op->words), err_wrap(e, "error mounting");
	return r;
}

void mount_plan_close_sources(struct mount_plan *p)
{
	for (size_t i = 0; i < p->n_ops; i++)
		cleanup_fd(p->ops[i].tree);
}

static int open_or_make(struct mount_plan *p, struct mount_op *op, struct mount_userns_cache *cache,
			struct err *e)
{
	int r = op->opt.links & MOUNT_COPY_SYMLINK ? mount_note_link(p, op, e) : 0;

	if (r < 0 || op->link || (!op->uid_map && (op->kind != MOUNT_OP_BIND || !p->in.live)))
		return r;
	/* Such a caller's probe of the call fails too. */
	if (op->uid_map && geteuid() != 0)
		return err_make(e, ERR_UNSUPPORTED, EPERM,
				"id-mapped mounts are root's to make: operation not permitted");
	if (op->uid_map && !os_mount_api())
		return err_make(e, ERR_UNSUPPORTED, ENOSYS,
				"id-mapped mounts need mount_setattr(2), Linux 5.12");
	if (op->kind == MOUNT_OP_FS)
		return make_one(op, cache, e);
	if (op->late_source || p->in.sources_inside)
		return prepare_userns(op, cache, e);
	r = open_one(p, op, cache, e);
	if (r == -ENOENT && op->if_missing != MOUNT_MISSING_IS_ERROR) {
		err_init(e);
		r = 0;
	}
	return r;
}

int mount_plan_open_sources(struct mount_plan *p, struct err *e)
{
	struct mount_userns_cache cache = { .fd = FD_NONE };
	size_t i;
	int r = 0;

	if (p->in.live && !os_mount_api())
		return err_make(e, ERR_UNSUPPORTED, ENOSYS,
				"mounts in a container that runs need mount_setattr(2), Linux 5.12");
	for (i = 0; r == 0 && i < p->n_ops; i++) {
		struct mount_op *op = &p->ops[i];

		r = open_or_make(p, op, &cache, e);
		if (r < 0)
			r = err_place(e, "%s", op->words), err_wrap(e, "error mounting");
	}
	fd_close(cache.fd);
	return r;
}
