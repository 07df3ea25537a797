/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/str.h"
#include "sched/intelrdt_dir.h"
#include "sched/sched.h"

/* linux/magic.h */
#define RDTGROUP_FS_MAGIC 0x7655821

int intelrdt_open_root(void)
{
	auto_fd fd = open("/sys/fs/resctrl", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs st;

	if (fd < 0 || fstatfs(fd, &st) < 0 || st.f_type != RDTGROUP_FS_MAGIC)
		return -ENODEV;
	return TAKE_FD(fd);
}

bool intelrdt_available(void)
{
	auto_fd fd = intelrdt_open_root();

	return fd >= 0;
}

/* The kernel says in words what it did not like; without the file, the errno is all there is. */
static int resctrl_err(int root, struct err *e, int r, const char *what, const char *name)
{
	char status[256];

	if (io_read_file(root, "info/last_cmd_status", status, sizeof(status)) < 0)
		return err_sys(e, -r, "intelrdt: %s %s", what, name);
	return err_make(e, ERR_SYS, -r, "intelrdt: %s %s: %s, last_cmd_status: %s", what, name,
			err_strerror(-r), status);
}

int intelrdt_check(const struct spec_intel_rdt *r, struct err *e)
{
	const char *clos = r->clos_id;

	if (str_empty(clos) || str_eq(clos, "/"))
		return 0;
	if (str_eq(clos, ".") || str_eq(clos, "..") || strchr(clos, '/') ||
	    strlen(clos) > NAME_MAX)
		return err_make(e, ERR_CONFIG, EINVAL, "invalid intelRdt.ClosID \"%s\"", clos);
	return 0;
}

const char *intelrdt_group(const struct spec_intel_rdt *r, const char *id)
{
	if (str_empty(r->clos_id))
		return id;
	return str_eq(r->clos_id, "/") ? "." : r->clos_id;
}

static bool has_schemata(const struct spec_intel_rdt *r)
{
	return r->schemata.n > 0 || !str_empty(r->l3_cache_schema) || !str_empty(r->mem_bw_schema);
}

/* Opens the group, making it where the config does not say that it is somebody else's. One that was
 * there already must have what the config asks for (config-linux.md, intelRdt). */
static int open_group(int root, const struct spec_intel_rdt *r, const char *id, struct err *e)
{
	const char *name = intelrdt_group(r, id);
	bool shared = !str_empty(r->clos_id), existed = true;
	auto_fd fd = FD_NONE;

	if (!shared || has_schemata(r)) {
		existed = mkdirat(root, name, 0755) < 0;
		if (existed && errno != EEXIST)
			return resctrl_err(root, e, -errno, "make group", name);
	}
	fd = openat(root, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_make(e, ERR_CONFIG, ENOENT,
				"clos dir not accessible (must be pre-created when schemata, "
				"l3CacheSchema and memBwSchema are empty): %s", name);
	if (fd < 0)
		return resctrl_err(root, e, -errno, "open group", name);
	if (shared && existed && intelrdt_match_at(fd, name, r, e) < 0)
		return -e->errnum;
	return TAKE_FD(fd);
}

/* config-linux.md: its lines for the memory bandwidth are memBwSchema's alone to give. */
static void add_cache_lines(struct str *text, const char *schema)
{
	while (!str_empty(schema)) {
		size_t n = strcspn(schema, "\n");

		if (str_starts(schema, "MB:"))
			log_warn("intelRdt.l3CacheSchema: ignoring %.*s: that is for memBwSchema", (int)n, schema);
		else if (n)
			str_addf(text, "%.*s\n", (int)n, schema);
		schema += n + (schema[n] == '\n');
	}
}

static int write_schemata(int root, int group, const struct spec_intel_rdt *r, struct err *e)
{
	auto_str text = { 0 };
	int ret;

	if (!has_schemata(r))
		return 0;
	add_cache_lines(&text, r->l3_cache_schema);
	if (!str_empty(r->mem_bw_schema))
		str_addf(&text, "%s\n", r->mem_bw_schema);
	for (size_t i = 0; i < r->schemata.n; i++)
		str_addf(&text, "%s\n", r->schemata.v[i]);
	if (str_failed(&text))
		return err_sys(e, ENOMEM, "intelrdt: schemata");
	ret = io_write_file(group, "schemata", str_text(&text));
	if (ret < 0)
		return resctrl_err(root, e, ret, "unable to write schemata", str_text(&text));
	return 0;
}

static int add_task(int root, int group, const char *file, pid_t pid, struct err *e)
{
	char text[16];
	int r;

	snprintf(text, sizeof(text), "%d", (int)pid);
	r = io_write_file(group, file, text);
	if (r < 0)
		return resctrl_err(root, e, r, "unable to add the process to", file);
	return 0;
}

static int add_monitor(int root, int group, const char *id, pid_t pid, struct err *e)
{
	char path[NAME_MAX + 32];

	snprintf(path, sizeof(path), "mon_groups/%s", id);
	if (mkdirat(group, path, 0755) < 0 && errno != EEXIST)
		return resctrl_err(root, e, -errno, "make monitoring group", path);
	snprintf(path, sizeof(path), "mon_groups/%s/tasks", id);
	return add_task(root, group, path, pid, e);
}

int intelrdt_apply_at(int root, const struct spec_intel_rdt *r, const char *id, pid_t pid,
		      struct err *e)
{
	auto_fd group = open_group(root, r, id, e);
	int ret;

	if (group < 0)
		return group;
	ret = write_schemata(root, group, r, e);
	/* Schemata first: the process never runs in the group without its limits. */
	if (ret == 0)
		ret = add_task(root, group, "tasks", pid, e);
	if (ret == 0 && r->enable_monitoring)
		ret = add_monitor(root, group, id, pid, e);
	return ret;
}

int intelrdt_set_at(int root, const struct spec_intel_rdt *r, const char *id, struct err *e)
{
	const char *name = intelrdt_group(r, id);
	auto_fd group = openat(root, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (group < 0)
		return resctrl_err(root, e, -errno, "open group", name);
	return write_schemata(root, group, r, e);
}

int intelrdt_remove_at(int root, const struct spec_intel_rdt *r, const char *id, struct err *e)
{
	char path[2 * NAME_MAX + 32];

	/* A group that the config names is shared and outlives us; only our monitor goes. */
	if (str_empty(r->clos_id))
		snprintf(path, sizeof(path), "%s", id);
	else if (r->enable_monitoring)
		snprintf(path, sizeof(path), "%s/mon_groups/%s", intelrdt_group(r, id), id);
	else
		return 0;
	if (unlinkat(root, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return resctrl_err(root, e, -errno, "unable to remove group", path);
	return 0;
}

int intelrdt_apply(const struct spec_intel_rdt *r, const char *id, pid_t pid, struct err *e)
{
	auto_fd root = intelrdt_open_root();
	int ret = intelrdt_check(r, e);

	if (ret < 0)
		return ret;
	if (root < 0)
		return err_make(e, ERR_UNSUPPORTED, ENODEV,
				"intelRdt is specified in config, but Intel "
				"RDT is not enabled (no resctrl at /sys/fs/resctrl)");
	return intelrdt_apply_at(root, r, id, pid, e);
}

int intelrdt_remove(const struct spec_intel_rdt *r, const char *id, struct err *e)
{
	auto_fd root = intelrdt_open_root();
	int ret = intelrdt_check(r, e);

	if (ret < 0 || root < 0)
		return ret; /* unmounted: its groups are gone with it */
	return intelrdt_remove_at(root, r, id, e);
}

int intelrdt_set(const struct spec_intel_rdt *r, const char *id, struct err *e)
{
	auto_fd root = intelrdt_open_root();
	int ret = intelrdt_check(r, e);

	if (ret < 0)
		return ret;
	if (root < 0)
		return err_sys(e, ENODEV, "open /sys/fs/resctrl");
	return intelrdt_set_at(root, r, id, e);
}

static bool has_info(const char *const *dirs, size_t n)
{
	auto_fd root = intelrdt_open_root();

	for (size_t i = 0; root >= 0 && i < n; i++)
		if (faccessat(root, dirs[i], F_OK, 0) == 0)
			return true;
	return false;
}

bool intelrdt_has_cache(void)
{
	/* Split in two when the file system is mounted with "cdp". */
	static const char *const dirs[] = { "info/L3", "info/L3CODE", "info/L3DATA" };

	return has_info(dirs, ARRAY_SIZE(dirs));
}

bool intelrdt_has_bandwidth(void)
{
	static const char *const dirs[] = { "info/MB" };

	return has_info(dirs, ARRAY_SIZE(dirs));
}
