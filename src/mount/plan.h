/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mount/ shares inside itself: the plan, its operations, and the two executors.
 * Runs in: plan.c, plan_op.c, plan_cgroup.c, idmapped.c: parent | the rest: init.
 * Must not happen here: a path of the rootfs in a system call other than through os/safe_path.h.
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "base/arena.h"
#include "mount/mount.h"
#include "mount/options.h"
#include "os/procfs.h"

enum mount_op_kind {
	MOUNT_OP_FS,      /* a new file system */
	MOUNT_OP_BIND,
	MOUNT_OP_REMOUNT, /* other flags for what is mounted at dest */
	MOUNT_OP_SYMLINK, /* dest -> source, nothing when it is there (v1 co-mounted controllers) */
};

enum mount_if_missing {
	MOUNT_MISSING_IS_ERROR,
	MOUNT_MISSING_IS_MASKED, /* an empty read-only directory hides what is below */
	MOUNT_MISSING_IS_SKIPPED,
};

struct mount_op {
	enum mount_op_kind kind;
	const char *words;  /* for errors: "mounts[3] (/proc)" */
	const char *dest;   /* absolute in the container, clean */
	const char *source; /* may be NULL for a new file system */
	const char *type;
	struct mount_options opt;
	const char *label_kind; /* the option's name */
	const char *label;  /* SELinux context as a mount option, or NULL */
	bool label_on_root; /* the file system takes no context option: label its root directory */
	bool real_dir;      /* the last component must be a directory, not a symlink to one */
	bool late_readonly; /* something is still to be made inside: read-only in mount_finish(),
			     * and until then opt.set is without MS_RDONLY */
	enum mount_if_missing if_missing; /* the source of a bind */
	const struct spec_idmaps *uid_map, *gid_map; /* idmapped; NULL otherwise */
	const char *link;   /* the source is a symlink, to be made again, with this text; NULL: not known */
	struct mount_op *instead; /* done when the kernel refuses (EPERM, EBUSY) */
	bool late_source; /* another mount of the config provides it: only init can open it */
	int userns;  /* to idmap a source that the parent does not open; FD_NONE otherwise */
	int *tree;   /* the source or the file system, opened: by the parent or its helper, or by init before
		      * it leaves the host's mount namespace, and then configured, too. With those of all others, in a
		      * page that init writes to anyway: the copy is the container's to pay for */
	int mounted; /* the mount made, kept until mount_finish() when late_readonly, and in a live plan
		      * until all are made, so that it can be taken back */
};

struct mount_executor;

struct mount_plan {
	struct arena arena;
	struct mount_input in;
	struct mount_op *ops;
	int *trees; /* theirs */
	size_t n_ops;
	bool setup_dev;
	bool has_cgroup_v1; /* what in.cgroup_v1_at names was there */
	mount_ask_fn ask_idmap;
	void *ask_data;
	const struct mount_executor *exec; /* chosen in mount_rootfs_prepare() */
	bool moves;          /* init is born in the host's namespace, and leaves it */
	bool moved;          /* nothing of the host's is in its namespace, but the kernel's rootfs below all */
	pid_t home;          /* who is in the host's */
	struct procfs *proc; /* lent to mount_all() and mount_finish() */
	int root;            /* the rootfs */
	mode_t umask;        /* the caller's, of before mount_all() */
	bool target_plain;   /* no symlink led to the target that was opened last */
	const char *fresh;   /* where a tmpfs was just mounted, and its directory; FD_NONE */
	int fresh_fd;
	bool in_fresh;       /* the working directory is fresh_fd */
	int null;            /* /dev/null, made in a tmpfs of init's own; FD_NONE */
	int own_proc;        /* the container's procfs, if nothing is mounted below it; FD_NONE */
	bool proc_covered;   /* something may have been mounted on it since */
	bool led_to_proc;    /* a symlink of the image's led to a target there */
	int fd_dir;          /* /proc/self/fd, to ask what a descriptor's path is */
	char *root_path;     /* of root before the pivot, as /proc/self/fd tells it: PATH_MAX bytes of room */
	bool root_path_known;
};

/* Where something is about to be mounted. */
struct mount_target {
	int fd;            /* O_PATH */
	const char *name;  /* NULL; else the target is this in fd, where nobody else can put anything: the plan's fresh_fd,
			    * made just now (in a live plan, where somebody is, it is only given to move_mount(2), which
			    * follows no link), or the container's procfs after the pivot, whose links are text */
	bool follow;       /* name may be a link */
	const char *path;  /* in the container: for error texts, and to open it again */
	bool existed;
	bool maybe_link;   /* it is a symlink, or gets one */
	mode_t mode;       /* when it existed, for a tmpfs */
};

/*
 * One executor by descriptors (exec_fd.c, Linux 5.12), one by mount(2) (exec_old.c). Same plan,
 * same checks, same result.
 */
struct mount_executor {
	bool fs_by_name; /* fs() takes a target by name, if mount_fs_by_fd() */
	/* The source of a bind, ready for bind(): a detached tree, or an O_PATH descriptor. at is
	 * the source itself, or FD_NONE: then it is op->source. */
	int (*open_source)(const struct mount_op *op, int at, int *ret_fd, struct err *e);
	/* *source then is a descriptor of the new mount. configured: it was, when it was opened. */
	int (*bind)(struct mount_plan *p, const struct mount_op *op, bool configured, int *source,
		    const struct mount_target *t, struct err *e);
	/* *ret_mount is a descriptor of the new mount; ret_mount may be NULL. */
	int (*fs)(struct mount_plan *p, const struct mount_op *op, const struct mount_target *t,
		  int *ret_mount, struct err *e);
	/* What source is, also on t, with attr (OS_MOUNT_ATTR_*) added. 0 or -errno. */
	int (*bind_fd)(struct mount_plan *p, int source, const struct mount_target *t,
		       bool recursive, uint64_t attr);
	/* More attributes for a mount. 0 or -errno. */
	int (*add_attr)(struct mount_plan *p, int mount, uint64_t attr);
};
extern const struct mount_executor mount_exec_fd, mount_exec_old;

/* plan_op.c. dest is absolute and clean; the operation is of no type yet. */
struct mount_op *mount_op_add(struct mount_plan *p, enum mount_op_kind kind, const char *words,
			      const char *dest);
/* op is a new file system of this type: its label, and whether it is read-only at the end only. */
void mount_op_set_fs(const struct mount_plan *p, struct mount_op *op, const char *type);
/* Read-only in mount_finish() if it is to be; until then a writable mount. */
void mount_op_set_late_readonly(struct mount_op *op);
int mount_plan_no_memory(struct err *e);
#define MOUNT_PSEUDO_FLAGS ((unsigned long)(MS_NOSUID | MS_NODEV | MS_NOEXEC))
/* What the kernel keeps by superblock, and ignores where a bind is made or remounted. */
#define MOUNT_SUPERBLOCK_FLAGS \
	((unsigned long)(MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | MS_I_VERSION | MS_LAZYTIME))

/* plan_cgroup.c: op, of type cgroup, becomes what this host's cgroups need, with more operations
 * after it: mount_plan_cgroups_max() in all. */
int mount_plan_cgroups(struct mount_plan *p, struct mount_op *op, struct err *e);
/* A tmpfs with systemd's v1 hierarchy in it alone: two operations. */
int mount_plan_cgroup_named(struct mount_plan *p, struct mount_op *op, struct err *e);
size_t mount_plan_cgroups_max(const struct mount_input *in);

/* dev.c: the devices that every container has; NULL beyond. */
const char *mount_default_device(size_t i);

/* namespace.c: init moved, and something of the host's is missing: all from the start, as who did not move. */
int mount_move_back(struct mount_plan *p, int why, struct err *e);

/* rootfs.c: a detached copy of the rootfs, as p->root. at: it, opened; AT_FDCWD: by its path. */
int mount_open_root(struct mount_plan *p, int at, struct err *e);
/* rootfs.c: what mount_rootfs_prepare() does without a mount namespace, in one that is a copy, and in an empty one. */
int mount_root_detach(struct mount_plan *p, struct err *e);
int mount_root_bind(struct mount_plan *p, struct err *e);
int mount_root_attach(struct mount_plan *p, struct err *e);

/* rootfs.c: the mounts that could not be read-only from the start. */
int mount_late_readonly(struct mount_plan *p, struct err *e);

/* exec.c. Again: after mount_move_back(). */
int mount_all_again(struct mount_plan *p, int why, struct err *e);
int mount_op_apply(struct mount_plan *p, struct mount_op *op, struct err *e);

/* exec_old.c: the flags that a mount has now, as mount(2) takes them. */
int mount_current_flags(int fd, unsigned long *ret);
/* exec_old.c: adds to set what "atime" and "diratime" (in clr) make of the atime flags of a mount. */
int mount_bind_atime(int mount, unsigned long clr, unsigned long *set);
#define MOUNT_LOCKED_WORDS \
	"set mount flags: some are locked by the user namespace that the mount comes from"

/* fs_kind.c: whether the options of op, a new file system, are fsconfig(2)'s, and none of them a path. */
bool mount_fs_by_fd(const struct mount_op *op);
/* Whether it takes over the mode of the directory that it is mounted on. */
bool mount_fs_takes_mode(const struct mount_op *op);

/* exec_fd.c: flags and r* options of a bind, on a detached tree. */
int mount_tree_configure(const struct mount_op *op, int tree, struct err *e);
/* exec_fd.c: why mount_clone_source() has said r. */
int mount_clone_failed(const struct mount_op *op, int r, struct err *e);
/* Lays what t is, which has a name and no mount below, over itself with attr. 0, also where there is nothing of that
 * name, or -errno. */
int mount_over_itself(const struct mount_target *t, uint64_t attr);
/* The new file system of op, detached and configured, for who knows no target yet: mount_fs_by_fd() ones. */
int mount_fs_detached(const struct mount_op *op, int *ret_mount, struct err *e);

/* target.c */
int mount_target_open(struct mount_plan *p, const struct mount_op *op, int source, bool dir,
		      struct mount_target *ret, struct err *e);
/* path is absolute, clean and free of symlinks; source: of a bind, or FD_NONE. */
int mount_check_place(const struct mount_op *op, const char *path, int source, struct err *e);
/* The path of fd below the rootfs ("/" is the rootfs); -EXDEV when it is not below. Before the
 * pivot only. */
int mount_path_in_root(struct mount_plan *p, int fd, char *buf, size_t size);
/* After each op: in a tmpfs that was just mounted, what is missing is made by its descriptor, until
 * something else may have been mounted there. */
void mount_note_fresh(struct mount_plan *p, const struct mount_op *op);
/* After mount(2): a descriptor of the mount that is now on t, checked to be at the same place. */
int mount_target_reopen(struct mount_plan *p, const struct mount_target *t);

/* A detached copy of what is at the source of op, or of the symlink that it is ("src-nofollow"). */
int mount_clone_source(const struct mount_op *op);
/* link.c: what "copy-symlink" is about. The parent notes the link that the source of op is. */
int mount_note_link(struct mount_plan *p, struct mount_op *op, struct err *e);
/* 1: made, 0: the source is no link. */
int mount_copy_link(struct mount_plan *p, const struct mount_op *op, struct err *e);
/* Whether source and target go together, where one of them may be a symlink. */
int mount_check_link(const struct mount_op *op, bool source_is_dir, const struct mount_target *t,
		     struct err *e);

/* masked.c: an empty read-only tmpfs on t. */
int mount_mask_dir(struct mount_plan *p, const struct mount_target *t, struct err *e);
/* Once the root is the container's: what is right in its own procfs can then go by name. */
void mount_open_own_proc(struct mount_plan *p);
int mount_masked_paths(struct mount_plan *p, struct err *e);
int mount_readonly_paths(struct mount_plan *p, struct err *e);

/* copyup.c: what from (a directory) holds, into to. */
int mount_copy_up(int from, int to, struct err *e);

/* idmapped.c: idmaps a detached tree. Parent only. */
struct mount_userns_cache {
	const struct spec_idmaps *uid, *gid;
	int fd;
};
int mount_idmap(struct mount_userns_cache *cache, const struct mount_op *op, int tree,
		struct err *e);
/* A detached copy of what the host has mounted at path, with the propagation that it would have in a copy of all of
 * the host's mounts; -errno. Also init. */
int mount_open_following(const struct mount_plan *p, const char *path, bool recursive);
/* A detached copy of the source of op, with the propagation that it would have in the container's namespace.
 * Also init. */
int mount_open_tree(const struct mount_plan *p, const struct mount_op *op, int *ret_tree, struct err *e);
/* The same with a user namespace that is there. Also init. */
int mount_idmap_to(int userns, const struct mount_op *op, int tree, struct err *e);
/* plan.c: the part of an absolute path that lies in the rootfs, as the container sees it; or NULL. */
const char *mount_inside_root(const struct mount_plan *p, const char *path);

/* MS_* of a propagation, without MS_REC: the default is what runc does, slave. */
unsigned long mount_root_propagation(const struct mount_input *in);
