/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "checkpoint/descriptors.h"

#define DEFAULT_IMAGES  "checkpoint"
#define DEFAULT_CONFIG  "/etc/criu/runc.conf"
#define ANNOTATION      "org.criu.config"

/* ---- directories ---- */

static int make_parents(const char *path, struct err *e)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return err_sys(e, ENAMETOOLONG, "mkdir %s", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return err_sys(e, errno, "mkdir %s", part);
	}
	return 0;
}

static int check_parent(const char *images, const char *parent, struct err *e)
{
	auto_free char *path = NULL;
	struct stat st;

	if (str_empty(parent))
		return 0;
	if (path_is_absolute(parent))
		return err_make(e, ERR_USAGE, EINVAL, "--parent-path must be relative");
	if (asprintf(&path, "%s/%s", images, parent) < 0) {
		path = NULL;
		return err_sys(e, ENOMEM, "invalid --parent-path");
	}
	if (stat(path, &st) < 0)
		return err_sys(e, errno, "invalid --parent-path: stat %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_sys(e, ENOTDIR, "invalid --parent-path: %s", path);
	return 0;
}

static const char *images_path(const struct images *in)
{
	return str_empty(in->image_path) ? DEFAULT_IMAGES : in->image_path;
}

static int resolve(const struct images *in, struct image_dirs *ret)
{
	*ret = (struct image_dirs)IMAGE_DIRS_NONE;
	ret->images = realpath(images_path(in), NULL);
	return ret->images ? 0 : -errno;
}

int image_dirs_find(const struct images *in, struct image_dirs *ret, struct err *e)
{
	int r = resolve(in, ret);

	return r < 0 ? err_sys(e, -r, "open %s/" DESCRIPTORS_FILE, images_path(in)) : 0;
}

int image_dirs_make(const struct images *in, struct image_dirs *ret, struct err *e)
{
	int r = make_parents(images_path(in), e);

	*ret = (struct image_dirs)IMAGE_DIRS_NONE;
	if (r == 0)
		r = check_parent(images_path(in), in->parent_path, e);
	if (r < 0)
		return r;
	r = resolve(in, ret);
	return r < 0 ? err_sys(e, -r, "open %s", images_path(in)) : 0;
}

static int open_dir(int root, const char *path, int *fd, struct err *e)
{
	fd_close(TAKE_FD(*fd));
	*fd = openat(root, root < 0 ? path : path[1] ? path + 1 : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0) {
		*fd = FD_NONE;
		return err_sys(e, errno, "open %s", path);
	}
	return 0;
}

int image_dirs_open(const struct images *in, struct image_dirs *d, struct err *e)
{
	d->log = d->images;
	if (!str_empty(in->work_path)) {
		if (mkdir(in->work_path, 0700) < 0 && errno != EEXIST)
			return err_sys(e, errno, "mkdir %s", in->work_path);
		d->log = d->work = realpath(in->work_path, NULL);
		if (!d->work)
			return err_sys(e, errno, "open %s", in->work_path);
	}
	warn_of_images(d->images, str_empty(in->parent_path) ? NULL : in->parent_path);
	if (d->work)
		warn_of_directory(d->work);
	return image_dirs_open_in(d, AT_FDCWD, e);
}

int image_dirs_open_in(struct image_dirs *d, int root, struct err *e)
{
	int r = open_dir(root, d->images, &d->images_fd, e);

	return r < 0 || !d->work ? r : open_dir(root, d->work, &d->work_fd, e);
}

void image_dirs_close(struct image_dirs *d)
{
	fd_close(TAKE_FD(d->images_fd));
	fd_close(TAKE_FD(d->work_fd));
	free(TAKE_PTR(d->images));
	free(TAKE_PTR(d->work));
}

/* ---- words ---- */

static const struct {
	const char *name;
	enum criu_cg_mode mode;
} cg_modes[] = {
	{ "soft", CRIU_CG_SOFT }, { "full", CRIU_CG_FULL }, { "strict", CRIU_CG_STRICT },
	{ "ignore", CRIU_CG_IGNORE },
};

int cg_mode_parse(const char *mode, struct opt_u64 *ret, struct err *e)
{
	*ret = (struct opt_u64){ true, CRIU_CG_DEFAULT };
	if (str_empty(mode))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(cg_modes); i++) {
		if (str_eq(cg_modes[i].name, mode)) {
			ret->v = cg_modes[i].mode;
			return 0;
		}
	}
	return err_make(e, ERR_USAGE, EINVAL, "invalid manage-cgroups-mode value");
}

static const struct {
	const char *name;
	enum criu_network_lock method;
} network_locks[] = {
	{ "iptables", CRIU_LOCK_IPTABLES }, { "nftables", CRIU_LOCK_NFTABLES }, { "skip", CRIU_LOCK_SKIP },
};

int network_lock_parse(const char *method, uint64_t *ret, struct err *e)
{
	*ret = 0;
	if (str_empty(method))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(network_locks); i++) {
		if (str_eq(network_locks[i].name, method)) {
			*ret = network_locks[i].method;
			return 0;
		}
	}
	return err_make(e, ERR_USAGE, EINVAL, "invalid network-lock value: expected iptables, nftables or "
			"skip, found \"%s\"", method);
}

int empty_ns_parse(const char *const *names, uint64_t *ret, struct err *e)
{
	for (size_t i = 0; names && names[i]; i++)
		if (!str_eq(names[i], "network"))
			return err_make(e, ERR_USAGE, EINVAL, "namespace \"%s\" is not supported", names[i]);
	*ret = CLONE_NEWNET;
	return 0;
}

const char *criu_config_file(const struct kv_list *annotations)
{
	for (size_t i = 0; i < annotations->n; i++)
		if (str_eq(annotations->v[i].key, ANNOTATION))
			return str_empty(annotations->v[i].value) ? NULL : annotations->v[i].value;
	return DEFAULT_CONFIG;
}

const char *external_ns_key(enum ns_kind kind)
{
	return kind == NS_NETWORK ? "extRootNetNS" : kind == NS_PID ? "extRootPidNS" : NULL;
}
