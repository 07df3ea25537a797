/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the container's mount namespace comes from. A new one has every mount of the one that its maker is in,
 * only for pivot_root(2) and umount2(2) to take them all away again; so init makes do with one that has no mounts
 * (proc/beside.h), which it enters with the rootfs and all sources of binds in hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/setns.h"

#define FEW_BINDS 32
#define OTHER_DESCRIPTORS 128 /* more than init has while it sets up */

/* Nothing in their options is a path. */
static const char *const self_contained[] = {
	"cgroup", "cgroup2", "devpts", "mqueue", "proc", "sysfs", "tmpfs",
};

static bool is_self_contained(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(self_contained); i++)
		if (str_eq(type, self_contained[i]))
			return true;
	return false;
}

static bool op_is_movable(const struct mount_plan *p, const struct mount_op *op)
{
	switch (op->kind) {
	case MOUNT_OP_FS:
		return is_self_contained(op->type);
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

/* All sources are open at once then. */
static bool has_descriptors(size_t binds)
{
	struct rlimit limit;

	return binds <= FEW_BINDS || (getrlimit(RLIMIT_NOFILE, &limit) == 0 && binds + OTHER_DESCRIPTORS <= limit.rlim_cur);
}

bool mount_plan_is_movable(const struct mount_plan *p)
{
	unsigned long propagation = p->in.rootfs_propagation;
	size_t binds = 0;

	/* Private: that makes even unbindable mounts of the host's bindable, in a copy. */
	if (p->in.user_namespace || p->in.inherit_namespace || p->in.live || p->in.no_pivot ||
	    (propagation && propagation != (MS_SLAVE | MS_REC)))
		return false;
	for (size_t i = 0; i < p->n_ops; i++) {
		binds += p->ops[i].kind == MOUNT_OP_BIND;
		if (!op_is_movable(p, &p->ops[i]))
			return false;
	}
	return has_descriptors(binds);
}

bool mount_plan_move(struct mount_plan *p, struct procfs *proc)
{
	char self[64]; /* "PID/task/TID", as this procfs counts */
	ssize_t n = readlinkat(procfs_dir(proc), "thread-self", self, sizeof(self) - 1);
	const char *tid;
	uint32_t home;

	if (n < 0)
		return false;
	self[n] = '\0';
	tid = strrchr(self, '/');
	if (!tid || parse_u32(tid + 1, &home) < 0)
		return false;
	p->proc = proc;
	p->home = (pid_t)home;
	p->moves = true;
	return true;
}

static int open_source(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	int r = mount_open_tree(p, op, &op->tree, e);

	return r < 0 ? r : mount_tree_configure(op, op->tree, false, e);
}

static int open_sources(struct mount_plan *p, struct err *e)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		struct mount_op *op = &p->ops[i];

		if (op->kind != MOUNT_OP_BIND || op->tree >= 0)
			continue;
		if (open_source(p, op, e) < 0) {
			err_place(e, "%s", op->words);
			return err_wrap(e, "error mounting");
		}
	}
	return 0;
}

int mount_open_before(struct mount_plan *p, struct err *e)
{
	auto_left_fd below = FD_NONE;

	if (!p->moves)
		return 0;
	if (mount_open_root(p, &below, e) < 0)
		return err_wrap(e, "preparing the root filesystem");
	return open_sources(p, e);
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
	p->moved = r == 0;
	if (p->moved) {
		r = take_off(ns, above);
		return r < 0 ? err_sys(e, -r, "emptying the mount namespace") : 0;
	}
	log_debug("the mount namespace is a copy of the host's: %s", ns < 0 ? "no other was made" : err_strerror(-r));
	cleanup_fd(&p->root); /* will be opened again; the sources are good in this one, too */
	r = os_unshare(CLONE_NEWNS);
	return r < 0 ? err_sys(e, -r, "making the mount namespace") : 0;
}

/* ---- back for a moment ---- */

/* Into the namespace and to the root, which may be another one's than the namespace's, of who is at home. */
static int go_home(struct mount_plan *p, int *ret_own)
{
	auto_fd home = procfs_open_ns(p->proc, p->home, "mnt"), root = procfs_open_root(p->proc, p->home);
	auto_fd own = procfs_open_ns(p->proc, 0, "mnt");
	int r = home < 0 ? home : root < 0 ? root : own < 0 ? own : os_setns(home, CLONE_NEWNS);

	if (r < 0)
		return r;
	*ret_own = TAKE_FD(own);
	return fchdir(root) < 0 || chroot(".") < 0 ? -errno : 0;
}

static int come_back(int own, int r, struct err *e)
{
	int back = own < 0 ? 0 : os_setns(own, CLONE_NEWNS);

	return back < 0 ? err_sys(e, -back, "coming back from the host's mounts") : r;
}

int mount_fetch(struct mount_plan *p, const char *path, int *ret_tree, struct err *e)
{
	auto_fd own = FD_NONE, tree = FD_NONE;
	int r = go_home(p, &own);

	if (r == 0)
		r = tree = os_open_tree(AT_FDCWD, path, false);
	r = r < 0 ? err_sys(e, -r, "open the host's %s", path) : mount_follow_propagation(p, tree, false, e);
	r = come_back(own, r, e);
	if (r == 0)
		*ret_tree = TAKE_FD(tree);
	return r;
}

int mount_fetch_source(struct mount_plan *p, const struct mount_op *op, int *ret_tree, struct err *e)
{
	auto_fd own = FD_NONE;
	int r = go_home(p, &own);

	r = r < 0 ? err_sys(e, -r, "going back to the host's mounts") : mount_open_tree(p, op, ret_tree, e);
	return come_back(own, r, e);
}
