/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A path inside a root, one component at a time with O_PATH | O_NOFOLLOW: what openat2(2) does,
 * for kernels without it, and what no kernel does: creating what is missing on the way.
 * Runs in: any role; for os/safe_path.c and os/procfs.c alone.
 * Must not happen here: the kernel following a symlink, or opening "..".
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

enum walk_flags {
	WALK_NOFOLLOW = 1u << 0, /* the last component must not be a symlink: -ELOOP */
	WALK_NO_XDEV = 1u << 1,  /* no mount point may be crossed: -EXDEV */
	WALK_BENEATH = 1u << 2,  /* root is a procfs: no ".." and no absolute symlink: -EXDEV */
	WALK_MKDIR = 1u << 3, /* missing directories are made, also where dangling symlinks point */
	WALK_MKFILE = 1u << 4, /* with WALK_MKDIR: the last component becomes an empty file */
};

/* A CLOEXEC descriptor or -errno. mode is for O_CREAT and WALK_MKFILE, dir_mode for WALK_MKDIR;
 * both go through the umask. */
int os_walk(int root, const char *path, int flags, mode_t mode, mode_t dir_mode, unsigned how);
