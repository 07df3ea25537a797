/* SPDX-License-Identifier: Apache-2.0 */
#include "container/small_ns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/log.h"
#include "base/parse.h"
#include "os/mount_ns.h"

/* "trusted.": root's alone to write. No file, so that nobody takes it for a container. */
#define NAME "trusted.strake.kdevtmpfs"

/* "25 4026531860": the thread and its namespace; "0 4026531836": none to be seen from that pid namespace. */
static int recall(const char *root, struct os_small_ns *ret)
{
	unsigned long long v[2];
	char text[64];
	ssize_t n = getxattr(root, NAME, text, sizeof(text) - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (parse_numbers(text, v, ARRAY_SIZE(v)) < 0)
		return -EINVAL;
	*ret = (struct os_small_ns){ .thread = (pid_t)v[0], .inode = v[1] };
	return 0;
}

static int remember(const char *root, const struct os_small_ns *at)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%d %" PRIu64, (int)at->thread, at->inode);

	return setxattr(root, NAME, text, (size_t)n, 0) < 0 ? -errno : 0;
}

static uint64_t own_pid_ns(struct procfs *p)
{
	struct stat st;

	return fstatat(procfs_dir(p), "self/ns/pid", &st, 0) < 0 ? 0 : st.st_ino;
}

/* Where it cannot be remembered every container would pay for it: none is used then. But for the first one, whose
 * making makes the directory. */
static int find(const char *root, struct procfs *p, bool known)
{
	struct os_small_ns at = { 0 };
	int r = os_small_ns_find(p, &at);
	bool none = r == -ENOENT;

	if (r < 0 && !none)
		return r;
	if (none)
		at = (struct os_small_ns){ .inode = own_pid_ns(p) };
	/* Another pid namespace has the same directory, and sees it. */
	r = none && known ? 0 : remember(root, &at);
	if (r == -ENOENT)
		r = 0;
	log_debug("the mount namespace of kdevtmpfs: thread %d%s", (int)at.thread, r < 0 ? ", cannot be remembered" : "");
	return r < 0 ? r : none ? -ENXIO : os_small_ns_open(p, &at);
}

int small_ns_open(const char *root, struct procfs *p)
{
	struct os_small_ns at;
	int r = recall(root, &at);
	bool known = r == 0 && at.thread;

	if (r == 0 && !known)
		r = at.inode == own_pid_ns(p) ? -ENXIO : -ESTALE;
	else if (known)
		r = os_small_ns_open(p, &at);
	/* None yet; of another boot; of another pid namespace. */
	return r == -ENOENT || r == -ENODATA || r == -ESTALE || r == -EINVAL ? find(root, p, known) : r;
}
