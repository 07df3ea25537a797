/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hierarchies there are and where they are mounted: /proc/self/cgroup and the well-known
 * places. mountinfo grows with every container of the host (runc#631), so it is read only when a
 * mount is not where it belongs.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/io.h"
#include "base/path.h"
#include "base/str.h"
#include "cgroup/impl.h"

#define MOUNTINFO_MAX ((size_t)64 << 20)

/* The magic of what is at path; 0 when there is nothing. */
static long fs_type(const char *path)
{
	struct statfs s;

	return statfs(path, &s) < 0 ? 0 : (long)s.f_type;
}

bool cgroup_host_is_unified(void)
{
	return fs_type(CG_ROOT) == CGROUP2_SUPER_MAGIC;
}

static bool is_mount_of(const struct cg_host *h, const char *path, bool v2)
{
	if (h->fake)
		return access(path, F_OK) == 0;
	return fs_type(path) == (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC);
}

/* ---- mountinfo, the slow way ---- */

static int load_mountinfo(struct cg_host *h, struct arena *a, struct err *e)
{
	auto_free char *text = NULL;
	auto_fd fd = FD_NONE;
	size_t len;
	int r;

	if (h->mountinfo)
		return 0;
	fd = procfs_openat(h->proc, "self/mountinfo", O_RDONLY);
	r = fd < 0 ? fd : io_read_alloc(fd, MOUNTINFO_MAX, &text, &len);
	if (r < 0)
		return err_sys(e, -r, "read /proc/self/mountinfo");
	h->mountinfo = arena_strdup(a, text);
	return h->mountinfo ? 0 : err_sys(e, ENOMEM, "read /proc/self/mountinfo");
}

struct mount_line {
	char *root, *point, *type, *options;
};

/* Octal escapes of blanks, in place. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

/* "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - tmpfs tmpfs rw,mode=755", cut in place. */
static bool split_mount(char *line, struct mount_line *ret)
{
	char *dash = strstr(line, " - "), *save = NULL, *f[5];

	if (!dash)
		return false;
	*dash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(f); i++) {
		f[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!f[i])
			return false;
	}
	ret->root = f[3];
	ret->point = f[4];
	ret->type = strtok_r(dash + 3, " ", &save);
	if (!ret->type || !strtok_r(NULL, " ", &save))
		return false;
	ret->options = strtok_r(NULL, " ", &save);
	unescape(ret->root);
	unescape(ret->point);
	return ret->options != NULL;
}

/* The first line that matches point (when given) or the hierarchy; strings in the arena. */
static int find_mount(struct cg_host *h, struct arena *a, const char *point, const char *data,
		      struct mount_line *ret, struct err *e)
{
	char *copy, *save = NULL;
	int r = load_mountinfo(h, a, e);

	if (r < 0)
		return r;
	copy = arena_strdup(a, h->mountinfo);
	if (!copy)
		return err_sys(e, ENOMEM, "read /proc/self/mountinfo");
	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		struct mount_line m;

		if (!split_mount(l, &m) || !str_starts(m.type, "cgroup"))
			continue;
		if (point ? !str_eq(m.point, point)
			  : (str_eq(m.type, "cgroup2") != !*data ||
			     (*data && !cg_has_word(m.options, ',', data, strcspn(data, ",")))))
			continue;
		*ret = m;
		return 1;
	}
	return 0;
}

const char *cg_mount_root(struct cg_host *h, struct arena *a, const char *mount, struct err *e)
{
	struct mount_line m;

	return find_mount(h, a, mount, NULL, &m, e) > 0 ? m.root : NULL;
}

/* ---- one line of /proc/self/cgroup ---- */

static uint32_t bits_of(const char *data)
{
	uint32_t bits = *data ? 0 : CG_UNIFIED;

	for (; *data; data += strcspn(data, ","), data += *data == ',')
		bits |= cg_controller_bit(data, strcspn(data, ","));
	return bits;
}

/* The well-known place: the whole list ("cpu,cpuacct"), the name without "name=", "unified" in a
 * hybrid setup, or the root itself when v2 is all there is. */
int cg_find_place(struct cg_host *h, struct arena *a, struct cg_hierarchy *hi, struct err *e)
{
	const char *data = hi->data, *name = str_starts(data, "name=") ? data + 5 : data;
	struct mount_line m;
	char *path;
	int r;

	if (!*data && h->unified) {
		hi->mount = h->root;
		return 1;
	}
	path = arena_printf(a, "%s/%s", h->root, *data ? name : "unified");
	if (!path)
		return err_sys(e, ENOMEM, "find the cgroup mounts");
	if (is_mount_of(h, path, !*data)) {
		hi->mount = path;
		return 1;
	}
	if (h->fake && !h->mountinfo)
		return 0;
	r = find_mount(h, a, NULL, data, &m, e);
	if (r > 0)
		hi->mount = m.point;
	return r;
}

static const char *read_self(struct cg_host *h, struct arena *a, struct err *e)
{
	auto_fd fd = FD_NONE;
	ssize_t r;

	if (h->self_cgroup)
		return h->self_cgroup;
	fd = procfs_openat(h->proc, "self/cgroup", O_RDONLY);
	r = fd;
	/* Paths of 4096 in each of fourteen hierarchies are not too much; mostly it is one line. */
	for (size_t first = 4096, size = first; r >= 0 && size <= 1 << 17; size *= 2) {
		char *text = arena_room(a, size);

		if (!text)
			r = -ENOMEM;
		else
			r = size > first && lseek(fd, 0, SEEK_SET) < 0 ? -errno : io_read_record(fd, text, size);
		if (r >= 0 && (size_t)r < size) {
			text[r] = '\0';
			return text;
		}
	}
	err_sys(e, r < 0 ? (int)-r : EFBIG, "read /proc/self/cgroup");
	return NULL;
}

int cg_find_hierarchies(struct cg_host *h, struct arena *a, struct cg_hierarchy *ret, size_t *ret_n,
			struct err *e)
{
	const char *text = read_self(h, a, e);
	char *copy, *save = NULL;
	size_t n = 0;

	if (!text)
		return -(int)e->errnum;
	copy = arena_strdup(a, text);
	if (!copy)
		return err_sys(e, ENOMEM, "read /proc/self/cgroup");
	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *data = strchr(l, ':'), *own = data ? strchr(data + 1, ':') : NULL;
		struct cg_hierarchy hi;
		int r;

		if (!own)
			continue;
		*own = '\0';
		hi = (struct cg_hierarchy){ .data = data + 1, .own = own + 1,
					    .controllers = bits_of(data + 1) };
		/* Named hierarchies of others are none of our business; with v2 at the root there
		 * is nothing else to use. */
		if (!hi.controllers || (h->unified && hi.controllers != CG_UNIFIED) || n == CG_DIRS_MAX)
			continue;
		r = cg_find_place(h, a, &hi, e);
		if (r < 0)
			return r;
		if (r > 0)
			ret[n++] = hi;
	}
	*ret_n = n;
	return 0;
}
