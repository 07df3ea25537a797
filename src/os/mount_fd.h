/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount API by descriptor: fsopen, fsconfig, fsmount, open_tree, move_mount (Linux 5.2),
 * mount_setattr (5.12).
 * Runs in: parent (sources) | init.
 * Must not happen here: a target given as a path. Targets are O_PATH descriptors, or a name in a directory of
 * theirs, which is not followed if it is a link but where nobody else can make one.
 *
 * A detached mount that is never attached costs an RCU grace period when it is closed.
 */
#pragma once

#include "base/util.h"

/* struct mount_attr, by the kernel's layout; libc headers and the kernel's own disagree. */
struct os_mount_attr {
	uint64_t set, clr;    /* OS_MOUNT_ATTR_* */
	uint64_t propagation; /* MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE or 0 */
	uint64_t userns_fd;   /* with OS_MOUNT_ATTR_IDMAP */
};

#define OS_MOUNT_ATTR_RDONLY      0x00000001u
#define OS_MOUNT_ATTR_NOSUID      0x00000002u
#define OS_MOUNT_ATTR_NODEV       0x00000004u
#define OS_MOUNT_ATTR_NOEXEC      0x00000008u
#define OS_MOUNT_ATTR__ATIME      0x00000070u /* the field; relatime is 0 in it */
#define OS_MOUNT_ATTR_NOATIME     0x00000010u
#define OS_MOUNT_ATTR_STRICTATIME 0x00000020u
#define OS_MOUNT_ATTR_NODIRATIME  0x00000080u
#define OS_MOUNT_ATTR_IDMAP       0x00100000u
#define OS_MOUNT_ATTR_NOSYMFOLLOW 0x00200000u /* 5.14 */

/* True when all of these calls are there (asked once a process). */
bool os_mount_api(void);

/* All return a CLOEXEC descriptor, 0, or -errno. */
int os_fsopen(const char *type);
/* value NULL: a flag. */
int os_fsconfig(int fs, const char *key, const char *value);
int os_fsconfig_create(int fs);
/* All of that without errno (os/raw_call.h): a new file system of this type, with a flag or NULL. */
int os_raw_new_fs(const char *type, const char *flag);
int os_fsmount(int fs, uint64_t attr);
/* The kernel's own words for the last failure on fs ("Unknown parameter 'x'"); "" when none. */
void os_fs_message(int fs, char *buf, size_t size);
/* A detached copy of the mount at path (or of fd itself, with path ""). */
int os_open_tree(int dirfd, const char *path, bool recursive);
/* The same with attr, of all mounts in the copy: one call since Linux 6.15, else two. */
int os_open_tree_attr(int dirfd, const char *path, bool recursive, const struct os_mount_attr *attr);
/* os_open_tree() of a symlink itself, where path is one. */
int os_open_tree_nofollow(const char *path, bool recursive);
int os_move_mount(int mount, int target);
/* Onto name in the directory dir, which is no link; dir AT_FDCWD and name "/": onto the root. */
int os_move_mount_to(int mount, int dir, const char *name);
/* The same where a link is followed. */
int os_move_mount_follow(int mount, int dir, const char *name);
int os_mount_setattr(int mount, const struct os_mount_attr *attr, bool recursive);
