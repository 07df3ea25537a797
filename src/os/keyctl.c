/* SPDX-License-Identifier: Apache-2.0 */
#include "os/keyctl.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int os_keyctl_join_session(const char *name)
{
	long r = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name, 0, 0, 0);

	return r < 0 ? -errno : (int)r;
}

int os_keyctl_setperm(int key, uint32_t perm)
{
	return syscall(SYS_keyctl, KEYCTL_SETPERM, key, perm, 0, 0) < 0 ? -errno : 0;
}
