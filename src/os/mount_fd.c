/* SPDX-License-Identifier: Apache-2.0 */
#include "os/mount_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/feature.h"
#include "os/raw_call.h"

/* One number on every architecture but alpha. */
#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#define SYS_fsconfig   431
#define SYS_fsmount    432
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

enum { CMD_FLAG = 0, CMD_STRING = 1, CMD_CREATE = 6 };

#define CLOEXEC_1        0x1u /* FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC */
#define TREE_CLONE       0x1u
#define TREE_RECURSIVE   0x8000u /* AT_RECURSIVE */
#define MOVE_F_EMPTY     0x04u
#define MOVE_T_SYMLINKS  0x10u
#define MOVE_T_EMPTY     0x40u

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

/*
 * Asked with a bad descriptor: EBADF from a kernel that knows the call. mount_setattr is the
 * youngest, but a filter may hide any of them, so one of each generation is asked.
 */
static bool probe(void)
{
	struct os_mount_attr none = { 0 };
	int r;

	if (os_fallback_forced(OS_MOUNT_API) || os_fallback_forced(OS_MOUNT_SETATTR))
		return false;
	r = result(syscall(SYS_mount_setattr, -EBADF, "", AT_EMPTY_PATH, &none, sizeof(none)));
	/* Nothing is asked for: the kernel may answer 0 before it looks at the descriptor. */
	if (r != -EBADF && r != 0)
		return false;
	return os_move_mount(-EBADF, -EBADF) == -EBADF;
}

bool os_mount_api(void)
{
	static int known; /* 1: yes, -1: no; benign when two threads ask at once */

	if (os_fallback_forced(OS_MOUNT_API) || os_fallback_forced(OS_MOUNT_SETATTR))
		return false;
	if (known == 0)
		known = probe() ? 1 : -1;
	return known > 0;
}

int os_fsopen(const char *type)
{
	if (os_fallback_forced(OS_MOUNT_API))
		return -ENOSYS;
	return result(syscall(SYS_fsopen, type, CLOEXEC_1));
}

int os_fsconfig(int fs, const char *key, const char *value)
{
	return result(syscall(SYS_fsconfig, fs, value ? CMD_STRING : CMD_FLAG, key, value, 0));
}

int os_fsconfig_create(int fs)
{
	return result(syscall(SYS_fsconfig, fs, CMD_CREATE, NULL, NULL, 0));
}

int os_raw_new_fs(const char *type, const char *flag)
{
	long fs = os_raw_call(SYS_fsopen, (long)type, CLOEXEC_1, 0), r = 0;

	if (fs >= 0 && flag)
		r = os_raw_call5(SYS_fsconfig, fs, CMD_FLAG, (long)flag, 0, 0);
	if (fs >= 0 && r == 0)
		r = os_raw_call5(SYS_fsconfig, fs, CMD_CREATE, 0, 0, 0);
	if (r < 0)
		os_raw_call(SYS_close, fs, 0, 0);
	return (int)(r < 0 ? r : fs);
}

int os_fsmount(int fs, uint64_t attr)
{
	return result(syscall(SYS_fsmount, fs, CLOEXEC_1, (unsigned)attr));
}

void os_fs_message(int fs, char *buf, size_t size)
{
	char text[512];
	ssize_t n = read(fs, text, sizeof(text) - 1);
	const char *p = text;

	text[n > 0 ? n : 0] = '\0';
	/* "e tmpfs: Unknown parameter": the letter is the level. */
	if (n > 2 && text[1] == ' ')
		p += 2;
	snprintf(buf, size, "%.*s", (int)strcspn(p, "\n"), p);
}

static int open_tree(int dirfd, const char *path, bool recursive, unsigned flags)
{
	flags |= TREE_CLONE | O_CLOEXEC | (recursive ? TREE_RECURSIVE : 0);
	if (os_fallback_forced(OS_MOUNT_API))
		return -ENOSYS;
	return result(syscall(SYS_open_tree, dirfd, path, flags));
}

int os_open_tree(int dirfd, const char *path, bool recursive)
{
	return open_tree(dirfd, path, recursive, *path ? 0 : AT_EMPTY_PATH);
}

int os_open_tree_nofollow(const char *path, bool recursive)
{
	return open_tree(AT_FDCWD, path, recursive, AT_SYMLINK_NOFOLLOW);
}

static int move_mount_to(int mount, int dir, const char *name, unsigned flags)
{
	if (os_fallback_forced(OS_MOUNT_API))
		return -ENOSYS;
	return result(syscall(SYS_move_mount, mount, "", dir, name, MOVE_F_EMPTY | flags));
}

int os_move_mount(int mount, int target)
{
	return move_mount_to(mount, target, "", MOVE_T_EMPTY);
}

int os_move_mount_to(int mount, int dir, const char *name)
{
	return move_mount_to(mount, dir, name, 0);
}

int os_move_mount_follow(int mount, int dir, const char *name)
{
	return move_mount_to(mount, dir, name, MOVE_T_SYMLINKS);
}

int os_open_tree_attr(int dirfd, const char *path, bool recursive, const struct os_mount_attr *attr)
{
	unsigned flags = TREE_CLONE | O_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH) | (recursive ? TREE_RECURSIVE : 0);
	static bool missing; /* or hidden by a filter */
	int tree, r;

	if (!missing && !os_fallback_forced(OS_MOUNT_API) && !os_fallback_forced(OS_OPEN_TREE_ATTR)) {
		tree = result(syscall(SYS_open_tree_attr, dirfd, path, flags, attr, sizeof(*attr)));
		if (tree != -ENOSYS && tree != -EPERM)
			return tree;
		missing = true;
	}
	tree = os_open_tree(dirfd, path, recursive);
	r = tree < 0 ? tree : os_mount_setattr(tree, attr, recursive);
	if (tree >= 0 && r < 0)
		close(tree);
	return r < 0 ? r : tree;
}

int os_mount_setattr(int mount, const struct os_mount_attr *attr, bool recursive)
{
	if (os_fallback_forced(OS_MOUNT_SETATTR))
		return -ENOSYS;
	return result(syscall(SYS_mount_setattr, mount, "",
			      AT_EMPTY_PATH | (recursive ? TREE_RECURSIVE : 0), attr,
			      sizeof(*attr)));
}
