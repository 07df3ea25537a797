/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the container's mount namespace comes from. A new one has every mount of the one that its maker is in,
 * only for pivot_root(2) and umount2(2) to take them all away again; so init makes do with one that has no mounts
 * (proc/beside.h), which it enters with the rootfs and all sources of binds in hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/openat2.h"
#include "os/setns.h"

#define FEW_MOUNTS 32
#define OTHER_DESCRIPTORS 128 /* more than init has while it sets up */

static bool op_is_movable(const struct mount_plan *p, const struct mount_op *op)
{
	/* What the parent has opened it has opened once. */
	if (op->uid_map)
		return false;
	switch (op->kind) {
	case MOUNT_OP_FS:
		return mount_fs_by_fd(op);
	case MOUNT_OP_BIND:
		/* What is in the rootfs may be a mount that is made before. */
		return !op->late_source && !mount_inside_root(p, op->source) && !op->opt.links &&
		       op->if_missing == MOUNT_MISSING_IS_ERROR;
	case MOUNT_OP_SYMLINK:
		return true;
	default:
		return false;
	}
}

/*
 * How many of the operations are begun before init leaves the host's namespace: all up to the last bind. mountinfo
 * has mounts in the order of their making (Linux 6.8), and it must be that of the config, so file systems in between
 * are made beforehand, too.
 */
static size_t count_early(const struct mount_plan *p)
{
	size_t n = p->n_ops;

	while (n > 0 && p->ops[n - 1].kind != MOUNT_OP_BIND)
		n--;
	return n;
}

/* They are open at once then. */
static bool has_descriptors(size_t n)
{
	struct rlimit limit;

	return n <= FEW_MOUNTS || (getrlimit(RLIMIT_NOFILE, &limit) == 0 && n + OTHER_DESCRIPTORS <= limit.rlim_cur);
}

bool mount_plan_is_movable(const struct mount_plan *p)
{
	unsigned long propagation = p->in.rootfs_propagation;
	size_t early = count_early(p);

	/* What is opened beforehand is made a slave, as all that a copy has is by default. */
	if (p->in.user_namespace || p->in.inherit_namespace || p->in.live || p->in.no_pivot ||
	    (propagation && propagation != (MS_SLAVE | MS_REC)))
		return false;
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct mount_op *op = &p->ops[i];

		/* Its target is not known before. */
		if (!op_is_movable(p, op) || (i < early && op->kind == MOUNT_OP_FS && mount_fs_takes_mode(op)))
			return false;
	}
	return has_descriptors(early);
}

bool mount_plan_late_sysfs(const struct mount_plan *p, bool *ret_readonly)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct mount_op *op = &p->ops[i];

		if (op->kind != MOUNT_OP_FS || !str_eq(op->type, "sysfs"))
			continue;
		if (i < count_early(p) || op->opt.data || op->opt.set & MOUNT_SUPERBLOCK_FLAGS)
			return false;
		*ret_readonly = op->opt.set & MS_RDONLY;
		return true;
	}
	return false;
}

void mount_plan_move(struct mount_plan *p, struct procfs *proc, pid_t home)
{
	p->proc = proc;
	p->home = home;
	p->moves = true;
}

/*
 * By another name than the config has for the rootfs: what is there may be a mount that is yet to be made.
 * -EXDEV: so it is.
 */
static int check_outside(const struct mount_plan *p, const char *source)
{
	auto_left_fd fd = os_openat2(AT_FDCWD, source, O_PATH | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS);
	char name[32], path[PATH_MAX];
	ssize_t n;

	if (fd >= 0 && !strstr(source, "//") && !strstr(source, "/."))
		return 0;
	if (fd == -ELOOP || fd == -ENOSYS)
		fd = openat(AT_FDCWD, source, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return fd == -1 ? -errno : fd;
	snprintf(name, sizeof(name), "self/fd/%d", fd);
	n = readlinkat(procfs_dir(p->proc), name, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	return mount_inside_root(p, path) ? -EXDEV : 0;
}

static int open_source(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	int r = check_outside(p, op->source);

	if (r == 0)
		r = mount_open_tree(p, op, op->tree, e);
	return r < 0 ? r : mount_tree_configure(op, *op->tree, e);
}

static int open_all(struct mount_plan *p, struct err *e)
{
	size_t early = count_early(p);
	int r = mount_open_root(p, AT_FDCWD, e);

	for (size_t i = 0; r == 0 && i < early; i++) {
		struct mount_op *op = &p->ops[i];

		if (op->kind == MOUNT_OP_BIND)
			r = open_source(p, op, e);
		else if (op->kind == MOUNT_OP_FS)
			r = mount_fs_detached(op, op->tree, e);
	}
	return r;
}

static void close_all(struct mount_plan *p)
{
	cleanup_fd(&p->root);
	for (size_t i = 0; i < p->n_ops; i++) {
		cleanup_fd(p->ops[i].tree);
		cleanup_fd(&p->ops[i].mounted);
	}
}

/* Whatever it is: the old way has no such trouble, or says what it is. */
static int copy_the_hosts(struct mount_plan *p, int why, struct err *e)
{
	int r;

	log_debug("the mount namespace is a copy of the host's: %s", err_strerror(-why));
	err_init(e);
	close_all(p);
	p->moves = p->moved = false;
	r = os_unshare(CLONE_NEWNS);
	return r < 0 ? err_sys(e, -r, "making the mount namespace") : 0;
}

int mount_open_before(struct mount_plan *p, struct err *e)
{
	int r = p->moves ? open_all(p, e) : 0;

	return r < 0 ? copy_the_hosts(p, r, e) : 0;
}

/* Who enters a namespace stands on what is topmost there: the maker of this one may not be so far yet, and will find
 * it done. */
static int take_off(int ns, dev_t above)
{
	struct stat st;

	if (stat("/", &st) < 0)
		return -errno;
	if (st.st_dev != above)
		return 0;
	if (umount2("/", MNT_DETACH) < 0 && errno != EINVAL)
		return -errno;
	return os_setns(ns, CLONE_NEWNS);
}

int mount_namespace(struct mount_plan *p, int ns, dev_t above, struct err *e)
{
	int r;

	if (!p->moves)
		return 0;
	r = ns < 0 ? ns : os_setns(ns, CLONE_NEWNS);
	if (r < 0)
		return copy_the_hosts(p, r, e);
	p->moved = true;
	r = take_off(ns, above);
	return r < 0 ? err_sys(e, -r, "emptying the mount namespace") : 0;
}

int mount_enter(int ns, int root)
{
	int r = os_setns(ns, CLONE_NEWNS);

	return r == 0 && (fchdir(root) < 0 || chroot(".") < 0) ? -errno : r;
}

int mount_move_back(struct mount_plan *p, int why, struct err *e)
{
	/* Its root may be another one than the namespace's. */
	auto_fd home = procfs_open_ns(p->proc, p->home, "mnt"), root = procfs_open_root(p->proc, p->home);
	int r = home < 0 ? home : root < 0 ? root : mount_enter(home, root);

	if (r < 0)
		return err_sys(e, -r, "going back to the host's mounts");
	os_leave_fd(TAKE_FD(p->fresh_fd));
	os_leave_fd(TAKE_FD(p->null));
	p->fresh = NULL;
	p->in_fresh = false;
	p->root_path_known = p->target_plain = false;
	r = copy_the_hosts(p, why, e);
	return r < 0 ? r : mount_root_bind(p, e);
}

int mount_rootfs_prepare(struct mount_plan *p, struct err *e)
{
	int r;

	if (p->in.inherit_namespace)
		return mount_root_detach(p, e);
	p->exec = os_mount_api() ? &mount_exec_fd : &mount_exec_old;
	if (!p->moved)
		return mount_root_bind(p, e);
	r = mount_root_attach(p, e);
	return r < 0 ? mount_move_back(p, r, e) : 0;
}
