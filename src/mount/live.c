/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts of a container that runs: whoever made its root may be changing it meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "mount/plan.h"
#include "os/mount_old.h"
#include "os/safe_path.h"
#include "os/statx.h"

/* By their descriptors: what a path leads to may have changed. */
static int take_back(struct mount_plan *p, struct err *e)
{
	int first = -e->errnum;

	for (size_t i = p->n_ops; i > 0; i--) {
		const struct mount_op *op = &p->ops[i - 1];

		/* EINVAL: it is not mounted any more. */
		int r = op->mounted < 0 ? 0 : os_umount_old(p->proc, op->mounted);

		if (r < 0 && r != -EINVAL)
			err_wrap(e, "%s stays mounted", op->dest);
	}
	return first;
}

int mount_live_add(struct mount_plan *p, int root, struct procfs *proc, struct err *e)
{
	p->exec = &mount_exec_fd;
	p->root = fcntl(root, F_DUPFD_CLOEXEC, 0);
	if (p->root < 0)
		return err_sys(e, errno, "keep the container's root");
	if (mount_all(p, proc, e) < 0 || mount_late_readonly(p, e) < 0)
		return take_back(p, e);
	return 0;
}

/* Linux 5.8 tells; before, umount(2) says EINVAL. */
static bool is_mount_point(int fd)
{
	struct os_statx st;

	if (os_statx(fd, OS_STATX_BASIC_STATS, &st) < 0)
		return false;
	return !(st.attributes_mask & OS_STATX_ATTR_MOUNT_ROOT) ||
	       st.attributes & OS_STATX_ATTR_MOUNT_ROOT;
}

/* Whether one of the list leads to path, which has no links in it: a config may name it with a slash too many, or by a
 * link of the image's ("/var/run"). */
static bool is_listed(struct mount_plan *p, const struct strv *list, const char *path)
{
	char found[PATH_MAX];

	for (size_t i = 0; i < list->n; i++) {
		auto_fd fd = safe_open(p->root, list->v[i], O_PATH, 0);

		if (fd >= 0 && mount_path_in_root(p, fd, found, sizeof(found)) == 0 && str_eq(found, path))
			return true;
	}
	return false;
}

/* By where it is: the container may have put a link on the way to it, that its covers be taken off for it. */
static int check_removal(int fd, const char *dest, const struct strv *const kept[2], int root, struct procfs *proc,
			 struct err *e)
{
	const struct mount_op as_added = { .kind = MOUNT_OP_BIND };
	char root_path[PATH_MAX], path[PATH_MAX];
	struct mount_plan p = { .root = root, .root_path = root_path, .proc = proc, .fd_dir = FD_NONE };
	int r = mount_path_in_root(&p, fd, path, sizeof(path));
	bool listed = r == 0 && (is_listed(&p, kept[0], path) || is_listed(&p, kept[1], path));

	fd_close(p.fd_dir);
	if (r < 0)
		return err_sys(e, -r, "find where %s is", dest);
	if (listed || mount_check_place(&as_added, path, FD_NONE, e) < 0)
		return err_make(e, ERR_CONFIG, EPERM, "%s cannot be unmounted: %s is in /proc, linux.maskedPaths or linux.readonlyPaths",
				dest, path);
	return 0;
}

int mount_live_remove(const char *destination, const struct strv *const kept[2], int root, struct procfs *proc, struct err *e)
{
	auto_fd fd = FD_NONE; /* also of a symlink that is mounted, or that is mounted on */
	struct arena a;
	const char *path;
	int r;

	arena_init(&a);
	path = path_join(&a, "/", destination);
	if (!path) {
		r = err_sys(e, ENOMEM, "unmount %s", destination);
	} else if (str_eq(path, "/")) {
		r = err_make(e, ERR_USAGE, EINVAL, "the container's root cannot be unmounted");
	} else if ((fd = safe_open_last(root, path)) >= 0 && check_removal(fd, path, kept, root, proc, e) < 0) {
		r = -e->errnum;
	} else {
		r = fd < 0 ? fd : is_mount_point(fd) ? os_umount_old(proc, fd) : -EINVAL;
		if (r == -EINVAL)
			r = err_make(e, ERR_STATE, EINVAL, "%s is not a mount point", path);
		else if (r < 0)
			r = err_sys(e, -r, "unmount %s", path);
	}
	arena_fini(&a);
	return r;
}
