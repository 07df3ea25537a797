/* SPDX-License-Identifier: Apache-2.0 */
#include "os/mount_old.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"

int os_umount_old(struct procfs *p, int fd)
{
	auto_fd cwd = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char target[32];
	int r;

	if (cwd < 0 || fchdir(procfs_dir(p)) < 0)
		return -errno;
	snprintf(target, sizeof(target), "self/fd/%d", fd);
	r = umount2(target, MNT_DETACH) < 0 ? -errno : 0;
	if (fchdir(cwd) < 0 && r == 0)
		r = -errno;
	return r;
}

int os_mount_old(struct procfs *p, const struct os_mount *m)
{
	auto_fd cwd = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char source[32], target[32];
	int r;

	if (cwd < 0 || fchdir(procfs_dir(p)) < 0)
		return -errno;
	snprintf(source, sizeof(source), "self/fd/%d", m->source_fd);
	snprintf(target, sizeof(target), "self/fd/%d", m->target_fd);
	r = mount(m->source_fd >= 0 ? source : m->source, target, m->type, m->flags, m->data);
	r = r < 0 ? -errno : 0;
	if (fchdir(cwd) < 0 && r == 0)
		r = -errno;
	return r;
}
