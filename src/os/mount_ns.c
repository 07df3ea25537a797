/* SPDX-License-Identifier: Apache-2.0 */
#include "os/mount_ns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/feature.h"

/* It is started after what each CPU has, five or six threads, and a dozen before. */
#define FIRST_PID 3
#define LAST_PID(cpus) (64 + 8 * (cpus))

static bool is_devtmpfs(struct procfs *p, pid_t pid)
{
	char path[32], name[32];

	snprintf(path, sizeof(path), "%d/comm", (int)pid);
	/* Any process may call itself so. */
	return procfs_read_record(p, path, name, sizeof(name)) == 0 && str_eq(name, "kdevtmpfs") &&
	       procfs_is_kernel_thread(p, pid);
}

static int open_of(struct procfs *p, pid_t pid, uint64_t *ret_inode)
{
	char path[32];
	auto_fd fd = FD_NONE;
	struct stat st;

	/* A magic link: no openat2(2) that would follow this one follows no other. Who enters says what it is to be. */
	snprintf(path, sizeof(path), "%d/ns/mnt", (int)pid);
	fd = openat(procfs_dir(p), path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	*ret_inode = st.st_ino;
	return TAKE_FD(fd);
}

int os_small_ns_find(struct procfs *p, struct os_small_ns *ret)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	auto_fd fd = FD_NONE;

	if (os_fallback_forced(OS_SMALL_NS))
		return -ENOSYS;
	for (pid_t pid = FIRST_PID; pid < LAST_PID(cpus > 0 ? cpus : 1); pid++) {
		if (!is_devtmpfs(p, pid))
			continue;
		fd = open_of(p, pid, &ret->inode);
		ret->thread = pid;
		return fd < 0 ? -ENOENT : 0;
	}
	return -ENOENT;
}

int os_small_ns_open(struct procfs *p, const struct os_small_ns *at)
{
	auto_fd fd = FD_NONE;
	uint64_t inode;

	if (os_fallback_forced(OS_SMALL_NS))
		return -ENOSYS;
	fd = open_of(p, at->thread, &inode);
	return fd < 0 || inode == at->inode ? TAKE_FD(fd) : -ESTALE;
}
