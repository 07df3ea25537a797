/* SPDX-License-Identifier: Apache-2.0 */
#include "os/cap.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int os_cap_last(void)
{
	static int known; /* benign when two threads ask at once */
	int low = 0, high = 63;

	while (!known && low < high) {
		int middle = (low + high + 1) / 2;

		if (prctl(PR_CAPBSET_READ, middle, 0, 0, 0) >= 0)
			low = middle;
		else
			high = middle - 1;
	}
	if (!known)
		known = low;
	return known;
}

int os_cap_get(struct os_caps *ret)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &hdr, data) < 0)
		return -errno;
	ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	ret->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

int os_cap_set(const struct os_caps *c)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (unsigned i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(c->effective >> (32 * i));
		data[i].permitted = (uint32_t)(c->permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(c->inheritable >> (32 * i));
	}
	return syscall(SYS_capset, &hdr, data) < 0 ? -errno : 0;
}

int os_cap_bounding_has(int cap)
{
	int r = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

	return r < 0 ? -errno : r;
}

int os_cap_bounding_drop(int cap)
{
	return prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 ? -errno : 0;
}

int os_cap_ambient_clear(void)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ? -errno : 0;
}

int os_cap_ambient_raise(int cap)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0 ? -errno : 0;
}

int os_cap_keep(bool keep)
{
	return prctl(PR_SET_KEEPCAPS, keep ? 1L : 0L, 0, 0, 0) < 0 ? -errno : 0;
}
