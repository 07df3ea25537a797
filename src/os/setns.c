/* SPDX-License-Identifier: Apache-2.0 */
#include "os/setns.h"

#include <errno.h>
#include <sched.h>

int os_setns(int fd, uint64_t flags)
{
	return setns(fd, (int)flags) < 0 ? -errno : 0;
}

int os_unshare(uint64_t flags)
{
	return unshare((int)flags) < 0 ? -errno : 0;
}
