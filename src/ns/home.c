/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "ns/ns.h"
#include "os/setns.h"

#define INITIAL_USERNS_INO 0xEFFFFFFDu /* Linux 3.8; PROC_USER_INIT_INO in include/linux/proc_ns.h */

/* The initial user namespace, or one that maps everything onto itself as that does: "0 0 4294967295". */
static bool in_user_namespace(struct procfs *proc)
{
	unsigned long long v[3];
	struct stat st;
	char text[128];
	int r;

	if (fstatat(procfs_dir(proc), "self/ns/user", &st, 0) == 0 && st.st_ino == INITIAL_USERNS_INO)
		return false;
	r = procfs_read_record(proc, "self/uid_map", text, sizeof(text));

	if (r < 0)
		return r == -EFBIG; /* more than its one line */
	if (parse_numbers(text, v, ARRAY_SIZE(v)) < 0)
		return true;
	return v[0] != 0 || v[1] != 0 || v[2] != 4294967295;
}

void ns_home_init(struct ns_home *h, uid_t euid, int rootless)
{
	h->rootless = rootless;
	h->initial = rootless < 0 && euid == 0 ? -1 : 0;
}

bool ns_home_is_initial(struct ns_home *h, struct procfs *proc)
{
	if (h->initial < 0)
		h->initial = !in_user_namespace(proc);
	return h->initial;
}

bool ns_home_is_rootless(struct ns_home *h, struct procfs *proc)
{
	return h->rootless >= 0 ? h->rootless : !ns_home_is_initial(h, proc);
}

int ns_return_home(struct procfs *proc, int self_pidfd)
{
	int r = self_pidfd >= 0 ? os_setns_pidfd(self_pidfd, ns_table[NS_PID].flag) : -EINVAL;
	auto_fd home = FD_NONE;

	if (r != -EINVAL)
		return r;
	home = procfs_open_ns(proc, 0, "pid");
	return home < 0 ? home : os_setns(home, ns_table[NS_PID].flag);
}
