/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of cgroup/ share: the object, its operations, directories and the host's shape.
 * Runs in: parent.
 * Must not happen: being included outside this folder and its tests.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/cgroup.h"

#define CG_ROOT "/sys/fs/cgroup"

/* X(identifier, name as in /proc/PID/cgroup and in the saved paths), in the order of joining. */
#define CG_CONTROLLERS(X)             \
	X(CPUSET, "cpuset")           \
	X(DEVICES, "devices")         \
	X(MEMORY, "memory")           \
	X(CPU, "cpu")                 \
	X(CPUACCT, "cpuacct")         \
	X(PIDS, "pids")               \
	X(BLKIO, "blkio")             \
	X(HUGETLB, "hugetlb")         \
	X(NET_CLS, "net_cls")         \
	X(NET_PRIO, "net_prio")       \
	X(PERF_EVENT, "perf_event")   \
	X(FREEZER, "freezer")         \
	X(RDMA, "rdma")               \
	X(MISC, "misc")               \
	X(SYSTEMD, "name=systemd")    \
	X(UNIFIED, "")

enum {
#define X(id, name) CG_BIT_##id,
	CG_CONTROLLERS(X)
#undef X
	CG_BIT_MAX
};
enum {
#define X(id, name) CG_##id = 1u << CG_BIT_##id,
	CG_CONTROLLERS(X)
#undef X
};
/* The name of one bit, and the bit of a name (0: not one of ours). */
const char *cg_controller_name(uint32_t bit);
uint32_t cg_controller_bit(const char *name, size_t len);
/* word in a list with that separator. */
bool cg_has_word(const char *list, char sep, const char *word, size_t len);

/* The container's directory in one hierarchy. */
struct cg_dir {
	uint32_t controllers; /* CG_*: v1 what is mounted there, v2 CG_UNIFIED */
	const char *mount;    /* the hierarchy's mount point; NULL after load */
	const char *path;     /* absolute, clean */
	const char *data;     /* "cpu,cpuacct", "name=systemd"; "" for v2 */
	int fd;               /* of path, once it was opened */
	bool ours;            /* we made path: it goes with all that is below it */
	bool has_program;     /* v2: a device program of ours is attached */
	bool lost;            /* rootless and not permitted: as if it were not there */
	unsigned n_made;      /* levels of path made by this object, for taking back */
};
#define CG_DIRS_MAX CG_BIT_MAX

struct cgroup_ops {
	int (*create)(struct cgroup *c, const struct spec_resources *r, struct err *e);
	int (*join)(struct cgroup *c, pid_t pid, bool born_in, struct err *e);
	int (*devices)(struct cgroup *c, const struct spec_resources *r, struct err *e);
	int (*set)(struct cgroup *c, const struct spec_resources *r, struct err *e);
	int (*chown)(struct cgroup *c, uint32_t uid, struct err *e);
	int (*freeze)(struct cgroup *c, bool frozen, struct err *e);
	int (*is_frozen)(struct cgroup *c, struct err *e); /* by itself, not by an ancestor */
	int (*kill)(struct cgroup *c, int sig, struct err *e);
	int64_t (*oom_kills)(const struct cgroup *c);
	int (*stats)(struct cgroup *c, struct arena *a, struct stats *s, struct err *e);
	int (*watch)(struct cgroup *c, struct cgroup_watch *w, struct err *e);
};
extern const struct cgroup_ops cg_v1_ops, cg_v2_ops, cg_none_ops;

/* One who makes the directories in the place of cgroup_ops, which does the rest. */
struct cg_manager_ops {
	int (*create)(struct cgroup *c, const struct spec_resources *r, struct err *e);
	int (*join)(struct cgroup *c, pid_t pid, bool born_in, struct err *e);
	int (*set)(struct cgroup *c, const struct spec_resources *r, struct err *e);
	/* Writing pid to path's cgroup.procs was not permitted. */
	int (*attach)(struct cgroup *c, const char *path, pid_t pid, struct err *e);
	int (*destroy)(struct cgroup *c, struct err *e); /* then the directories that are left go */
	void (*rest)(struct cgroup *c); /* also at the end */
};
struct cg_systemd;

#define CG_FREEZE_MS      10000
#define CG_FREEZE_KILL_MS 500 /* what cannot be frozen must not hold up a kill */

struct cgroup {
	const struct cgroup_ops *ops;
	const struct cg_manager_ops *manager_ops; /* NULL: files alone */
	struct cg_systemd *systemd;
	unsigned sub_depth; /* levels of the directories that lie below the manager's unit */
	bool unstarted; /* the manager has not been asked yet: whatever is there is not ours */
	bool level_is_domain; /* v2: the level that was looked at last is of type "domain" */
	bool on_unified; /* cgroup2 was at CG_ROOT */
	bool filled;    /* the manager put our process in: being in use is no error */
	struct arena arena; /* of all strings */
	enum cgroup_manager manager;
	bool rootless;
	bool has_path; /* the config named one: then missing permission is an error, rootless too */
	unsigned freeze_ms; /* how long freezing may take */
	bool fake;     /* a unit test's plain directories: no check of the file system's type */
	struct procfs *proc;
	struct cg_dir dirs[CG_DIRS_MAX];
	size_t n_dirs;
	struct cgroup_view views[CG_DIRS_MAX];
	size_t n_views;
};

/* ---- detect.c, paths.c: where ---- */

/* The host as the factory sees it; unit tests bring their own. */
struct cg_host {
	const char *root;        /* CG_ROOT */
	const char *self_cgroup; /* text of /proc/self/cgroup; NULL: read it */
	const char *mountinfo;   /* text of /proc/self/mountinfo; NULL: read it when needed */
	bool unified;            /* cgroup2 is at root */
	bool fake;               /* plain directories stand for the mounts */
	struct procfs *proc;
};

/* One hierarchy that is mounted, and where the runtime itself is in it. */
struct cg_hierarchy {
	uint32_t controllers;
	const char *data;  /* field 2 of /proc/self/cgroup */
	const char *own;   /* field 3 */
	const char *mount;
};

/* Fills at most CG_DIRS_MAX; what is not mounted is left out. */
int cg_find_hierarchies(struct cg_host *h, struct arena *a, struct cg_hierarchy *ret, size_t *ret_n,
			struct err *e);
/* Where hi (data, controllers) is mounted; 1, or 0: nowhere. */
int cg_find_place(struct cg_host *h, struct arena *a, struct cg_hierarchy *hi, struct err *e);
/* The root (field 4) of what is mounted at mount, or NULL. */
const char *cg_mount_root(struct cg_host *h, struct arena *a, const char *mount, struct err *e);
/* The container's directory. own is relative to the mount; cgroups_path may be NULL. */
char *cg_path(struct arena *a, const struct cg_hierarchy *hi, const char *own,
	      const char *cgroups_path, const char *id);

int cg_new_on(struct cg_host *h, const struct cgroup_request *req, struct cgroup **ret,
	      struct err *e);
/* Loading without the check that paths are on a cgroup file system, for tests. */
int cg_load_on(bool fake, enum cgroup_manager m, const struct kv_list *paths, const char *owned,
	       struct procfs *proc, struct cgroup **ret, struct err *e);

/* ---- dir.c: directories and files ---- */

/* Called for each level from the mount to the leaf, once it is there. parent is -EBADF for the
 * mount. path is the level's, for errors. */
struct cg_level {
	int parent, fd;
	const char *path;
	bool is_root, is_leaf;
	bool is_fresh; /* it was just made */
};
typedef int (*cg_level_fn)(struct cgroup *c, const struct cg_level *l,
			   const struct spec_resources *r, struct err *e);
/* mkdir -p, one component at a time and never through a symlink; sets fd, ours, n_made. */
int cg_dir_make(struct cgroup *c, struct cg_dir *d, cg_level_fn fn, const struct spec_resources *r,
		struct err *e);
/* Removes what cg_dir_make() made, best effort. */
void cg_dir_unmake(struct cg_dir *d);
/* The descriptor of the directory, opened when it is not yet; -errno without e. */
int cg_dir_fd(const struct cgroup *c, struct cg_dir *d);
/* The directory of a controller that is in use, or NULL. */
struct cg_dir *cg_dir_of(const struct cgroup *c, uint32_t controller);
/* The one that tells which processes are in the container; NULL when there is none. */
struct cg_dir *cg_dir_main(const struct cgroup *c);
/* One write of value to file; the error names path, file and value. */
int cg_write(int fd, const char *path, const char *file, const char *value, struct err *e);
/* Writes pid to cgroup.procs. */
int cg_write_pid(struct cgroup *c, struct cg_dir *d, pid_t pid, struct err *e);
/* "key N" in a flat keyed file; -ENODATA when there is no such key. */
int64_t cg_read_key(int fd, const char *file, const char *key);
/* A failure that a rootless runtime without limits and without a path of its own may ignore. */
bool cg_may_lose(const struct cgroup *c, int r);
void cg_sleep_us(unsigned us);

/* ---- named.c: a directory in the v1 hierarchy "name=systemd" beside the one of v2 ---- */

/* Needs the v2 directory. must: that there is no such hierarchy is an error. */
int cg_named_add(struct cgroup *c, struct cg_host *h, bool must, struct err *e);
/* NULL: there is none. On v1 it is a hierarchy like the others. */
struct cg_dir *cg_named(const struct cgroup *c);
int cg_named_make(struct cgroup *c, struct err *e);
int cg_named_join(struct cgroup *c, pid_t pid, struct err *e);
int cg_named_give(struct cgroup *c, uint32_t uid, struct err *e);
/* runc takes a v2 state with more than one path for a broken one: it is known by words instead, in the
 * list of what is ours. */
#define CG_NAMED      "named"
#define CG_NAMED_OURS "name=systemd"

/* ---- delegate.c ---- */

/* A path without its last levels; in the arena, NULL: out of memory. */
char *cg_path_above(struct arena *a, const char *path, unsigned levels);

/* ---- fs/v2.c ---- */

/* A cg_level_fn: hands the controllers down on the way to a leaf. */
int cg_v2_level(struct cgroup *c, const struct cg_level *l, const struct spec_resources *r,
		struct err *e);
/* Gives the directory and what a delegatee may write to uid. */
int cg_v2_give(struct cgroup *c, struct cg_dir *d, uint32_t uid, struct err *e);

/* ---- walk.c ---- */

struct cg_visit {
	/* In each directory, before those below; -errno ends the walk, but for one that is gone meanwhile. May be NULL, as the others. */
	int (*enter)(int dir, void *data);
	bool (*skip)(int parent, const char *name);              /* what is not to be entered */
	void (*leave)(int parent, const char *name, void *data); /* after those below */
	void *data;
};
/* dir and all below, however deep that is: it takes two descriptors. -errno. */
int cg_walk(int dir, const struct cg_visit *visit);
/* The cgroup was removed meanwhile (ENODEV: while it was open). */
bool cg_is_gone(int r);

/* ---- procs.c: processes ---- */

struct cg_pids {
	pid_t *v;
	size_t n, size;
};
void cg_pids_fini(struct cg_pids *p);
#define auto_pids __attribute__((cleanup(cg_pids_fini))) struct cg_pids
/* Of the directory and all below; sorted, each once. -errno without e. */
int cg_pids_read(const struct cgroup *c, struct cg_dir *d, struct cg_pids *ret);
/* An error when the directory was there before and is in use. */
int cg_check_unused(struct cgroup *c, struct err *e);
/* Sends sig to each process by its pidfd; SIGKILL until none is new, and thaws. freeze: stops them
 * while it looks, so that none escapes by fork. */
int cg_signal_all(struct cgroup *c, int sig, bool freeze, struct err *e);

/* ---- watch.c ---- */

int cg_v1_watch(struct cgroup *c, struct cgroup_watch *w, struct err *e);
int cg_v2_watch(struct cgroup *c, struct cgroup_watch *w, struct err *e);
