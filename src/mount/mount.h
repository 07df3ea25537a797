/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's file system: a pure plan made from the config, then applied in steps.
 * Runs in: plan and open_sources: parent | enter and open_inside: its helper | prepare .. pivot: init before pivot | finish: init after.
 * Must not happen here: a path of the rootfs by name (os/safe_path.h), retrying by path what
 * failed by descriptor, logging but by log_warn().
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "os/procfs.h"

/* One cgroup hierarchy as the container shall see it (a mount of type "cgroup"). */
struct mount_cgroup_hierarchy {
	const char *name;    /* v1: directory below /sys/fs/cgroup ("cpu,cpuacct"); NULL for v2 */
	const char *options; /* v1: mount data ("cpu,cpuacct", "name=systemd"); NULL for v2 */
	const char *host_path; /* the container's own cgroup directory on the host */
};

struct mount_input {
	const char *bundle;  /* absolute; relative bind sources start here */
	const char *rootfs;  /* absolute */
	bool root_readonly;
	const struct spec_mounts *mounts;
	const struct spec_devices *devices;
	const struct strv *masked_paths, *readonly_paths;
	unsigned long rootfs_propagation; /* MS_* [| MS_REC]; 0: the default, rslave as runc */
	const char *mount_label_kind;     /* the option that has it; NULL: "context" */
	const char *mount_label;          /* SELinux context for new file systems, or NULL */
	const struct spec_idmaps *uid_mappings, *gid_mappings; /* of the user namespace; may be empty */
	bool user_namespace;   /* init runs in a user namespace: no mknod, locked flags */
	bool sources_inside;   /* a mount namespace of a user namespace's, and a caller who may enter it: see
				* mount_plan_open_inside() */
	bool new_cgroup_namespace;
	bool inherit_namespace; /* no mount namespace of its own: nothing may be mounted in the caller's */
	bool live;             /* for a container that runs: all sources are opened by the parent, or its helper */
	bool others_mount;     /* hooks before the pivot, or who else is in the namespace */
	bool no_pivot;
	bool terminal;
	const char *cgroup_v1_at; /* the destination of what becomes systemd's v1 hierarchy; or NULL */
	bool cgroup_unified;   /* the host's /sys/fs/cgroup is cgroup2 */
	const struct mount_cgroup_hierarchy *cgroups; /* v1/hybrid: all; v2: one; may be empty */
	size_t n_cgroups;
	const char *notify_socket_dir; /* host directory to bind read-only at /run/notify, or NULL */
};

struct mount_plan;

/* Pure: no system call. Errors name mounts[i]. What in points to is borrowed for the plan's life, but
 * for the array cgroups (its strings are not). */
int mount_plan_new(const struct mount_input *in, struct mount_plan **ret, struct err *e);
void mount_plan_free(struct mount_plan *p);
/* The i-th mount whose source is a file of the host's: binds, and devices in a user namespace. Both
 * absolute; the source may be missing. False when there is none. */
bool mount_plan_external(const struct mount_plan *p, size_t i, const char **ret_dest,
			 const char **ret_source);

/* Whether CRIU can make the mounts again: it follows symlinks. */
int mount_plan_can_restore(const struct mount_plan *p, struct err *e);

/* Parent: opens (open_tree, OPEN_TREE_CLONE) and idmaps the sources that init could not open
 * itself: idmapped mounts, a live plan's. Nothing to do otherwise. */
int mount_plan_open_sources(struct mount_plan *p, struct err *e);
/* Parent, once init has them too: who keeps a mount open keeps it from being unmounted. */
void mount_plan_close_sources(struct mount_plan *p);

/*
 * In a user namespace (sources_inside) the parent opens no source of a bind. The root of that namespace may change the
 * flags of a mount, and unmount what is mounted below it, but for the locks that the kernel sets where it copies a mount
 * namespace for another user namespace; a tree that is opened in the host's own has none. So a helper with the caller's rights
 * to the files opens them in such a copy. How many there are, after mount_plan_open_sources(); and of the i-th, in the
 * order of the mounts, the tree, which the helper sets and whoever mounts takes.
 */
size_t mount_plan_inside(const struct mount_plan *p);
int *mount_plan_inside_tree(struct mount_plan *p, size_t i);
/* Helper: into the mount namespace ns, with root for its root; 0 or -errno. */
int mount_enter(int ns, int root);
/* Helper: entered is what mount_enter() has said. A source without a tree then is init's own to open: there is none, or
 * the caller has no more rights than init. */
int mount_plan_open_inside(struct mount_plan *p, size_t i, int entered, struct err *e);

/* Parent: how many sources init opens itself, since other mounts provide them, and has id-mapped by the
 * parent, since in a user namespace it may not; and the i-th of them. */
size_t mount_plan_late_idmaps(const struct mount_plan *p);
int mount_plan_idmap_late(struct mount_plan *p, size_t i, int tree, struct err *e);
/* Init: how it asks for that. */
typedef int (*mount_ask_fn)(void *data, int tree, struct err *e);
void mount_plan_on_idmap(struct mount_plan *p, mount_ask_fn ask, void *data);

/* Whether init may have a mount namespace without the host's mounts: of the host's paths the plan needs none but
 * those that init can open before. */
bool mount_plan_is_movable(const struct mount_plan *p);
/* Of one that is: whether init comes to the first sysfs in its own namespace, not before (no bind comes later), and whether
 * the superblock is read-only. False, too, if its options say more of the superblock. */
bool mount_plan_late_sysfs(const struct mount_plan *p, bool *ret_readonly);
/* Parent: so it does, and is not born into its own. home: a thread in the host's, as proc, which is lent, counts. */
void mount_plan_move(struct mount_plan *p, struct procfs *proc, pid_t home);

/* Init, before pivot, in this order. */
/* After mount_plan_move(), else nothing: opens the rootfs and all sources; enters ns, which has nothing but the
 * kernel's rootfs once no mount of the device above is on it, or (ns < 0) makes a copy of the host's. */
int mount_open_before(struct mount_plan *p, struct err *e);
int mount_namespace(struct mount_plan *p, int ns, dev_t above, struct err *e);
int mount_rootfs_prepare(struct mount_plan *p, struct err *e); /* propagation, rootfs is a mount, root fd */
int mount_all(struct mount_plan *p, struct procfs *proc, struct err *e); /* every entry of mounts */
int mount_devices(struct mount_plan *p, struct err *e); /* device nodes (or binds), links, ptmx */
/* The directory descriptor of the rootfs (borrowed), for whoever works inside it. */
int mount_root_fd(const struct mount_plan *p);
/* The container's /dev/null, open for reading and writing (borrowed), where it is sure to be the null device; FD_NONE. */
int mount_own_null(const struct mount_plan *p);
/* The umask that the caller had before mount_all(), since when it is 0. */
mode_t mount_callers_umask(const struct mount_plan *p);
int mount_pivot(struct mount_plan *p, struct err *e); /* pivot_root; chroot where nothing else is in the namespace, and over MS_MOVE with no_pivot */

/*
 * In the namespaces of a container that runs, with its root: every entry of a plan that is live, and
 * what is mounted last at destination taken off again (with what is mounted below it). kept: lists of paths that stay covered.
 */
int mount_live_add(struct mount_plan *p, int root, struct procfs *proc, struct err *e);
int mount_live_remove(const char *destination, const struct strv *const kept[2], int root, struct procfs *proc, struct err *e);

/* Init, after pivot (root is "/"). */
int mount_finish(struct mount_plan *p, struct procfs *proc, struct err *e); /* sysfs/cgroup/root ro, readonly paths, masks */
/* Binds the pty slave (an open, verified descriptor) on /dev/console. */
int mount_console(int slave_fd, struct err *e);

/* For `features`: sorted, NULL-terminated. */
extern const char *const mount_option_names[];
