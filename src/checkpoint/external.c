/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts whose source is the host's: CRIU leaves them out of its images and asks for them again. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "checkpoint/options.h"
#include "os/safe_path.h"

/* The path of fd below the rootfs. */
static int path_below(int root, int fd, char *buf, size_t size)
{
	char link[32], root_path[PATH_MAX], path[PATH_MAX];
	ssize_t n, n_root;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
	n_root = readlink(link, root_path, sizeof(root_path) - 1);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0 || n_root < 0)
		return -errno;
	if (n_root == 1)
		n_root = 0; /* "/" */
	path[n] = '\0';
	if (n < n_root || strncmp(path, root_path, (size_t)n_root) != 0)
		return -EXDEV;
	return snprintf(buf, size, "%s", path + n_root) < (int)size ? 0 : -ENAMETOOLONG;
}

/* Where the container sees dest: symlinks of the image are followed as far as there is something.
 * Dump and restore look at the same rootfs and so come to the same name. */
static char *place_in(int root, const char *dest, struct arena *a)
{
	char known[PATH_MAX], base[PATH_MAX];
	size_t len = strlen(dest);

	if (len >= sizeof(known))
		return NULL;
	memcpy(known, dest, len + 1);
	while (len > 1) {
		auto_fd fd = safe_open(root, known, O_PATH, 0);

		if (fd >= 0 && path_below(root, fd, base, sizeof(base)) == 0)
			return path_join(a, base, dest + len);
		while (len > 1 && known[--len] != '/')
			;
		known[len] = '\0';
	}
	return path_clean(a, dest);
}

int external_mounts(const struct mount_plan *p, const char *rootfs, bool restore, struct arena *a,
		    struct kv_list *ret, struct err *e)
{
	auto_fd root = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *dest, *source;
	size_t n = 0;

	if (root < 0)
		return err_sys(e, errno, "open the rootfs %s", rootfs);
	if (mount_plan_can_restore(p, e) < 0)
		return -e->errnum;
	while (mount_plan_external(p, n, &dest, &source))
		n++;
	ret->v = arena_array(a, n + 1, sizeof(*ret->v));
	if (!ret->v)
		return err_sys(e, ENOMEM, "listing the mounts");
	for (size_t i = 0; mount_plan_external(p, i, &dest, &source); i++) {
		char *place = place_in(root, dest, a);

		ret->v[i] = (struct key_value){ place, restore ? arena_strdup(a, source) : place };
		if (!place || !ret->v[i].value)
			return err_sys(e, ENOMEM, "listing the mounts");
	}
	ret->n = n;
	return 0;
}
