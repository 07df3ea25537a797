/* SPDX-License-Identifier: Apache-2.0 */
#include "os/seccomp_raw.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

int os_seccomp_load(uint32_t flags, const struct sock_filter *filter, unsigned short n)
{
	/* The kernel only reads it; the struct just does not say so. */
	struct sock_fprog prog = { .len = n, .filter = (struct sock_filter *)(uintptr_t)filter };
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);

	return r < 0 ? -errno : (int)r;
}

bool os_seccomp_flags_known(uint32_t flags)
{
	/* Flags are checked before the program is read: EINVAL comes before EFAULT. */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}

bool os_seccomp_action_known(uint32_t action)
{
	static const uint32_t first[] = { SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_TRAP,
					  SECCOMP_RET_TRACE, SECCOMP_RET_KILL_THREAD };

	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		if (action == first[i])
			return true;
	/* Linux 4.14, with the first of the others. */
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}
