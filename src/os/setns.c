/* SPDX-License-Identifier: Apache-2.0 */
#include "os/setns.h"

#include <errno.h>
#include <sched.h>

#include "os/feature.h"

int os_setns(int fd, uint64_t flag)
{
	return setns(fd, (int)flag) < 0 ? -errno : 0;
}

int os_setns_pidfd(int pidfd, uint64_t flags)
{
	if (os_fallback_forced(OS_SETNS_PIDFD))
		return -EINVAL;
	return setns(pidfd, (int)flags) < 0 ? -errno : 0;
}

int os_unshare(uint64_t flags)
{
	return unshare((int)flags) < 0 ? -errno : 0;
}
