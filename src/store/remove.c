/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/statx.h"
#include "store/store.h"

/* notify/notify.sock is the deepest that we make; a little room for what a later version adds. */
#define DEPTH_MAX 4

/* Only restores bind the root filesystem here: never entered, whatever is in it. */
#define CRIU_ROOT "criu-root"

static int remove_content(int fd, unsigned depth);

/*
 * Something mounted here is not ours to empty: a bind mount's content is the source's. The
 * attribute is there since Linux 5.8; a file system of another device tells the same before.
 */
static bool is_mounted(int parent, int fd)
{
	struct os_statx a, b;

	if (os_statx(parent, OS_STATX_BASIC_STATS, &a) < 0 ||
	    os_statx(fd, OS_STATX_BASIC_STATS, &b) < 0)
		return true;
	if (b.attributes_mask & OS_STATX_ATTR_MOUNT_ROOT)
		return b.attributes & OS_STATX_ATTR_MOUNT_ROOT;
	return a.dev_major != b.dev_major || a.dev_minor != b.dev_minor;
}

static int remove_directory(int parent, const char *name, unsigned depth)
{
	if (depth < DEPTH_MAX && !str_eq(name, CRIU_ROOT)) {
		auto_fd fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int r;

		if (fd < 0)
			return -errno;
		if (is_mounted(parent, fd))
			return -EBUSY;
		r = remove_content(fd, depth + 1);
		if (r < 0)
			return r;
	}
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

static int remove_entry(int fd, const char *name, unsigned depth)
{
	if (unlinkat(fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	return remove_directory(fd, name, depth);
}

/* The state goes last: whoever is killed half-way leaves a container that delete still knows. */
static int remove_content(int fd, unsigned depth)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	auto_dir dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *ent;

	if (!dir) {
		r = -errno;
		fd_close(copy);
		return r;
	}
	while (r == 0 && (errno = 0, ent = readdir(dir))) {
		if (str_eq(ent->d_name, ".") || str_eq(ent->d_name, ".."))
			continue;
		if (depth == 0 && str_eq(ent->d_name, "state.json"))
			continue;
		r = remove_entry(fd, ent->d_name, depth);
	}
	if (r == 0 && errno)
		r = -errno;
	if (r == 0 && depth == 0)
		r = remove_entry(fd, "state.json", depth);
	return r;
}

/*
 * As most containers leave it: nothing but these, told by the descriptor that is open anyway, in one go.
 * False: something else is there, or something would not go; state.json is the last to go.
 */
static bool remove_usual(int fd)
{
	static const char *const usual[] = { ".", "..", "config.json", "state.json", "brief", "seccomp.bpf" };
	bool there[ARRAY_SIZE(usual)] = { false };
	alignas(struct dirent) char buf[1024]; /* with 64-bit offsets it is the kernel's */
	ssize_t n = syscall(SYS_getdents64, fd, buf, sizeof(buf));

	/* Read before, or there may be more. */
	if (n <= 0 || (size_t)n + sizeof(struct dirent) > sizeof(buf))
		return false;
	for (ssize_t at = 0; at < n;) {
		const struct dirent *ent = (const void *)(buf + at);
		size_t i = 0;

		while (i < ARRAY_SIZE(usual) && !str_eq(usual[i], ent->d_name))
			i++;
		if (i == ARRAY_SIZE(usual))
			return false;
		there[i] = true;
		at += ent->d_reclen;
	}
	for (size_t i = 4; i < ARRAY_SIZE(usual); i++)
		if (there[i] && unlinkat(fd, usual[i], 0) < 0)
			return false;
	return (unlinkat(fd, "config.json", 0) == 0 || errno == ENOENT) &&
	       (unlinkat(fd, "state.json", 0) == 0 || errno == ENOENT);
}

static int remove_empty(const struct store_dir *d)
{
	return rmdir(d->path) < 0 && errno != ENOENT ? -errno : 0;
}

int store_remove(struct store_dir *d, struct err *e)
{
	int r = remove_usual(d->fd) ? remove_empty(d) : -ENOTEMPTY;

	if (r == -ENOTEMPTY || r == -EEXIST) {
		r = remove_content(d->fd, 0);
		if (r == 0)
			r = remove_empty(d);
	}
	if (r < 0)
		return err_sys(e, -r, "remove %s", d->path);
	/* Of nothing now: whoever waits for it sees that when he looks. */
	cleanup_fd(&d->lock);
	return 0;
}
