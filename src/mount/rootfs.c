/* SPDX-License-Identifier: Apache-2.0 */
/* The root: from a directory of the host to "/" of the container. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"

#define MOUNTINFO_MAX (16u << 20)

/* True when no mount of this namespace passes anything on to the host's. */
static bool all_private(const struct mount_input *in)
{
	unsigned long f = in->rootfs_propagation;

	return !f || ((f & MS_REC) && (f & (MS_SLAVE | MS_PRIVATE)));
}

/*
 * The mount that the rootfs is on must not be shared: what is mounted below it would reach the
 * host, and pivot_root(2) refuses. EINVAL says "not a mount point": go up.
 */
static int close_parent(const struct mount_input *in, struct err *e)
{
	unsigned long flag = mount_root_propagation(in) & MS_SLAVE && in->rootfs_propagation ?
		MS_SLAVE : MS_PRIVATE;
	char path[PATH_MAX];

	if (strlen(in->rootfs) >= sizeof(path))
		return err_sys(e, ENAMETOOLONG, "%s", in->rootfs);
	memcpy(path, in->rootfs, strlen(in->rootfs) + 1);
	while (mount("", path, NULL, flag, NULL) < 0) {
		char *slash = strrchr(path, '/');

		if (errno != EINVAL || !slash || str_eq(path, "/"))
			return err_sys(e, errno, "make the mount of %s private", in->rootfs);
		slash[slash == path] = '\0';
	}
	return 0;
}

int mount_open_root(struct mount_plan *p, int at, struct err *e)
{
	struct os_mount_attr attr = { .propagation = MS_PRIVATE };
	auto_fd tree = p->moves ? mount_open_following(p, p->in.rootfs, true) :
				  os_open_tree(at, at == AT_FDCWD ? p->in.rootfs : "", true);
	int r;

	if (tree < 0)
		return err_sys(e, -tree, "open the rootfs %s as a mount", p->in.rootfs);
	/* Private unless asked to be a slave: mounts of the host at this place stay outside. */
	r = mount_root_propagation(&p->in) == MS_SLAVE && p->in.rootfs_propagation ?
		0 : os_mount_setattr(tree, &attr, false);
	if (r < 0)
		return err_sys(e, -r, "make the mount of %s private", p->in.rootfs);
	p->root = TAKE_FD(tree);
	return 0;
}

static int bind_root_fd(struct mount_plan *p, struct err *e)
{
	auto_fd below = openat(AT_FDCWD, p->in.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = below < 0 ? err_sys(e, errno, "open the rootfs %s", p->in.rootfs) : mount_open_root(p, below, e);

	if (r < 0)
		return r;
	r = os_move_mount(p->root, below);
	return r < 0 ? err_sys(e, -r, "bind the rootfs %s onto itself", p->in.rootfs) : 0;
}

static int detached_are_missing(struct err *e)
{
	return err_make(e, ERR_UNSUPPORTED, ENOSYS, "a container without a mount namespace needs Linux 6.15");
}

/*
 * The container stays in the caller's mount namespace, and the caller must see nothing of its mounts:
 * they are made on a copy of the rootfs that no namespace has. Linux 6.15 mounts on such a copy, and
 * copies it, which is how it is asked. The copy lives as long as it is somebody's root.
 */
int mount_root_detach(struct mount_plan *p, struct err *e)
{
	struct os_mount_attr attr = { .propagation = MS_PRIVATE };
	auto_fd again = FD_NONE;
	int r;

	if (!os_mount_api())
		return detached_are_missing(e);
	p->exec = &mount_exec_fd;
	p->root = os_open_tree(AT_FDCWD, p->in.rootfs, true);
	if (p->root < 0)
		return err_sys(e, -p->root, "open the rootfs %s as a mount", p->in.rootfs);
	again = os_open_tree(p->root, "", false);
	if (again == -EINVAL)
		return detached_are_missing(e);
	if (again < 0)
		return err_sys(e, -again, "copy the mount of %s", p->in.rootfs);
	r = os_mount_setattr(p->root, &attr, true);
	return r < 0 ? err_sys(e, -r, "make the mount of %s private", p->in.rootfs) : 0;
}

static int bind_root_old(struct mount_plan *p, struct err *e)
{
	if (mount(p->in.rootfs, p->in.rootfs, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(e, errno, "bind the rootfs %s onto itself", p->in.rootfs);
	p->root = openat(AT_FDCWD, p->in.rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return p->root < 0 ? err_sys(e, errno, "open the rootfs %s", p->in.rootfs) : 0;
}

/* On the kernel's rootfs, which is left below it for ever, as pivot_root(2) leaves it. */
int mount_root_attach(struct mount_plan *p, struct err *e)
{
	int r = os_move_mount_to(p->root, AT_FDCWD, "/");

	return r < 0 ? err_sys(e, -r, "attach the rootfs %s", p->in.rootfs) : 0;
}

int mount_root_bind(struct mount_plan *p, struct err *e)
{
	unsigned long flags = p->in.rootfs_propagation;
	bool by_fd = os_mount_api();
	int r = 0;

	if (!flags)
		flags = MS_SLAVE | MS_REC;
	if (mount("", "/", NULL, flags, NULL) < 0)
		return err_sys(e, errno, "set the propagation of the mount namespace");
	if (!by_fd || !all_private(&p->in))
		r = close_parent(&p->in, e);
	if (r < 0)
		return r;
	return by_fd ? bind_root_fd(p, e) : bind_root_old(p, e);
}

int mount_root_fd(const struct mount_plan *p)
{
	return p->root;
}

/*
 * pivot_root(".", ".") stacks the old root on the new one and needs no directory for it; then the
 * old one is taken off, and that is the only umount(2) of a container's creation.
 */
static int pivot(struct mount_plan *p, struct err *e)
{
	bool shared = !all_private(&p->in);
	auto_fd old = shared ? openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC) : FD_NONE;

	if ((shared && old < 0) || fchdir(p->root) < 0)
		return err_sys(e, errno, "change to the rootfs");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return err_sys(e, errno, errno == EINVAL ? "pivot_root (is the host's root an "
			       "initramfs? then --no-pivot is needed)" : "pivot_root");
	/* The unmounting must not reach the host. */
	if (shared && (fchdir(old) < 0 || mount("", ".", NULL, MS_SLAVE | MS_REC, NULL) < 0))
		return err_sys(e, errno, "make the old root a slave");
	/* "." is the new root, and umount2(2) takes what is stacked on it: see pivot_root(2). */
	if (umount2(".", MNT_DETACH) < 0)
		return err_sys(e, errno, "unmount the old root");
	return chdir("/") < 0 ? err_sys(e, errno, "change to the new root") : 0;
}

/* "\040" and its like, in place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] && s[3]) {
			*out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

static int hide(const char *path, struct err *e)
{
	if (mount("", path, NULL, MS_SLAVE | MS_REC, NULL) < 0)
		return errno == ENOENT ? 0 : err_sys(e, errno, "make %s a slave", path);
	if (umount2(path, MNT_DETACH) == 0)
		return 0;
	/* Locked by a user namespace: covered instead. */
	if ((errno != EINVAL && errno != EPERM) || mount("tmpfs", path, "tmpfs", 0, NULL) < 0)
		return err_sys(e, errno, "hide %s", path);
	return 0;
}

/*
 * A chroot leaves the host's mounts in the namespace. A full proc or sysfs among them would allow
 * the container to mount a fresh one without the masks, so they are taken away.
 */
static int hide_pseudo(struct mount_plan *p, struct err *e)
{
	auto_fd fd = procfs_openat(p->proc, "self/mountinfo", O_RDONLY);
	auto_free char *text = NULL;
	char *line, *save = NULL;
	size_t n = strlen(p->in.rootfs);
	int r = fd < 0 ? fd : io_read_alloc(fd, MOUNTINFO_MAX, &text, NULL);

	if (r < 0)
		return err_sys(e, -r, "read the mount table");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *type = strstr(line, " - "), *root, *point, *f = NULL;

		/* 36 35 98:0 /root /point options optional-fields - type source */
		if (!type || !strtok_r(line, " ", &f) || !strtok_r(NULL, " ", &f) ||
		    !strtok_r(NULL, " ", &f) || !(root = strtok_r(NULL, " ", &f)) ||
		    !(point = strtok_r(NULL, " ", &f)))
			continue;
		type += 3;
		unescape(point);
		if (!str_eq(root, "/") ||
		    (!str_starts(type, "proc ") && !str_starts(type, "sysfs ")) ||
		    (strncmp(point, p->in.rootfs, n) == 0 && (!point[n] || point[n] == '/')))
			continue;
		r = hide(point, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int move_root(struct mount_plan *p, struct err *e)
{
	int r = hide_pseudo(p, e);

	if (r < 0)
		return r;
	if (fchdir(p->root) < 0)
		return err_sys(e, errno, "change to the rootfs");
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return err_sys(e, errno, "move the rootfs to /");
	if (chroot(".") < 0 || chdir("/") < 0)
		return err_sys(e, errno, "chroot to the rootfs");
	return 0;
}

static int enter_root(struct mount_plan *p, struct err *e)
{
	/* The working directory is then the new root as it is. */
	if (fchdir(p->root) < 0 || chroot(".") < 0)
		return err_sys(e, errno, "chroot to the rootfs");
	return 0;
}

int mount_pivot(struct mount_plan *p, struct err *e)
{
	/* pivot_root(2) would look at every task of the host, for one that stands on the old root. */
	if (p->in.inherit_namespace || p->moved)
		return enter_root(p, e);
	return p->in.no_pivot ? move_root(p, e) : pivot(p, e);
}

/* Only once "/" is the container's: before the pivot, the host's would have been meant. And only
 * once masks and read-only paths are there: what is unbindable cannot be bound onto itself. */
static int set_root_propagation(const struct mount_plan *p, struct err *e)
{
	unsigned long flags = p->in.rootfs_propagation;

	if (!flags || (flags & (MS_PRIVATE | MS_SLAVE)) || p->in.inherit_namespace)
		return 0;
	if (mount("", "/", NULL, flags, NULL) < 0)
		return err_sys(e, errno, "set the propagation of the root");
	return 0;
}

int mount_late_readonly(struct mount_plan *p, struct err *e)
{
	size_t i;

	for (i = 0; i < p->n_ops; i++) {
		struct mount_op *op = &p->ops[i];
		int r;

		if (op->mounted < 0 || !op->late_readonly)
			continue;
		r = p->exec->add_attr(p, op->mounted, OS_MOUNT_ATTR_RDONLY);
		if (r < 0) {
			err_sys(e, -r, "make it read-only");
			return err_place(e, "%s", op->words);
		}
		if (!p->in.live)
			cleanup_fd(&op->mounted);
	}
	return 0;
}

int mount_finish(struct mount_plan *p, struct procfs *proc, struct err *e)
{
	int r;

	p->proc = proc;
	p->in_fresh = false; /* the working directory is the root now */
	mount_open_own_proc(p);
	r = mount_late_readonly(p, e);
	if (r == 0 && p->in.root_readonly) {
		r = p->exec->add_attr(p, p->root, OS_MOUNT_ATTR_RDONLY);
		if (r < 0)
			r = err_sys(e, -r, "make the root read-only");
	}
	if (r == 0)
		r = mount_readonly_paths(p, e);
	if (r == 0)
		r = mount_masked_paths(p, e);
	if (r == 0)
		r = set_root_propagation(p, e);
	/* Nothing of the host's may be open when the container's program starts. */
	cleanup_fd(&p->fd_dir);
	os_leave_fd(TAKE_FD(p->own_proc));
	os_leave_fd(TAKE_FD(p->null));
	/* But the container's root, which is left to the last close_range(2). */
	if (p->in.inherit_namespace || r < 0)
		cleanup_fd(&p->root);
	return r;
}
