/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one in-root resolver: every path below the rootfs goes through here.
 * Runs in: init before pivot (root = the rootfs), init after pivot (root = "/"), parent for exec.
 * Must not happen anywhere else: a path of the rootfs given to open, mkdir, mknod, symlink, mount.
 *
 * openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS (Linux 5.6), retried on EAGAIN; where
 * the call is missing, a walk of one component at a time with O_PATH | O_NOFOLLOW that never
 * leaves root and re-checks ".." (as strong, slower; forced by os_fallback_force("openat2")).
 * A symlink that points outside is taken inside: "/etc/passwd" is root's /etc/passwd.
 * All results are CLOEXEC. All functions return -errno on failure and touch nothing then.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* Opens an existing file, or with O_CREAT its last component; follows symlinks inside root. */
int safe_open(int root, const char *path, int flags, mode_t mode);
/* As safe_open(), but the last component must not be a symlink (-ELOOP) and no mount point may
 * be crossed when no_xdev (-EXDEV). */
int safe_open_nofollow(int root, const char *path, int flags, bool no_xdev);
/* An O_PATH descriptor of what path names, also when that is a symlink. */
int safe_open_last(int root, const char *path);
/* mkdir -p inside root; a dangling symlink on the way gets its target created, inside root.
 * Returns an O_PATH descriptor of the directory; -ENOTDIR when something else is there. */
int safe_mkdir_p(int root, const char *path, mode_t mode);
/* These two are for a path (absolute) with no symlink on the way: what they return is where path
 * says. -ELOOP when there is one, -ENOSYS without openat2(2): then the others are to be used.
 * safe_mkdir_plain() makes the last component alone. */
int safe_open_plain(int root, const char *path, int flags);
int safe_mkdir_plain(int root, const char *path, mode_t mode);
/* The target for a file mount: an O_PATH descriptor of path, an empty file being made (with its
 * parents) when nothing is there. A directory there is returned as it is. */
int safe_ensure_file(int root, const char *path, mode_t mode);
/* The parent directory of path (O_PATH, made when create) and the last component's name in
 * name[NAME_MAX + 1]: for mknodat, symlinkat, unlinkat, fchownat. */
int safe_open_parent(int root, const char *path, bool create, char *name, size_t size);
