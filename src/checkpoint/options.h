/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dump and restore have in common: directories, modes, and what of the container comes from
 * the host.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "checkpoint/rpc.h"
#include "mount/mount.h"

/* Of the caller; strings as they were given. */
struct images {
	const char *image_path, *work_path, *parent_path; /* NULL or "": the default */
};
/* The directories opened, for as long as CRIU works: it finds them by number among our descriptors. */
struct image_dirs {
	char *images, *work; /* absolute, without symlinks, heap; work may be NULL */
	const char *log;     /* where CRIU's log goes: work, or images */
	int images_fd, work_fd;
};
#define IMAGE_DIRS_NONE { .images = NULL, .images_fd = -EBADF, .work_fd = -EBADF }

/* That of the images (default: ./checkpoint): made with its parents when it is missing, or an error. */
int image_dirs_make(const struct images *in, struct image_dirs *ret, struct err *e);
int image_dirs_find(const struct images *in, struct image_dirs *ret, struct err *e);
/* Makes the work directory when it is missing. */
int image_dirs_open(const struct images *in, struct image_dirs *d, struct err *e);
/* The same directories below root, which is CRIU's in a mount namespace of its own: it mounts there. */
int image_dirs_open_in(struct image_dirs *d, int root, struct err *e);
void image_dirs_close(struct image_dirs *d);

/* Warnings of who else may write there, or in what the images add to: parent (NULL: as a link says). */
void warn_of_images(const char *path, const char *parent);
void warn_of_directory(const char *path);

/* "soft" and so on; NULL or "": CRIU's default. */
int cg_mode_parse(const char *mode, struct opt_u64 *ret, struct err *e);
/* "iptables" and so on; NULL or "": CRIU's default, 0. */
int network_lock_parse(const char *method, uint64_t *ret, struct err *e);
/* CLONE_NEW*: namespaces that come back empty. The network's always does: its devices and addresses
 * are the business of whoever made them. names: NULL-terminated, or NULL. */
int empty_ns_parse(const char *const *names, uint64_t *ret, struct err *e);
/* The annotation org.criu.config names CRIU's configuration file ("": none), or it is the runtime's. */
const char *criu_config_file(const struct kv_list *annotations);

/* Who comes from the host, by the names that the images have for them; all in arena a. */
int external_mounts(const struct mount_plan *p, const char *rootfs, bool restore, struct arena *a,
		    struct kv_list *ret, struct err *e);
/* CRIU's name for a namespace that exists before the container: "extRootNetNS". NULL: it has none,
 * and enters the namespace by its path. */
const char *external_ns_key(enum ns_kind kind);

/* What CRIU wrote about errors in its log, as warnings. */
void warn_of_log(const char *dir, const char *file);
