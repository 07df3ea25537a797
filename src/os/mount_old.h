/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount(2) with descriptors in the place of paths, for kernels without the API of os/mount_fd.h
 * and for what that API has no words for.
 * Runs in: init.
 * Must not happen here: resolving a path of the rootfs. Both ends are reached as "self/fd/N" from
 * a procfs that the caller has verified, never by the name /proc.
 */
#pragma once

#include "os/procfs.h"

struct os_mount {
	int source_fd;      /* or FD_NONE, and then source as it is */
	const char *source;
	int target_fd;
	const char *type, *data;
	unsigned long flags; /* MS_* */
};

/* 0 or -errno. The working directory is the same afterwards. */
int os_mount_old(struct procfs *p, const struct os_mount *m);
/* Takes off the mount whose root fd is, with all that is mounted below it (MNT_DETACH). As above. */
int os_umount_old(struct procfs *p, int fd);
