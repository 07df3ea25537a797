/* SPDX-License-Identifier: Apache-2.0 */
#include "os/mark.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Above all that is a user's, 57 bits of address too. */
#define NO_ADDRESS (~(~0UL >> 3 * sizeof(long)))

unsigned long os_mark(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((unsigned long)now.tv_sec * 1000000000 + (unsigned long)now.tv_nsec) | NO_ADDRESS;
}

void os_mark_set(unsigned long mark)
{
	syscall(SYS_set_robust_list, mark, sizeof(struct robust_list_head));
}

unsigned long os_mark_of(pid_t pid)
{
	unsigned long mark = 0;
	size_t size;

	return syscall(SYS_get_robust_list, pid, &mark, &size) == 0 ? mark : 0;
}

bool os_is_marked(pid_t pid)
{
	return (os_mark_of(pid) & NO_ADDRESS) == NO_ADDRESS;
}
