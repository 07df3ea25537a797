/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /dev: device nodes, the links that programs expect, and the console.
 * Everything is made relative to directory descriptors that were opened inside the root: an image
 * whose /dev is a symlink got nodes and links made, and files removed, on the host
 * (CVE-2026-41579, CVE-2026-47766, CVE-2026-88264).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "mount/plan.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/safe_path.h"

#define DEFAULT_MODE 0666u

struct node {
	const char *path;
	mode_t mode; /* with the type */
	dev_t dev;
	uid_t uid;
	gid_t gid;
};

static const struct {
	const char *path;
	unsigned major, minor;
} default_nodes[] = {
	{ "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

const char *mount_default_device(size_t i)
{
	return i < ARRAY_SIZE(default_nodes) ? default_nodes[i].path : NULL;
}

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" },
	{ "/proc/self/fd/0", "stdin" },
	{ "/proc/self/fd/1", "stdout" },
	{ "/proc/self/fd/2", "stderr" },
};

static int check_node(int fd, const struct node *n, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat %s", n->path);
	if ((st.st_mode & S_IFMT) != (n->mode & S_IFMT) ||
	    (!S_ISFIFO(n->mode) && st.st_rdev != n->dev))
		return err_make(e, ERR_CONFIG, EEXIST,
				"%s is there already and is not the device %u:%u", n->path,
				major(n->dev), minor(n->dev));
	return 0;
}

mode_t mount_callers_umask(const struct mount_plan *p)
{
	return p->umask;
}

int mount_own_null(const struct mount_plan *p)
{
	return p->null;
}

/* In a user namespace mknod(2) is refused: the host's node is bound on an empty file. */
static int bind_node(struct mount_plan *p, int dir, const char *name, const struct node *n,
		     struct err *e)
{
	auto_fd file = openat(dir, name, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			      0);
	int why = file < 0 ? errno : 0; /* counts where nothing is there: it may fail on a node that is */
	auto_fd target = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), host = FD_NONE;
	struct mount_target t = { .fd = target, .path = n->path };
	struct stat st;
	int r;

	if (target < 0 || fstat(target, &st) < 0)
		return err_sys(e, why && errno == ENOENT ? why : errno, "create %s", n->path);
	if (S_ISLNK(st.st_mode))
		return err_sys(e, ELOOP, "create %s", n->path);
	if (p->moved)
		return err_sys(e, EXDEV, "open the host's %s", n->path);
	host = openat(AT_FDCWD, n->path, O_PATH | O_CLOEXEC);
	if (host < 0)
		return err_sys(e, errno, "open the host's %s", n->path);
	r = check_node(host, n, e);
	if (r < 0)
		return err_wrap(e, "on the host");
	r = p->exec->bind_fd(p, host, &t, false, 0);
	return r < 0 ? err_sys(e, -r, "bind the host's %s", n->path) : 0;
}

/* 1: it was made by this call, and needs no look; 0: it is there. */
static int make_node_in(struct mount_plan *p, int dir, const char *name, const struct node *n,
			struct err *e)
{
	auto_fd fd = FD_NONE;
	bool fresh;
	int r;

	if (p->in.user_namespace && !S_ISFIFO(n->mode))
		return bind_node(p, dir, name, n, e);
	fresh = mknodat(dir, name, n->mode, n->dev) == 0;
	if (!fresh && errno == EPERM)
		return bind_node(p, dir, name, n, e);
	if (!fresh && errno != EEXIST)
		return err_sys(e, errno, "create the device %s", n->path);
	if (fresh && !n->uid && !n->gid)
		return 1;
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "open the device %s", n->path);
	r = check_node(fd, n, e);
	if (r < 0 || !fresh)
		return r;
	/* The umask is 0 here, so the mode is right; the owner of a new node is the caller. */
	if (fchownat(fd, "", n->uid, n->gid, AT_EMPTY_PATH) < 0)
		return err_sys(e, errno, "set the owner of %s", n->path);
	return 0;
}

/* dev is /dev, where nearly all of them are. */
static int make_node(struct mount_plan *p, int dev, const struct node *n, struct err *e)
{
	char name[NAME_MAX + 1];
	auto_fd dir = FD_NONE;

	if (str_starts(n->path, "/dev/") && !strchr(n->path + 5, '/') &&
	    strlen(n->path + 5) <= NAME_MAX && n->path[5] && !str_eq(n->path + 5, ".") &&
	    !str_eq(n->path + 5, ".."))
		return make_node_in(p, dev, n->path + 5, n, e);
	dir = safe_open_parent(p->root, n->path, true, name, sizeof(name));
	if (dir < 0)
		return err_sys(e, -dir, "open the parent of %s", n->path);
	return make_node_in(p, dir, name, n, e);
}

static mode_t type_bits(char type)
{
	return type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : S_IFCHR;
}

static bool in_config(const struct mount_plan *p, const char *path)
{
	size_t i;

	for (i = 0; p->in.devices && i < p->in.devices->n; i++)
		if (str_eq(p->in.devices->v[i].path, path))
			return true;
	return false;
}

/* own: nobody else can have put anything into dev. Its null device, which stdio and masks may want, is then what it
 * seems to be. */
static int make_nodes(struct mount_plan *p, int dev, bool own, struct err *e)
{
	size_t i;
	int r;

	for (i = 0; i < ARRAY_SIZE(default_nodes); i++) {
		struct node n = {
			.path = default_nodes[i].path, .mode = S_IFCHR | DEFAULT_MODE,
			.dev = makedev(default_nodes[i].major, default_nodes[i].minor),
		};

		r = in_config(p, n.path) ? 0 : make_node(p, dev, &n, e);
		if (r < 0)
			return r;
		if (r > 0 && own && n.dev == makedev(1, 3))
			p->null = openat(dev, "null", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	}
	for (i = 0; p->in.devices && i < p->in.devices->n; i++) {
		const struct spec_device *d = &p->in.devices->v[i];
		struct node n = {
			.path = d->path,
			.mode = type_bits(d->type) |
				(d->file_mode.set ? d->file_mode.v & 07777 : DEFAULT_MODE),
			.dev = makedev((unsigned)d->major, (unsigned)d->minor),
			.uid = d->uid.v,
			.gid = d->gid.v,
		};

		/* The link to pts/ptmx takes this place. */
		if (str_eq(d->path, "/dev/ptmx"))
			continue;
		r = make_node(p, dev, &n, e);
		if (r < 0)
			return err_place(e, "linux.devices[%zu]", i);
	}
	return 0;
}

static int make_link(int dev, const char *target, const char *name, struct err *e)
{
	if (symlinkat(target, dev, name) < 0 && errno != EEXIST)
		return err_sys(e, errno, "link /dev/%s to %s", name, target);
	return 0;
}

static int make_links(const struct mount_plan *p, int dev, struct err *e)
{
	size_t i;
	int r;

	/* The container's own devpts instance, whatever the image has there. */
	r = symlinkat("pts/ptmx", dev, "ptmx") < 0 ? -errno : 0;
	if (r == -EEXIST) {
		if (unlinkat(dev, "ptmx", 0) < 0 && errno != ENOENT)
			return err_sys(e, errno, "remove /dev/ptmx");
		r = make_link(dev, "pts/ptmx", "ptmx", e);
	} else if (r < 0) {
		return err_sys(e, -r, "link /dev/ptmx to pts/ptmx");
	}
	for (i = 0; r == 0 && i < ARRAY_SIZE(links); i++)
		r = make_link(dev, links[i][0], links[i][1], e);
	/* The kernel may be built without it. */
	if (r == 0 && faccessat(procfs_dir(p->proc), "kcore", F_OK, 0) == 0)
		r = make_link(dev, "/proc/kcore", "core", e);
	return r;
}

static int make_all(struct mount_plan *p, struct err *e)
{
	bool own = str_eq(p->fresh, "/dev") && p->fresh_fd >= 0;
	auto_left_fd dev = own ? TAKE_FD(p->fresh_fd) : safe_mkdir_p(p->root, "/dev", 0755);
	int r = dev < 0 ? err_sys(e, -dev, "open /dev") : make_nodes(p, dev, own && !p->in.others_mount, e);

	return r < 0 ? r : make_links(p, dev, e);
}

int mount_devices(struct mount_plan *p, struct err *e)
{
	int r = p->setup_dev ? make_all(p, e) : 0;

	/* Where nodes may not be made the host's are bound. */
	if (r < 0 && p->moved) {
		r = mount_all_again(p, r, e);
		if (r == 0)
			r = make_all(p, e);
	}
	return r;
}

/* A symlink planted as /dev/console would have the file made, and the pty bound, elsewhere
 * (CVE-2025-52565, CVE-2026-88264). */
static int open_console(struct mount_plan *p, int *ret_fd, struct err *e)
{
	char name[NAME_MAX + 1];
	auto_fd dir = safe_open_parent(p->root, "/dev/console", true, name, sizeof(name));
	auto_fd fd = FD_NONE, made = FD_NONE;
	struct stat st;

	if (dir < 0)
		return err_sys(e, -dir, "open /dev");
	made = openat(dir, name, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (made < 0 && errno != EEXIST)
		return err_sys(e, errno, "create /dev/console");
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "open /dev/console");
	if (S_ISLNK(st.st_mode))
		return err_sys(e, ELOOP, "open /dev/console");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int mount_console(int slave_fd, struct err *e)
{
	struct procfs proc = PROCFS_NONE;
	struct mount_plan p = {
		.root = FD_NONE, .fd_dir = FD_NONE, .proc = &proc,
		.exec = os_mount_api() ? &mount_exec_fd : &mount_exec_old,
	};
	struct mount_target t = { .fd = FD_NONE, .path = "/dev/console" };
	int r = 0;

	p.root = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p.root < 0)
		return err_sys(e, errno, "open the root");
	if (p.exec == &mount_exec_old)
		r = procfs_open(&proc, e);
	if (r == 0)
		r = open_console(&p, &t.fd, e);
	if (r == 0) {
		r = p.exec->bind_fd(&p, slave_fd, &t, false, 0);
		if (r < 0)
			r = err_sys(e, -r, "bind the terminal on /dev/console");
	}
	fd_close(t.fd);
	fd_close(p.root);
	procfs_close(&proc);
	return r;
}
