/* SPDX-License-Identifier: Apache-2.0 */
/* The plan by descriptors: fsopen, open_tree, mount_setattr, move_mount. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"

#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif

static const struct {
	unsigned long ms;
	const char *word;
} sb_flags[] = {
	{ MS_RDONLY, "ro" }, { MS_SYNCHRONOUS, "sync" }, { MS_DIRSYNC, "dirsync" },
	{ MS_MANDLOCK, "mand" }, { MS_LAZYTIME, "lazytime" },
};

static int set_propagation(const struct mount_op *op, int tree, struct err *e)
{
	size_t i;

	for (i = 0; i < op->opt.n_propagation; i++) {
		unsigned long flag = op->opt.propagation[i];
		struct os_mount_attr attr = { .propagation = flag & ~(unsigned long)MS_REC };
		int r = os_mount_setattr(tree, &attr, flag & MS_REC);

		if (r < 0)
			return err_sys(e, -r, "change mount propagation");
	}
	return 0;
}

static int set_recursive(const struct mount_op *op, int tree, struct err *e)
{
	struct os_mount_attr attr = { .set = op->opt.rec_set, .clr = op->opt.rec_clr };
	int r;

	if (!attr.set && !attr.clr)
		return 0;
	r = os_mount_setattr(tree, &attr, true);
	return r < 0 ? err_sys(e, -r, "set recursive mount options") : 0;
}

#define ALL_ATTR                                                                              \
	((uint64_t)(OS_MOUNT_ATTR_RDONLY | OS_MOUNT_ATTR_NOSUID | OS_MOUNT_ATTR_NODEV |       \
		    OS_MOUNT_ATTR_NOEXEC | OS_MOUNT_ATTR_NOSYMFOLLOW))

/* set, and no other flags. The atime ones stay as they are unless one is set, as with mount(2). */
static int set_flags(int tree, unsigned long set)
{
	struct os_mount_attr attr = { .set = mount_attr_of(set) };

	attr.clr = ALL_ATTR & ~attr.set;
	if (mount_has_atime(set))
		attr.clr |= OS_MOUNT_ATTR__ATIME | (OS_MOUNT_ATTR_NODIRATIME & ~attr.set);
	return os_mount_setattr(tree, &attr, false);
}

/*
 * The flags of a bind: those that are asked for and no others, as "mount --bind -o" is meant. Where
 * the kernel refuses because a user namespace has locked some, they are kept, but not against an
 * explicit wish; "atime" and "diratime" are none, they have no effect with mount(2).
 */
static int set_bind_flags(const struct mount_op *op, int tree, struct err *e)
{
	unsigned long set = op->opt.set & ~(unsigned long)(MS_BIND | MS_REC), with_atime = set, have;
	int r;

	if (!set && !op->opt.clr)
		return 0;
	r = mount_bind_atime(tree, op->opt.clr, &with_atime);
	if (r == 0)
		r = set_flags(tree, with_atime);
	if (r == -EPERM && with_atime != set)
		r = set_flags(tree, set);
	if (r == -EPERM) {
		r = mount_current_flags(tree, &have);
		if (r == 0)
			r = mount_keep_locked(have, set, op->opt.clr & ~MOUNT_WEAK_CLEAR, &set);
		if (r == 0)
			r = set_flags(tree, set);
		if (r == -EPERM)
			return err_sys(e, EPERM, MOUNT_LOCKED_WORDS);
	}
	return r < 0 ? err_sys(e, -r, "set mount flags") : 0;
}

int mount_tree_configure(const struct mount_op *op, int tree, struct err *e)
{
	int r = set_bind_flags(op, tree, e);

	return r < 0 ? r : set_recursive(op, tree, e);
}

/* The kernel says no more than EINVAL where a locked mount would be left behind, and what it covers be seen. */
int mount_clone_failed(const struct mount_op *op, int r, struct err *e)
{
	auto_fd whole = r == -EINVAL && !(op->opt.set & MS_REC) && !(op->opt.links & MOUNT_SRC_NOFOLLOW) ?
		os_open_tree(AT_FDCWD, op->source, true) : FD_NONE;

	return err_sys(e, -r, "open the source %s%s", op->source, whole < 0 ? "" : " without what is mounted in it, "
		       "which is locked for a user namespace (rbind takes it along)");
}

static int open_source(const struct mount_op *op, int at, int *ret_fd, struct err *e)
{
	int fd = at < 0 ? mount_clone_source(op) : os_open_tree(at, "", op->opt.set & MS_REC);

	if (fd < 0)
		return mount_clone_failed(op, fd, e);
	*ret_fd = fd;
	return 0;
}

static int move_to(int mount, const struct mount_target *t)
{
	if (!t->name)
		return os_move_mount(mount, t->fd);
	return t->follow ? os_move_mount_follow(mount, t->fd, t->name) : os_move_mount_to(mount, t->fd, t->name);
}

/* The kernel says no more than EINVAL where one of the two is a directory; mount(2) says what users and engines know. */
static int move_failed(const struct mount_op *op, int mount, const struct mount_target *t, int r, struct err *e)
{
	struct stat from, to;

	if (r != -EINVAL || fstat(mount, &from) < 0 ||
	    fstatat(t->fd, t->name ? t->name : "", &to, t->name && t->follow ? 0 : AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) < 0 ||
	    S_ISDIR(from.st_mode) == S_ISDIR(to.st_mode))
		return err_sys(e, -r, "move the mount to %s", t->path);
	return err_sys(e, ENOTDIR, S_ISDIR(to.st_mode) ? "mount the file %s on the directory %s" :
		       "mount the directory %s on the file %s", op->source ? op->source : op->type, t->path);
}

/*
 * The propagation comes after: what is attached below a shared mount becomes shared, whatever it was, and nothing
 * unbindable may be. But below a detached root, where nothing is shared, nothing can be changed any more.
 */
static int attach(const struct mount_plan *p, const struct mount_op *op, int mount, const struct mount_target *t,
		  struct err *e)
{
	int r = p->in.inherit_namespace ? set_propagation(op, mount, e) : 0;

	if (r < 0)
		return r;
	r = move_to(mount, t);
	if (r < 0)
		return move_failed(op, mount, t, r, e);
	return p->in.inherit_namespace ? 0 : set_propagation(op, mount, e);
}

static int exec_bind(struct mount_plan *p, const struct mount_op *op, bool configured, int *source,
		     const struct mount_target *t, struct err *e)
{
	int r = configured ? 0 : mount_tree_configure(op, *source, e);

	return r < 0 ? r : attach(p, op, *source, t, e);
}

/* "key=value", or a flag; quotes around the value are mount(2)'s, not fsconfig's. */
static int set_option(int fs, const char *opt, size_t len)
{
	char text[512];
	char *value;
	size_t n;

	if (len >= sizeof(text))
		return -E2BIG;
	memcpy(text, opt, len);
	text[len] = '\0';
	value = strchr(text, '=');
	if (value)
		*value++ = '\0';
	n = value ? strlen(value) : 0;
	if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
		value[n - 1] = '\0';
		value++;
	}
	return os_fsconfig(fs, text, value);
}

static int configure_fs(const struct mount_op *op, const struct mount_target *t, int fs)
{
	const char *data = op->opt.data ? op->opt.data : "", *opt;
	size_t i, len;
	char mode[16];
	int r = 0;

	if (!str_empty(op->source))
		r = os_fsconfig(fs, "source", op->source);
	for (i = 0; r == 0 && i < ARRAY_SIZE(sb_flags); i++) {
		if (op->opt.set & sb_flags[i].ms)
			r = os_fsconfig(fs, sb_flags[i].word, NULL);
	}
	if (r == 0 && t->existed && mount_fs_takes_mode(op)) {
		snprintf(mode, sizeof(mode), "%04o", (unsigned)t->mode);
		r = os_fsconfig(fs, "mode", mode);
	}
	while (r == 0 && (opt = mount_data_next(&data, &len)))
		r = set_option(fs, opt, len);
	if (r == 0 && op->label && !op->label_on_root)
		r = os_fsconfig(fs, op->label_kind, op->label);
	return r == 0 ? os_fsconfig_create(fs) : r;
}

static int make_fs(const struct mount_op *op, const struct mount_target *t, int *ret_mount,
		   struct err *e)
{
	auto_fd fs = os_fsopen(op->type);
	int r;

	if (fs < 0)
		return err_sys(e, -fs, "open the file system type %s", op->type);
	r = configure_fs(op, t, fs);
	if (r < 0) {
		char why[256];

		os_fs_message(fs, why, sizeof(why));
		return err_sys(e, -r, "set up %s%s%s%s", op->type, *why ? " (" : "", why,
			       *why ? ")" : "");
	}
	r = os_fsmount(fs, mount_attr_of(op->opt.set));
	if (r < 0)
		return err_sys(e, -r, "mount %s", op->type);
	*ret_mount = r;
	return 0;
}

int mount_fs_detached(const struct mount_op *op, int *ret_mount, struct err *e)
{
	const struct mount_target nowhere = { .fd = FD_NONE };
	auto_fd mount = FD_NONE;
	int r = make_fs(op, &nowhere, &mount, e);

	if (r == 0)
		r = set_recursive(op, mount, e);
	if (r == 0)
		*ret_mount = TAKE_FD(mount);
	return r;
}

/*
 * Where nothing but the mount itself is asked for, mount(2) on "." of the target's descriptor: two
 * calls instead of five to nine, and no path either. False: not done, for whatever reason; the
 * other way will tell it better.
 */
static bool mounted_here(struct mount_plan *p, const struct mount_op *op, const struct mount_target *t)
{
	const char *data = op->opt.data ? op->opt.data : "";
	bool add_mode = t->existed && mount_fs_takes_mode(op);
	char text[1024];

	if (op->label || op->opt.n_propagation || op->opt.rec_set || op->opt.rec_clr)
		return false;
	/* mount(2) cuts what is longer than a page, and says nothing. */
	if (strlen(data) >= 4096)
		return false;
	if (add_mode && snprintf(text, sizeof(text), "mode=%04o%s%s", (unsigned)t->mode,
				 *data ? "," : "", data) >= (int)sizeof(text))
		return false;
	if (!(t->name && p->in_fresh) && fchdir(t->fd) < 0)
		return false;
	p->in_fresh = t->name != NULL;
	return mount(op->source, t->name ? t->name : ".", op->type, op->opt.set, add_mode ? text : data) == 0;
}

static int exec_fs(struct mount_plan *p, const struct mount_op *op, const struct mount_target *t,
		   int *ret_mount, struct err *e)
{
	auto_left_fd mount = FD_NONE;
	int r;

	if (!mount_fs_by_fd(op))
		return mount_exec_old.fs(p, op, t, ret_mount, e);
	if (!ret_mount && mounted_here(p, op, t))
		return 0;
	r = make_fs(op, t, &mount, e);
	if (r == 0)
		r = set_recursive(op, mount, e);
	if (r == 0)
		r = attach(p, op, mount, t, e);
	if (r < 0)
		fd_close(TAKE_FD(mount));
	else if (ret_mount)
		*ret_mount = TAKE_FD(mount);
	return r < 0 ? r : 0;
}

static int exec_bind_fd(struct mount_plan *p, int source, const struct mount_target *t,
			bool recursive, uint64_t add)
{
	auto_left_fd tree = os_open_tree(source, "", recursive);
	const struct os_mount_attr attr = { .set = add };
	bool first = p->in.inherit_namespace;
	int r;

	if (tree < 0)
		return tree;
	/* Not before it is there: below a shared mount the copies of the others in its group would have it, too. */
	r = add && first ? os_mount_setattr(tree, &attr, false) : 0;
	if (r == 0)
		r = move_to(tree, t);
	if (r == 0 && add && !first)
		r = os_mount_setattr(tree, &attr, false);
	if (r < 0)
		fd_close(TAKE_FD(tree));
	return r;
}

int mount_over_itself(const struct mount_target *t, uint64_t attr)
{
	const struct os_mount_attr a = { .set = attr };
	auto_left_fd tree = os_open_tree_attr(t->fd, t->name, false, &a);
	int r;

	if (tree < 0)
		return tree == -ENOENT ? 0 : tree;
	r = move_to(tree, t);
	if (r < 0)
		fd_close(TAKE_FD(tree));
	return r;
}

/*
 * A mount below a detached one belongs to no namespace that anybody could be in, so nobody may change
 * it; but a copy of it may be changed, and laid over it (Linux 6.15, as the detached root itself).
 */
static int cover_with_copy(int mount, const struct os_mount_attr *attr)
{
	auto_fd copy = os_open_tree(mount, "", true);
	int r = copy < 0 ? copy : os_mount_setattr(copy, attr, false);

	return r < 0 ? r : os_move_mount(copy, mount);
}

static int exec_add_attr(struct mount_plan *p, int mount, uint64_t add)
{
	struct os_mount_attr attr = { .set = add };
	int r = os_mount_setattr(mount, &attr, false);

	return r == -EINVAL && p->in.inherit_namespace ? cover_with_copy(mount, &attr) : r;
}

const struct mount_executor mount_exec_fd = {
	.fs_by_name = true,
	.open_source = open_source,
	.bind = exec_bind,
	.fs = exec_fs,
	.bind_fd = exec_bind_fd,
	.add_attr = exec_add_attr,
};
