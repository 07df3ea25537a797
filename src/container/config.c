/* SPDX-License-Identifier: Apache-2.0 */
#include "container/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "json/locate.h"
#include "ns/ns.h"
#include "oci/annotations.h"
#include "oci/load.h"
#include "oci/validate.h"
#include "os/openat2.h"

/* Not where we are ourselves: such a path is how engines write "that of the host". */
static bool new_or_joined(const struct spec *s, enum ns_kind kind)
{
	const struct spec_namespace *ns = spec_namespace_find(&s->linux->namespaces, kind);
	struct stat own, joined;
	char link[32];

	if (!ns || !ns->path)
		return ns != NULL;
	snprintf(link, sizeof(link), "/proc/self/ns/%s", ns_table[kind].link);
	/* A path that cannot be looked at is for whoever is to open it to complain about. */
	return stat(link, &own) < 0 || stat(ns->path, &joined) < 0 || own.st_ino != joined.st_ino ||
	       own.st_dev != joined.st_dev;
}

/* A sysctl of the host is out of bounds, and so is one whose namespace the container shares. */
static int check_sysctl(const struct spec *s, const char *key, struct err *e)
{
	enum ns_kind kind;
	int r = ns_sysctl_kind(key, &kind);

	if (r == -ENOENT)
		return err_make(e, ERR_CONFIG, EINVAL,
				"sysctl \"%s\" is not in a separate kernel namespace", key);
	if (r < 0)
		return err_make(e, ERR_CONFIG, EINVAL, "expected the name of a sysctl, found \"%s\"", key);
	if (kind == NS_UTS && str_eq(key + strlen("kernel."), "hostname"))
		return err_make(e, ERR_CONFIG, EINVAL,
				"sysctl \"%s\" is not allowed as it conflicts with the OCI "
				"\"hostname\" field", key);
	if (!new_or_joined(s, kind))
		return err_make(e, ERR_CONFIG, EINVAL,
				"sysctl \"%s\" is not allowed in the hosts %s namespace", key,
				ns_table[kind].name);
	return 0;
}

static int check_sysctls(const struct spec *s, struct err *e)
{
	const struct kv_list *list = &s->linux->sysctl;

	for (size_t i = 0; i < list->n; i++)
		if (check_sysctl(s, list->v[i].key, e) < 0)
			return err_place(e, "linux.sysctl[\"%s\"]", list->v[i].key);
	return 0;
}

static int check(const struct spec *s, struct err *e)
{
	int r = spec_validate(s, e);

	return r < 0 ? r : check_sysctls(s, e);
}

static int find_rootfs(struct bundle *b, struct err *e)
{
	struct arena a;
	const char *path = b->spec.root->path;
	const char *joined;
	struct stat st;
	int r = 0;

	arena_init(&a);
	joined = path_is_absolute(path) ? path : path_join(&a, b->path, path);
	/* The bundle's path is real already, so a directory right in it is too. */
	if (joined && path[0] != '/' && !strchr(path, '/') && path[0] != '.' && lstat(joined, &st) == 0 &&
	    S_ISDIR(st.st_mode)) {
		b->rootfs = strdup(joined);
		arena_fini(&a);
		return b->rootfs ? 0 : err_sys(e, ENOMEM, "invalid rootfs");
	}
	b->rootfs = joined ? realpath(joined, NULL) : NULL;
	if (!b->rootfs)
		r = err_sys(e, joined ? errno : ENOMEM, "invalid rootfs: stat %s", joined ? joined : path);
	else if (stat(b->rootfs, &st) < 0)
		r = err_sys(e, errno, "invalid rootfs: stat %s", b->rootfs);
	else if (!S_ISDIR(st.st_mode))
		r = err_make(e, ERR_CONFIG, ENOTDIR, "invalid rootfs: %s is not a directory", b->rootfs);
	arena_fini(&a);
	return r < 0 ? err_place(e, "root.path") : 0;
}

static int open_config(const struct bundle *b, const char *file, struct err *e)
{
	char name[PATH_MAX];
	int fd;

	if (snprintf(name, sizeof(name), "%s%s%s", file ? "" : b->path, file ? "" : "/",
		     file ? file : "config.json") >= (int)sizeof(name))
		return err_sys(e, ENAMETOOLONG, "open %s/config.json", b->path);
	fd = openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_make(e, ERR_CONFIG, ENOENT, "JSON specification file %s not found",
				file ? file : "config.json");
	return fd < 0 ? err_sys(e, errno, "open %s", name) : fd;
}

/* As engines call it, dir is what it is really called: then config.json can be opened without a symlink on the way.
 * -errno, where that takes a closer look. */
static int open_at_real_path(struct bundle *b, const char *dir)
{
	struct arena a;
	const char *name;
	int fd = -ELOOP;

	arena_init(&a);
	if (path_is_absolute(dir) && str_eq(path_clean(&a, dir), dir) && (name = path_join(&a, dir, "config.json")))
		fd = os_openat2(AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS);
	arena_fini(&a);
	b->path = fd < 0 ? NULL : strdup(dir);
	return fd;
}

int bundle_load(struct bundle *b, const char *dir, const char *file, struct err *e)
{
	auto_fd fd = FD_NONE;
	int r;

	*b = (struct bundle){ 0 };
	if (dir && !file)
		fd = open_at_real_path(b, dir);
	if (!b->path)
		b->path = realpath(dir ? dir : ".", NULL);
	if (!b->path)
		return err_sys(e, errno, "bundle %s", dir ? dir : ".");
	b->name = path_base(file ? file : "config.json");
	if (fd < 0)
		fd = open_config(b, file, e);
	r = fd < 0 ? fd : spec_load_fd(&b->spec, b->name, fd, &b->text, &b->text_len, e);
	b->loaded = r == 0;
	if (r == 0)
		r = spec_adopt_annotations(&b->spec, getenv("RUN_OCI_SECCOMP_RECEIVER"), e);
	if (r == 0)
		r = check(&b->spec, e);
	if (r == 0)
		r = find_rootfs(b, e);
	if (r < 0) {
		bundle_locate(b, e);
		bundle_fini(b);
	}
	return r;
}

void bundle_locate(const struct bundle *b, struct err *e)
{
	const char *place = err_place_text(e);
	struct json_position pos;

	if (!place || !b->text)
		return;
	pos = json_locate(b->text, b->text_len, place);
	err_locate(e, b->name, pos.line, pos.column);
}

void bundle_fini(struct bundle *b)
{
	if (b->loaded)
		spec_fini(&b->spec);
	free(b->path);
	free(b->rootfs);
	free(b->text);
	*b = (struct bundle){ 0 };
}

static int adopt_annotations(struct spec *s, struct err *e)
{
	int r = spec_adopt_annotations(s, getenv("RUN_OCI_SECCOMP_RECEIVER"), e);

	if (r < 0)
		spec_fini(s);
	return r;
}

/* 1, or 0 when there is none. */
static int load_snapshot(const struct store_dir *dir, struct spec *ret, char **ret_text, size_t *ret_len, struct err *e)
{
	auto_free char *text = NULL;
	size_t len;
	int r = store_read_config(dir, &text, &len, e);

	if (r < 0 || !text)
		return r;
	r = spec_load(ret, "config.json", text, len, e);
	if (r == 0)
		r = adopt_annotations(ret, e);
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_len = len;
	return 1;
}

int snapshot_load(const struct store_dir *dir, struct spec *ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t len;
	int r = load_snapshot(dir, ret, &text, &len, e);

	if (r == 0)
		return err_sys(e, ENOENT, "open %s/config.json", dir->path);
	return r < 0 ? r : 0;
}

int config_load_text(const struct store_dir *dir, const char *bundle, struct spec *ret, char **ret_text,
		     size_t *ret_len, struct err *e)
{
	const struct bundle b = { .path = (char *)(uintptr_t)bundle };
	auto_free char *text = NULL;
	auto_fd fd = FD_NONE;
	size_t len;
	int r = load_snapshot(dir, ret, ret_text, ret_len, e);

	if (r != 0)
		return r < 0 ? r : 0;
	fd = open_config(&b, NULL, e);
	r = fd < 0 ? fd : spec_load_fd(ret, "config.json", fd, &text, &len, e);
	if (r == 0)
		r = adopt_annotations(ret, e);
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}

int config_load(const struct store_dir *dir, const char *bundle, struct spec *ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t len;

	return config_load_text(dir, bundle, ret, &text, &len, e);
}
