/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "ns/ns.h"

/*
 * What of /proc/sys belongs to a namespace, with dots; a final dot stands for all that is below.
 * As runc's configs/validate: what is not here would be changed for the whole host.
 */
static const struct {
	const char *key;
	enum ns_kind kind;
} namespaced[] = {
	{ "kernel.msgmax", NS_IPC },
	{ "kernel.msgmnb", NS_IPC },
	{ "kernel.msgmni", NS_IPC },
	{ "kernel.sem", NS_IPC },
	{ "kernel.shmall", NS_IPC },
	{ "kernel.shmmax", NS_IPC },
	{ "kernel.shmmni", NS_IPC },
	{ "kernel.shm_rmid_forced", NS_IPC },
	{ "fs.mqueue.", NS_IPC },
	{ "kernel.hostname", NS_UTS },
	{ "kernel.domainname", NS_UTS },
	{ "net.", NS_NETWORK },
	{ "user.", NS_USER },
};

/* A tab separates numbers, as the kernel prints them itself; nothing else is below a blank. */
static bool has_control(const char *s, bool allow_tab)
{
	for (; *s; s++)
		if (((unsigned char)*s < ' ' && !(allow_tab && *s == '\t')) || *s == 0x7f)
			return true;
	return false;
}

/* No component that is empty, "." or "..": the path stays below the one that was judged. */
static bool is_plain_path(const char *p)
{
	for (;;) {
		size_t n = strcspn(p, "/");

		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		if (!p[n])
			return true;
		p += n + 1;
	}
}

/*
 * sysctl(8): the first separator says which one separates; the other is then a character of a
 * name, as in net/ipv4/conf/eno2.100/forwarding, or net.ipv4.conf.eno2/100.forwarding.
 */
static int key_to_path(const char *key, char *path, size_t size)
{
	const char *first = strpbrk(key, "./");
	size_t n = strlen(key);

	if (n >= size)
		return -ENAMETOOLONG;
	for (size_t i = 0; i <= n; i++) {
		path[i] = key[i];
		if (first && *first == '.' && (key[i] == '.' || key[i] == '/'))
			path[i] = key[i] == '.' ? '/' : '.';
	}
	return has_control(path, false) || !is_plain_path(path) ? -EINVAL : 0;
}

/* path matches the row when its components do: "." of the row against "/". */
static bool row_matches(const char *row, const char *path)
{
	size_t i;

	for (i = 0; row[i]; i++)
		if (path[i] != (row[i] == '.' ? '/' : row[i]))
			return false;
	return path[i] == '\0' ? row[i - 1] != '.' : row[i - 1] == '.';
}

static int path_kind(const char *path, enum ns_kind *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(namespaced); i++)
		if (row_matches(namespaced[i].key, path)) {
			*ret = namespaced[i].kind;
			return 0;
		}
	return -ENOENT;
}

int ns_sysctl_kind(const char *key, enum ns_kind *ret)
{
	char path[PATH_MAX];
	int r = key_to_path(key, path, sizeof(path));

	return r < 0 ? r : path_kind(path, ret);
}

static int write_one(struct procfs *proc, const struct key_value *kv, struct err *e)
{
	char path[PATH_MAX] = "sys/";
	enum ns_kind kind;
	int r = key_to_path(kv->key, path + 4, sizeof(path) - 4);

	/* A line break smuggled a second setting past CRI-O's check (CVE-2022-0811). */
	if (r < 0)
		return err_make(e, ERR_CONFIG, EINVAL, "expected the name of a sysctl");
	if (has_control(kv->value, true))
		return err_make(e, ERR_CONFIG, EINVAL, "the value holds a control character");
	if (path_kind(path + 4, &kind) < 0)
		return err_make(e, ERR_CONFIG, EINVAL,
				"sysctl \"%s\" is not in a separate kernel namespace", kv->key);
	r = procfs_write(proc, path, kv->value);
	return r < 0 ? err_sys(e, -r, "write sysctl key %s", kv->key) : 0;
}

int ns_write_sysctls(struct procfs *proc, const struct kv_list *sysctl, struct err *e)
{
	for (size_t i = 0; i < sysctl->n; i++) {
		int r = write_one(proc, &sysctl->v[i], e);

		if (r < 0)
			return err_place(e, "linux.sysctl[\"%s\"]", sysctl->v[i].key);
	}
	return 0;
}
