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
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/safe_path.h"

/*
 * Covers a file. It is the container's own /dev/null, and an image may have put there what it
 * wants: looked at, not followed, and it must be the device (CVE-2025-31133, CVE-2025-62161).
 */
static int open_dev_null(struct mount_plan *p, int *ret_fd, struct err *e)
{
	auto_fd fd = safe_open(p->root, "/dev/null", O_PATH | O_NOFOLLOW, 0);
	struct stat st;

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
	struct mount_target fresh = { .fd = t->fd, .path = t->path };
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
	int null;          /* for files, opened when the first one comes */
	const char *first; /* the first directory, with a tmpfs of its own by now; NULL */
	int empty;         /* that tmpfs, opened when there is a second one to be covered by a clone */
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

static bool is_tmpfs(int fd)
{
	struct statfs s;

	return fd >= 0 && fstatfs(fd, &s) == 0 && s.f_type == TMPFS_MAGIC;
}

/* One superblock for all: many of them contend on the kernel's shrinker list, and each costs when
 * it dies. The clone inherits read-only from the mount. */
static int mask_dir(struct mount_plan *p, struct masks *m, const struct mount_target *t,
		    struct err *e)
{
	int r;

	if (!m->first) {
		m->first = t->path;
		return mount_mask_dir(p, t, e);
	}
	if (m->empty < 0)
		m->empty = safe_open(p->root, m->first, O_PATH | O_DIRECTORY, 0);
	/* Who shares the mount namespace may have moved it away. */
	if (!is_tmpfs(m->empty))
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
		struct mount_target t = { .path = paths->v[i] };
		auto_left_fd fd = safe_open(p->root, t.path, O_PATH, 0);
		struct stat st;

		if (fd == -ENOENT || listed_before(paths, i))
			continue;
		t.fd = fd;
		if (fd < 0)
			r = err_sys(e, -fd, "open");
		else if (fstat(fd, &st) < 0)
			r = err_sys(e, errno, "stat");
		else
			r = S_ISDIR(st.st_mode) ? mask_dir(p, &m, &t, e) : mask_file(p, &m, &t, e);
		if (r < 0)
			err_place(e, "linux.maskedPaths[%zu] (%s)", i, t.path);
	}
	os_leave_fd(m.null);
	os_leave_fd(m.empty);
	return r;
}

int mount_readonly_paths(struct mount_plan *p, struct err *e)
{
	const struct strv *paths = p->in.readonly_paths;
	size_t i;

	for (i = 0; paths && i < paths->n; i++) {
		struct mount_target t = { .path = paths->v[i] };
		auto_left_fd fd = safe_open(p->root, t.path, O_PATH, 0);
		int r = fd;

		if (r == -ENOENT)
			continue;
		t.fd = fd;
		if (r >= 0)
			r = p->exec->bind_fd(p, fd, &t, true, OS_MOUNT_ATTR_RDONLY);
		if (r < 0) {
			err_sys(e, -r, "make it read-only");
			return err_place(e, "linux.readonlyPaths[%zu] (%s)", i, t.path);
		}
	}
	return 0;
}
