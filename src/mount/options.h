/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of a mount entry: names turned into flags, in order, the last one wins.
 * Runs in: parent. Pure.
 */
#pragma once

#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/spec.h"

#define MOUNT_MAX_PROPAGATION 4

/* crun's options for binds where there are symlinks. */
enum mount_links {
	MOUNT_COPY_SYMLINK = 1u << 0,  /* a source that is a symlink is made again, not mounted */
	MOUNT_SRC_NOFOLLOW = 1u << 1,  /* the source may be a symlink, which itself is mounted */
	MOUNT_DEST_NOFOLLOW = 1u << 2, /* what is mounted lies on the destination, also on a symlink */
};

struct mount_options {
	unsigned long set, clr;    /* MS_*: asked for, and asked not to be; never both */
	uint64_t rec_set, rec_clr; /* OS_MOUNT_ATTR_* for the whole tree ("rro", ...) */
	unsigned long propagation[MOUNT_MAX_PROPAGATION]; /* applied one after the other */
	size_t n_propagation;
	bool copyup, idmap, idmap_recursive;
	const char *idmap_text;    /* crun's "idmap=TEXT": mappings of its own; or NULL */
	unsigned links;            /* enum mount_links */
	size_t idmap_at, links_at; /* which option it was that said so last */
	const char *data;          /* what is left, for the file system; NULL when nothing */
};

int mount_options_parse(struct arena *a, const struct strv *names, struct mount_options *ret,
			struct err *e);

/* mount_options.idmap_text ("uids=0-1-10#@10-11-10;gids=0-100-10": the id in the file system, the
 * host's and their number; with "@" the second is of the container's user namespace) as mappings. */
int mount_idmap_parse(struct arena *a, const char *text, const struct spec_idmaps *container_uids,
		      const struct spec_idmaps *container_gids, const struct spec_idmaps **ret_uids,
		      const struct spec_idmaps **ret_gids, struct err *e);

/* Cuts the next option off a data string, at commas outside of quotes and not in front of a digit
 * (tmpfs: "mpol=bind:0,2"). *ret_len bytes at the result; NULL at the end. */
const char *mount_data_next(const char **p, size_t *ret_len);

/* Flags of mount(2) as attributes of a mount; the atime field is complete only with
 * mount_has_atime(). */
uint64_t mount_attr_of(unsigned long ms);
bool mount_has_atime(unsigned long ms);
/* What "atime" and "diratime" clear, where they may. */
#define MOUNT_WEAK_CLEAR ((unsigned long)(MS_NOATIME | MS_NODIRATIME))
/* "atime" and "diratime" of a bind (in clr): the atime flags that its source has, without those. */
unsigned long mount_clear_atime(unsigned long have, unsigned long clr);

/* What a user namespace locks on a mount that it did not make: MNT_LOCK_* in the kernel. */
#define MOUNT_LOCKABLE_SIMPLE ((unsigned long)(MS_RDONLY | MS_NODEV | MS_NOEXEC | MS_NOSUID))
#define MOUNT_LOCKABLE_ATIME \
	((unsigned long)(MS_NOATIME | MS_RELATIME | MS_STRICTATIME | MS_NODIRATIME))

/* Where the kernel refuses set (and no other flags) for a mount that has the flags have, all of them locked: set, and
 * those that are locked; -EPERM against an explicit wish. */
int mount_keep_locked(unsigned long have, unsigned long set, unsigned long clr, unsigned long *ret);
