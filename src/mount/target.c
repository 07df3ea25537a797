/* SPDX-License-Identifier: Apache-2.0 */
/* Where a mount goes: opened inside the root once, and only ever used by that descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/openat2.h"
#include "os/safe_path.h"

#define PROC_ROOT_INO 1

/* The files below /proc that lxcfs and CRIU cover; nothing else is allowed there. */
static const char *const allowed_in_proc[] = {
	"/proc/cpuinfo",  "/proc/diskstats", "/proc/loadavg",
	"/proc/meminfo",  "/proc/slabinfo",  "/proc/stat",
	"/proc/swaps",    "/proc/sys/crypto/fips_enabled",
	"/proc/sys/kernel/ns_last_pid",      "/proc/uptime",
};

static int fd_path(struct mount_plan *p, int fd, char *buf, size_t size)
{
	char name[16];
	ssize_t n;

	if (p->fd_dir < 0) {
		p->fd_dir = procfs_openat(p->proc, "self/fd", O_PATH | O_DIRECTORY);
		if (p->fd_dir < 0)
			return p->fd_dir;
	}
	snprintf(name, sizeof(name), "%d", fd);
	n = readlinkat(p->fd_dir, name, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return (size_t)n == size - 1 ? -ENAMETOOLONG : 0;
}

int mount_path_in_root(struct mount_plan *p, int fd, char *buf, size_t size)
{
	char path[PATH_MAX];
	size_t n;
	int r = 0;

	if (!p->root_path_known)
		r = fd_path(p, p->root, p->root_path, PATH_MAX);
	p->root_path_known |= r == 0;
	if (r == 0)
		r = fd_path(p, fd, path, sizeof(path));
	if (r < 0)
		return r;
	n = strlen(p->root_path);
	if (n == 1)
		n = 0;
	if (strncmp(path, p->root_path, n) != 0 || (path[n] && path[n] != '/'))
		return -EXDEV;
	if (strlen(path + n) >= size)
		return -ENAMETOOLONG;
	snprintf(buf, size, "%s", path[n] ? path + n : "/");
	return 0;
}

static bool is_proc_root(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC && fstat(fd, &st) == 0 &&
	       st.st_ino == PROC_ROOT_INO;
}

/* CVE-2019-16884, CVE-2019-19921. */
int mount_check_place(const struct mount_op *op, const char *path, int source, struct err *e)
{
	size_t i;

	if (str_eq(path, "/"))
		return err_make(e, ERR_CONFIG, EINVAL,
				"the destination is the root of the container");
	if (!path_is_below(path, "/proc"))
		return 0;
	if (str_eq(path, "/proc")) {
		if (op->kind == MOUNT_OP_REMOUNT ||
		    (op->kind == MOUNT_OP_FS && str_eq(op->type, "proc")) ||
		    (op->kind == MOUNT_OP_BIND && is_proc_root(source)))
			return 0;
		return err_make(e, ERR_CONFIG, EPERM,
				"\"%s\" cannot be mounted because it is not of type proc", path);
	}
	for (i = 0; i < ARRAY_SIZE(allowed_in_proc); i++)
		if (str_eq(path, allowed_in_proc[i]))
			return 0;
	return err_make(e, ERR_CONFIG, EPERM,
			"\"%s\" cannot be mounted because it is inside /proc", path);
}

/*
 * proc and sysfs: an image whose /proc is a symlink got the mount, and later label writes, where
 * it wanted them (CVE-2019-19921, CVE-2023-27561, CVE-2025-54867).
 */
static int open_real_dir(struct mount_plan *p, const struct mount_op *op, int *ret_fd,
			 struct err *e)
{
	char name[NAME_MAX + 1];
	auto_fd fd = FD_NONE, dir = safe_open_parent(p->root, op->dest, true, name, sizeof(name));
	struct stat st;

	if (dir < 0)
		return err_sys(e, -dir, "open the parent of %s", op->dest);
	if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		return err_sys(e, errno, "create the directory %s", op->dest);
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "open %s", op->dest);
	if (!S_ISDIR(st.st_mode))
		return err_make(e, ERR_CONFIG, ENOTDIR,
				"filesystem \"%s\" must be mounted on ordinary directory",
				op->type);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static bool is_tmpfs(const struct mount_op *op)
{
	return op->kind == MOUNT_OP_FS && str_eq(op->type, "tmpfs");
}

/* What is there; *ret_plain: without a symlink on the way, so it is where it seems to be. */
static int open_existing(struct mount_plan *p, const struct mount_op *op, struct mount_target *t,
			 bool *ret_plain)
{
	auto_fd fd = safe_open_plain(p->root, op->dest, O_PATH | (op->real_dir ? O_DIRECTORY : 0));
	struct stat st;

	*ret_plain = fd >= 0;
	if (fd < 0 && fd != -ENOENT && !op->real_dir)
		fd = safe_open(p->root, op->dest, O_PATH, 0);
	if (fd < 0)
		return fd;
	if (op->kind == MOUNT_OP_FS && mount_fs_takes_mode(op)) {
		if (fstat(fd, &st) < 0)
			return -errno;
		t->mode = st.st_mode & 07777;
	}
	t->existed = true;
	t->fd = TAKE_FD(fd);
	return 0;
}

static int make_missing(struct mount_plan *p, const struct mount_op *op, bool dir,
			struct mount_target *t, bool *ret_plain)
{
	int fd = dir ? safe_mkdir_plain(p->root, op->dest, 0755) : -ELOOP;

	*ret_plain = fd >= 0;
	if (fd < 0)
		fd = dir ? safe_mkdir_p(p->root, op->dest, 0755) :
			   safe_ensure_file(p->root, op->dest, 0644);
	if (fd < 0)
		return fd;
	t->fd = fd;
	return 0;
}

void mount_note_fresh(struct mount_plan *p, const struct mount_op *op)
{
	size_t n = p->fresh ? strlen(p->fresh) : 0;

	/* Only what is mounted on it, or on a directory that it is in, covers it. */
	if (n > 1 && p->target_plain && !path_is_below(p->fresh, op->dest) &&
	    (!is_tmpfs(op) || (strncmp(op->dest, p->fresh, n) == 0 && op->dest[n] == '/')))
		return;
	os_leave_fd(TAKE_FD(p->fresh_fd));
	p->in_fresh = false;
	p->fresh = is_tmpfs(op) && !op->opt.copyup ? op->dest : NULL;
}

/*
 * A directory in the tmpfs of before: most of what is mounted below /dev. Anything but a plain
 * directory right below it, made by this call, is left to the careful way.
 */
static int make_in_fresh(struct mount_plan *p, const struct mount_op *op, struct mount_target *t)
{
	size_t n = p->fresh ? strlen(p->fresh) : 0;
	const char *name = op->dest + n + 1;

	if (n < 2 || op->real_dir || !str_starts(op->dest, p->fresh) || op->dest[n] != '/' || !*name ||
	    strchr(name, '/') || str_eq(name, ".") || str_eq(name, ".."))
		return -ENOENT;
	if (p->fresh_fd < 0)
		p->fresh_fd = safe_open_plain(p->root, p->fresh, O_PATH | O_DIRECTORY);
	if (p->fresh_fd < 0 || mkdirat(p->fresh_fd, name, 0755) < 0)
		return -ENOENT;
	/* For what needs no descriptor of it the name will do. */
	if (op->kind == MOUNT_OP_FS && !op->opt.copyup && p->exec->fs_by_name && mount_fs_by_fd(op)) {
		t->fd = p->fresh_fd;
		t->name = name;
		return 0;
	}
	t->fd = openat(p->fresh_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return t->fd < 0 ? -errno : 0;
}

static int open_or_make(struct mount_plan *p, const struct mount_op *op, bool dir,
			struct mount_target *t, bool *ret_plain, struct err *e)
{
	int r;

	if (op->opt.links & MOUNT_DEST_NOFOLLOW) {
		/* It must be there, as with crun. */
		t->fd = safe_open_last(p->root, op->dest);
		t->existed = t->fd >= 0;
		return t->fd < 0 ? err_sys(e, -t->fd, "open the destination %s", op->dest) : 0;
	}
	r = dir && op->kind != MOUNT_OP_REMOUNT ? make_in_fresh(p, op, t) : -ENOENT;
	if (r == 0) {
		*ret_plain = true;
		return 0;
	}
	r = open_existing(p, op, t, ret_plain);
	if (r < 0 && op->real_dir)
		return open_real_dir(p, op, &t->fd, e);
	if (r == -ENOENT && op->kind != MOUNT_OP_REMOUNT)
		r = make_missing(p, op, dir, t, ret_plain);
	if (r < 0)
		return err_sys(e, -r, "%s the destination %s", r == -ENOENT ? "open" : "make",
			       op->dest);
	return 0;
}

/* Where a symlink may have led. Apart, for its page of stack. */
static __attribute__((noinline)) int check_where(struct mount_plan *p, const struct mount_op *op, int fd, int source,
						 struct err *e)
{
	char path[PATH_MAX];
	int r = mount_path_in_root(p, fd, path, sizeof(path));

	if (r < 0)
		return err_sys(e, -r, "find where %s is", op->dest);
	p->led_to_proc |= path_is_below(path, "/proc");
	return mount_check_place(op, path, source, e);
}

int mount_target_open(struct mount_plan *p, const struct mount_op *op, int source, bool dir,
		      struct mount_target *ret, struct err *e)
{
	struct mount_target t = { .fd = FD_NONE, .path = op->dest };
	bool plain = false;
	/* As written first, so that nothing is made where no mount may be. */
	int r = mount_check_place(op, op->dest, source, e);

	p->target_plain = false;
	if (r == 0)
		r = open_or_make(p, op, dir, &t, &plain, e);
	if (r < 0)
		return r;
	p->target_plain = plain;
	t.maybe_link = op->opt.links & (MOUNT_SRC_NOFOLLOW | MOUNT_DEST_NOFOLLOW);
	if (!plain)
		r = check_where(p, op, t.fd, source, e);
	if (r < 0) {
		fd_close(t.fd);
		return r;
	}
	*ret = t;
	return 0;
}

/* Now that a symlink may lie there: by the path that it is at, and not followed. */
static int reopen_link(struct mount_plan *p, const struct mount_target *t)
{
	char path[PATH_MAX];
	int r = mount_path_in_root(p, t->fd, path, sizeof(path));

	return r < 0 ? r : safe_open_last(p->root, path);
}

int mount_target_reopen(struct mount_plan *p, const struct mount_target *t)
{
	auto_fd fd = t->maybe_link ? reopen_link(p, t) : safe_open(p->root, t->path, O_PATH, 0);
	char before[PATH_MAX], now[PATH_MAX];
	int r, proc = procfs_dir(p->proc);
	uint64_t old_id, new_id;

	if (fd < 0)
		return fd;
	r = fd_path(p, t->fd, before, sizeof(before));
	if (r == 0)
		r = fd_path(p, fd, now, sizeof(now));
	if (r == 0)
		r = os_mount_id(proc, t->fd, &old_id);
	if (r == 0)
		r = os_mount_id(proc, fd, &new_id);
	if (r < 0)
		return r;
	if (old_id == new_id || !str_eq(before, now))
		return -ESTALE;
	return TAKE_FD(fd);
}
