/* SPDX-License-Identifier: Apache-2.0 */
/* One operation of the plan, and all of them. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/mount_old.h"
#include "os/safe_path.h"

/* What the parent could not open. Root of a user namespace may not be let through the host's
 * directories above the rootfs. */
static int open_source(struct mount_plan *p, const struct mount_op *op, int *ret, struct err *e)
{
	auto_fd at = FD_NONE;
	int r;

	if (op->late_source && p->in.user_namespace) {
		const char *inside = mount_inside_root(p, op->source);

		at = op->opt.links & MOUNT_SRC_NOFOLLOW ? safe_open_last(p->root, inside) :
							  safe_open(p->root, inside, O_PATH, 0);
		if (at < 0)
			return err_sys(e, -at, "open the source %s", op->source);
	}
	if (p->moved)
		return err_sys(e, EXDEV, "open the source %s", op->source);
	r = p->exec->open_source(op, at, ret, e);
	if (r < 0 || op->userns < 0)
		return r;
	/* Nobody is asked in a restore, which only makes the mount points, with the host's rights. */
	return p->in.user_namespace && p->ask_idmap ? p->ask_idmap(p->ask_data, *ret, e) :
						      mount_idmap_to(op->userns, op, *ret, e);
}

static int do_bind(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	struct mount_target t = { .fd = FD_NONE };
	auto_fd source = TAKE_FD(*op->tree), target = FD_NONE;
	bool opened_here = source < 0;
	struct stat st;
	int r = 0;

	if (opened_here && op->opt.links & MOUNT_COPY_SYMLINK)
		r = mount_copy_link(p, op, e);
	if (r != 0)
		return r < 0 ? r : 0;
	if (opened_here)
		r = open_source(p, op, &source, e);
	if (r == -ENOENT && op->if_missing != MOUNT_MISSING_IS_ERROR) {
		err_init(e);
		if (op->if_missing == MOUNT_MISSING_IS_SKIPPED)
			return 0;
		r = mount_target_open(p, op, FD_NONE, true, &t, e);
		target = t.fd;
		return r < 0 ? r : mount_mask_dir(p, &t, e);
	}
	if (r < 0)
		return r;
	if (fstat(source, &st) < 0)
		return err_sys(e, errno, "stat the source %s", op->source);
	r = mount_target_open(p, op, source, S_ISDIR(st.st_mode), &t, e);
	target = t.fd;
	if (r == 0 && op->opt.links)
		r = mount_check_link(op, S_ISDIR(st.st_mode), &t, e);
	if (r < 0)
		return r;
	r = p->exec->bind(p, op, p->moved, &source, &t, e);
	if (r == 0 && (op->late_readonly || p->in.live))
		op->mounted = TAKE_FD(source);
	return r;
}

static int label_root(const struct mount_op *op, int mount, struct err *e)
{
	auto_fd dir = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || fsetxattr(dir, "security.selinux", op->label, strlen(op->label) + 1, 0) < 0)
		return err_sys(e, errno, "label the root of %s as %s", op->type, op->label);
	return 0;
}

/* In a user namespace these can be mounted only with the namespace that they show. */
static int explain(const struct mount_plan *p, const struct mount_op *op, int r, struct err *e)
{
	static const char *const shows[][2] = {
		{ "proc", "pid" },
		{ "sysfs", "network" },
		{ "mqueue", "ipc" },
		{ "cgroup2", "cgroup" },
	};
	size_t i;

	if (r != -EPERM || !p->in.user_namespace)
		return r;
	for (i = 0; i < ARRAY_SIZE(shows); i++)
		if (str_eq(shows[i][0], op->type))
			return err_wrap(e, "in a user namespace this needs a new %s namespace",
					shows[i][1]);
	return r;
}

static int do_fs(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	struct mount_target t = { .fd = FD_NONE };
	bool kept = op->late_readonly || p->in.live, used = op->label_on_root || op->opt.copyup || kept;
	auto_fd own = FD_NONE, below = FD_NONE;
	int mount = FD_NONE;
	auto_left_fd target = FD_NONE;
	int r = mount_target_open(p, op, FD_NONE, true, &t, e);

	target = t.name ? FD_NONE : t.fd;
	if (r < 0)
		return r;
	if (op->opt.copyup) {
		below = openat(t.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (below < 0)
			return err_sys(e, errno, "open %s to copy it up", op->dest);
	}
	if (*op->tree >= 0) {
		own = TAKE_FD(*op->tree);
		r = p->exec->bind(p, op, true, &own, &t, e);
	} else {
		r = p->exec->fs(p, op, &t, used ? &own : NULL, e);
	}
	if (r < 0)
		return explain(p, op, r, e);
	mount = own;
	if (kept)
		op->mounted = TAKE_FD(own);
	if (op->label_on_root)
		r = label_root(op, mount, e);
	if (r == 0 && op->opt.copyup)
		r = mount_copy_up(below, mount, e);
	return r;
}

/* A link that the container has made on the way leads to a mount that nobody meant: to its read-only /sys, say. */
static int check_remount(struct mount_plan *p, const struct mount_op *op, int fd, struct err *e)
{
	char path[PATH_MAX];
	int r = mount_path_in_root(p, fd, path, sizeof(path));

	if (r < 0)
		return err_sys(e, -r, "find where %s is", op->dest);
	return str_eq(path, op->dest) ? 0 : err_make(e, ERR_CONFIG, ELOOP, "the destination of a remount, %s, is %s in "
						     "the container", op->dest, path);
}

/* mount(2) is the one way to change a superblock and a mount at once. */
static int do_remount(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	struct mount_target t = { .fd = FD_NONE };
	auto_fd target = FD_NONE;
	struct os_mount m = {
		.source_fd = FD_NONE, .source = op->source, .type = op->type, .flags = op->opt.set,
		.data = op->opt.data,
	};
	struct os_mount_attr attr = { .set = op->opt.rec_set, .clr = op->opt.rec_clr };
	int r = mount_target_open(p, op, FD_NONE, true, &t, e);
	unsigned long have;
	size_t i;

	target = t.fd;
	if (r == 0 && p->in.live)
		r = check_remount(p, op, t.fd, e);
	if (r < 0)
		return r;
	m.target_fd = t.fd;
	r = os_mount_old(p->proc, &m);
	if (r == -EPERM && mount_current_flags(t.fd, &have) == 0 &&
	    mount_keep_locked(have, op->opt.set, op->opt.clr, &m.flags) == 0)
		r = os_mount_old(p->proc, &m);
	for (i = 0; r == 0 && i < op->opt.n_propagation; i++) {
		m = (struct os_mount){
			.source_fd = FD_NONE, .target_fd = t.fd, .flags = op->opt.propagation[i],
		};
		r = os_mount_old(p->proc, &m);
	}
	if (r == 0 && (attr.set || attr.clr))
		r = os_mount_setattr(t.fd, &attr, true);
	return r < 0 ? err_sys(e, -r, "remount %s", op->dest) : 0;
}

static int do_symlink(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	char name[NAME_MAX + 1];
	auto_fd dir = safe_open_parent(p->root, op->dest, true, name, sizeof(name));

	if (dir < 0 || (symlinkat(op->source, dir, name) < 0 && errno != EEXIST))
		return err_sys(e, dir < 0 ? -dir : errno, "link %s", op->dest);
	return 0;
}

int mount_op_apply(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	static int (*const by_kind[])(struct mount_plan *, struct mount_op *, struct err *) = {
		[MOUNT_OP_FS] = do_fs,
		[MOUNT_OP_BIND] = do_bind,
		[MOUNT_OP_REMOUNT] = do_remount,
		[MOUNT_OP_SYMLINK] = do_symlink,
	};
	int r = by_kind[op->kind](p, op, e);

	if ((r == -EPERM || r == -EBUSY) && op->instead) {
		err_init(e);
		return mount_op_apply(p, op->instead, e);
	}
	if (r < 0) {
		err_place(e, "%s", op->words);
		err_wrap(e, "error mounting");
	}
	return r;
}

static int apply_all(struct mount_plan *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_ops; i++) {
		r = mount_op_apply(p, &p->ops[i], e);
		mount_note_fresh(p, &p->ops[i]);
	}
	return r;
}

int mount_all_again(struct mount_plan *p, int why, struct err *e)
{
	int r = mount_move_back(p, why, e);

	return r < 0 ? r : apply_all(p, e);
}

int mount_all(struct mount_plan *p, struct procfs *proc, struct err *e)
{
	int r;

	/* Hooks get it back; init sets its own at the end. */
	p->umask = umask(0);
	p->proc = proc;
	r = apply_all(p, e);
	/* A tree of the host's with a mount namespace's file in it can only be bound in a copy, to name one. */
	return r < 0 && p->moved ? mount_all_again(p, r, e) : r;
}
