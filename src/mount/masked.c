/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that the container must not read, or not write. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/safe_path.h"

/* A procfs of the container's own at /proc, and no mount but masks and the like below it. */
static bool has_own_proc(const struct mount_plan *p)
{
	size_t n = 0;

	if (p->exec != &mount_exec_fd || p->in.inherit_namespace || p->in.others_mount || p->led_to_proc)
		return false;
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct mount_op *op = &p->ops[i];

		if (!path_is_below(op->dest, "/proc"))
			continue;
		if (op->kind != MOUNT_OP_FS || !str_eq(op->type, "proc") || !str_eq(op->dest, "/proc"))
			return false;
		n++;
	}
	return n == 1;
}

static bool is_on(int fd, unsigned long magic)
{
	struct statfs s;

	return fd >= 0 && fstatfs(fd, &s) == 0 && (unsigned long)s.f_type == magic;
}

void mount_open_own_proc(struct mount_plan *p)
{
	auto_left_fd fd = has_own_proc(p) ? safe_open_plain(p->root, "/proc", O_PATH | O_DIRECTORY) : FD_NONE;

	/* Whoever can write to the rootfs may have moved the directory away. */
	if (is_on(fd, PROC_SUPER_MAGIC))
		p->own_proc = TAKE_FD(fd);
}

/*
 * Where path is. What is right in the container's own procfs goes by its name there, which needs no descriptor: only
 * the kernel makes anything there, and links, which are text. -errno, where it goes by a descriptor.
 */
static int find(const struct mount_plan *p, const char *path, struct mount_target *ret)
{
	static const char proc[] = "/proc/";
	const char *name = path + sizeof(proc) - 1;
	struct mount_target t = { .path = path };

	if (p->own_proc >= 0 && !p->proc_covered && str_starts(path, proc) && *name && !strchr(name, '/') &&
	    !str_eq(name, ".") && !str_eq(name, "..")) {
		t.fd = p->own_proc;
		t.name = name;
		t.follow = true;
	} else {
		t.fd = safe_open(p->root, path, O_PATH, 0);
	}
	*ret = t;
	return t.fd < 0 ? t.fd : 0;
}

/* What goes by a descriptor may have been /proc itself, by whatever name: what is in it is another mount's then. */
static void leave(struct mount_plan *p, const struct mount_target *t)
{
	if (t->name || t->fd < 0)
		return;
	p->proc_covered = true;
	os_leave_fd(t->fd);
}

/*
 * Covers a file. It is the container's own /dev/null, and an image may have put there what it
 * wants: looked at, not followed, and it must be the device (CVE-2025-31133, CVE-2025-62161).
 */
static int open_dev_null(struct mount_plan *p, int *ret_fd, struct err *e)
{
	auto_fd fd = FD_NONE;
	struct stat st;

	if (p->null >= 0) {
		*ret_fd = p->null;
		return 0;
	}
	fd = safe_open(p->root, "/dev/null", O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return err_sys(e, -fd, "open the container's /dev/null");
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat the container's /dev/null");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return err_make(e, ERR_CONFIG, ENODEV,
				"the container's /dev/null is not the null device");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int mount_mask_dir(struct mount_plan *p, const struct mount_target *t, struct err *e)
{
	/* A 5.4 kernel of Ubuntu's refuses one inode. */
	static const char *const data[] = { "nr_blocks=1,nr_inodes=1", "nr_blocks=1,nr_inodes=2" };
	struct mount_op op = {
		.kind = MOUNT_OP_FS, .dest = t->path, .source = "tmpfs", .type = "tmpfs",
		.label = p->in.mount_label, .label_kind = p->in.mount_label_kind, .opt.set = MS_RDONLY,
	};
	struct mount_target fresh = { .fd = t->fd, .name = t->name, .follow = t->follow, .path = t->path };
	int r = -EINVAL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(data) && r == -EINVAL; i++) {
		if (i > 0)
			err_init(e);
		op.opt.data = data[i];
		r = p->exec->fs(p, &op, &fresh, NULL, e);
	}
	return r;
}

struct masks {
	int null;  /* for files, opened when the first one comes */
	struct mount_target first; /* the first directory, with a tmpfs of its own by now; its path is NULL before */
	int empty; /* that tmpfs, opened when there is a second one to be covered by a clone */
};

static int mask_file(struct mount_plan *p, struct masks *m, const struct mount_target *t,
		     struct err *e)
{
	int r = m->null < 0 ? open_dev_null(p, &m->null, e) : 0;

	if (r < 0)
		return r;
	r = p->exec->bind_fd(p, m->null, t, false, 0);
	return r < 0 ? err_sys(e, -r, "bind /dev/null") : 0;
}

static int open_empty(const struct mount_plan *p, const struct mount_target *first)
{
	return first->name ? openat(first->fd, first->name, O_PATH | O_DIRECTORY | O_CLOEXEC) :
			     safe_open(p->root, first->path, O_PATH | O_DIRECTORY, 0);
}

/* One superblock for all: many of them contend on the kernel's shrinker list, and each costs when
 * it dies. The clone inherits read-only from the mount. */
static int mask_dir(struct mount_plan *p, struct masks *m, const struct mount_target *t,
		    struct err *e)
{
	int r;

	if (!m->first.path) {
		m->first = *t;
		return mount_mask_dir(p, t, e);
	}
	if (m->empty < 0)
		m->empty = open_empty(p, &m->first);
	/* Who shares the mount namespace may have moved it away. */
	if (!is_on(m->empty, TMPFS_MAGIC))
		return mount_mask_dir(p, t, e);
	r = p->exec->bind_fd(p, m->empty, t, false, 0);
	return r < 0 ? err_sys(e, -r, "bind the empty directory") : 0;
}

static bool listed_before(const struct strv *list, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (str_eq(list->v[j], list->v[i]))
			return true;
	return false;
}

int mount_masked_paths(struct mount_plan *p, struct err *e)
{
	const struct strv *paths = p->in.masked_paths;
	struct masks m = { .null = FD_NONE, .empty = FD_NONE };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && paths && i < paths->n; i++) {
		struct mount_target t;
		struct stat st;

		if (listed_before(paths, i))
			continue;
		r = find(p, paths->v[i], &t);
		if (r == 0 && fstatat(t.fd, t.name ? t.name : "", &st, AT_EMPTY_PATH) < 0)
			r = -errno;
		if (r == -ENOENT)
			r = 0;
		else if (r < 0)
			err_sys(e, -r, "open");
		else
			r = S_ISDIR(st.st_mode) ? mask_dir(p, &m, &t, e) : mask_file(p, &m, &t, e);
		leave(p, &t);
		if (r < 0)
			err_place(e, "linux.maskedPaths[%zu] (%s)", i, t.path);
	}
	if (m.null != p->null)
		os_leave_fd(m.null);
	os_leave_fd(m.empty);
	return r;
}

static bool is_root(const struct mount_plan *p, int fd)
{
	struct stat here, root;

	return fstat(fd, &here) == 0 && fstat(p->root, &root) == 0 && here.st_dev == root.st_dev &&
	       here.st_ino == root.st_ino;
}

/* 0: so it is, or there is nothing of that name. */
static int make_readonly(struct mount_plan *p, const struct mount_target *t)
{
	/* The container stands on its root, and would not see what is laid over it. EINVAL: it is another way there. */
	int r = !t->name && is_root(p, t->fd) ? p->exec->add_attr(p, t->fd, OS_MOUNT_ATTR_RDONLY) : -EINVAL;

	if (r != -EINVAL)
		return r;
	return t->name ? mount_over_itself(t, OS_MOUNT_ATTR_RDONLY) :
			 p->exec->bind_fd(p, t->fd, t, true, OS_MOUNT_ATTR_RDONLY);
}

int mount_readonly_paths(struct mount_plan *p, struct err *e)
{
	const struct strv *paths = p->in.readonly_paths;
	size_t i;

	for (i = 0; paths && i < paths->n; i++) {
		struct mount_target t;
		int r = find(p, paths->v[i], &t);

		if (r == -ENOENT)
			continue;
		if (r == 0)
			r = make_readonly(p, &t);
		leave(p, &t);
		if (r < 0) {
			err_sys(e, -r, "make it read-only");
			return err_place(e, "linux.readonlyPaths[%zu] (%s)", i, t.path);
		}
	}
	return 0;
}
