/* SPDX-License-Identifier: Apache-2.0 */
/* Binds whose source or destination is a symlink. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "mount/plan.h"
#include "os/mount_fd.h"
#include "os/safe_path.h"

int mount_clone_source(const struct mount_op *op)
{
	bool recursive = op->opt.set & MS_REC;

	return op->opt.links & MOUNT_SRC_NOFOLLOW ? os_open_tree_nofollow(op->source, recursive) :
						    os_open_tree(AT_FDCWD, op->source, recursive);
}

/* 1: path below dir (or dir itself, with "") is a symlink with text; 0: whatever else. */
static int read_link(int dir, const char *path, char *text, size_t size, struct err *e)
{
	ssize_t n = readlinkat(dir, path, text, size);

	if (n < 0)
		return 0; /* what is wrong with it, the one who mounts it will say */
	if ((size_t)n == size)
		return err_sys(e, ENAMETOOLONG, "read the link %s", path);
	text[n] = '\0';
	return 1;
}

int mount_note_link(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	char text[PATH_MAX];
	int r = op->late_source ? 0 : read_link(AT_FDCWD, op->source, text, sizeof(text), e);

	if (r <= 0)
		return r;
	op->link = arena_strdup(&p->arena, text);
	return op->link ? 0 : mount_plan_no_memory(e);
}

/* By init: what another mount provides, not by a path that leads out of the root; and in a restore. */
static int read_here(struct mount_plan *p, const struct mount_op *op, char *text, size_t size,
		     struct err *e)
{
	auto_fd fd = FD_NONE;

	if (!op->late_source)
		return read_link(AT_FDCWD, op->source, text, size, e);
	fd = safe_open_last(p->root, mount_inside_root(p, op->source));
	return fd < 0 ? 0 : read_link(fd, "", text, size, e);
}

static int make_link(struct mount_plan *p, const struct mount_op *op, const char *text,
		     struct err *e)
{
	char name[NAME_MAX + 1], there[PATH_MAX];
	auto_fd dir = safe_open_parent(p->root, op->dest, true, name, sizeof(name));
	ssize_t n;

	if (dir < 0)
		return err_sys(e, -dir, "open the parent of %s", op->dest);
	if (symlinkat(text, dir, name) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, errno, "link %s", op->dest);
	n = readlinkat(dir, name, there, sizeof(there));
	if (n >= 0 && (size_t)n == strlen(text) && memcmp(there, text, (size_t)n) == 0)
		return 0;
	return err_make(e, ERR_CONFIG, EEXIST, "the destination %s exists and is not a link to %s",
			op->dest, text);
}

int mount_copy_link(struct mount_plan *p, const struct mount_op *op, struct err *e)
{
	char text[PATH_MAX];
	int r = op->link ? 1 : read_here(p, op, text, sizeof(text), e);

	if (r <= 0)
		return r;
	p->target_plain = false;
	r = mount_check_place(op, op->dest, FD_NONE, e);
	if (r == 0)
		r = make_link(p, op, op->link ? op->link : text, e);
	return r < 0 ? r : 1;
}

/* File systems of the kernel's whose links are not the image's to be covered. */
static bool is_kernels(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
					 fs.f_type == DEVPTS_SUPER_MAGIC);
}

int mount_check_link(const struct mount_op *op, bool source_is_dir, const struct mount_target *t,
		     struct err *e)
{
	struct stat st;

	if (fstat(t->fd, &st) < 0)
		return err_sys(e, errno, "stat the destination %s", op->dest);
	if (S_ISLNK(st.st_mode) && is_kernels(t->fd))
		return err_make(e, ERR_CONFIG, EPERM, "the link %s of the kernel's cannot be covered",
				op->dest);
	if (source_is_dir == S_ISDIR(st.st_mode))
		return 0;
	return err_make(e, ERR_CONFIG, ENOTDIR,
			"the source %s is %s directory, and the destination %s is %s", op->source,
			source_is_dir ? "a" : "no", op->dest,
			S_ISLNK(st.st_mode) ? "a symbolic link" : S_ISDIR(st.st_mode) ? "one" : "none");
}
