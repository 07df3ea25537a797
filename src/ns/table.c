/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ns/ns.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* 5.6 */
#endif

const struct ns_info ns_table[NS_KIND_MAX] = {
	[NS_MOUNT] = { NS_MOUNT, "mount", "mnt", "NEWNS", CLONE_NEWNS },
	[NS_PID] = { NS_PID, "pid", "pid", "NEWPID", CLONE_NEWPID },
	[NS_NETWORK] = { NS_NETWORK, "network", "net", "NEWNET", CLONE_NEWNET },
	[NS_UTS] = { NS_UTS, "uts", "uts", "NEWUTS", CLONE_NEWUTS },
	[NS_IPC] = { NS_IPC, "ipc", "ipc", "NEWIPC", CLONE_NEWIPC },
	[NS_USER] = { NS_USER, "user", "user", "NEWUSER", CLONE_NEWUSER },
	[NS_CGROUP] = { NS_CGROUP, "cgroup", "cgroup", "NEWCGROUP", CLONE_NEWCGROUP },
	[NS_TIME] = { NS_TIME, "time", "time", "NEWTIME", CLONE_NEWTIME },
};

int ns_open(const struct spec_namespace *ns, struct err *e)
{
	const struct ns_info *want = &ns_table[ns->kind];
	/* Not blocked by a FIFO that somebody put there. */
	auto_fd fd = openat(AT_FDCWD, ns->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct statfs fs;
	int type;

	if (fd < 0)
		return err_sys(e, errno, "lstat %s", ns->path); /* runc's word for all of these */
	if (fstatfs(fd, &fs) < 0)
		return err_sys(e, errno, "statfs %s", ns->path);
	if (fs.f_type != NSFS_MAGIC)
		return err_make(e, ERR_CONFIG, EINVAL, "invalid namespace type: %s is not a namespace",
				ns->path);
	type = ioctl(fd, NS_GET_NSTYPE); /* 4.11 */
	if (type < 0)
		return err_sys(e, errno, "get namespace type of %s", ns->path);
	if ((uint64_t)(unsigned)type != want->flag)
		return err_make(e, ERR_CONFIG, EINVAL,
				"invalid namespace type: %s is not a %s namespace", ns->path, want->name);
	return TAKE_FD(fd);
}
