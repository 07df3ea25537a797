/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sched_raw.h"

#include <errno.h>
#include <linux/ioprio.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(struct os_sched_attr) == 56, "the kernel's SCHED_ATTR_SIZE_VER1");

int os_sched_setattr(const struct os_sched_attr *a)
{
	struct os_sched_attr copy = *a;

	copy.size = sizeof(copy);
	return syscall(SYS_sched_setattr, 0, &copy, 0) < 0 ? -errno : 0;
}

int os_sched_getattr(struct os_sched_attr *ret)
{
	return syscall(SYS_sched_getattr, 0, ret, sizeof(*ret), 0) < 0 ? -errno : 0;
}

int os_sched_setaffinity(pid_t pid, const unsigned long *mask, size_t bytes)
{
	return syscall(SYS_sched_setaffinity, pid, bytes, mask) < 0 ? -errno : 0;
}

int os_ioprio_set(uint32_t class, uint32_t level)
{
	long r = syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
			 class << IOPRIO_CLASS_SHIFT | level);

	return r < 0 ? -errno : 0;
}

int os_set_mempolicy(uint32_t mode, const unsigned long *mask, unsigned long max_node)
{
	/* The kernel takes one off max_node before it counts the words. */
	return syscall(SYS_set_mempolicy, mode, mask, mask ? max_node + 1 : 0) < 0 ? -errno : 0;
}

int os_personality(unsigned long persona)
{
	/* Returns the old persona: a small number, never taken for an errno. */
	return syscall(SYS_personality, persona) < 0 ? -errno : 0;
}
