/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's cgroups behind one object; which hierarchy or manager is nobody else's business.
 * Runs in: parent.
 * Must not happen here: waiting without a deadline; a path with "..".
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "os/procfs.h"

enum cgroup_manager { CGROUP_FS, CGROUP_SYSTEMD, CGROUP_NONE };
const char *cgroup_manager_name(enum cgroup_manager m); /* "cgroupfs", "systemd", "none" */
int cgroup_manager_parse(const char *name, enum cgroup_manager *ret);

struct cgroup; /* opaque; fs/v1, fs/v2, systemd over one of them, and none stand behind it */

/* What `create` knows. */
struct cgroup_request {
	enum cgroup_manager manager;
	const char *path;      /* linux.cgroupsPath or NULL; for systemd slice:prefix:name */
	const char *id;
	const char *subgroup;  /* systemd: the container's part of the unit, relative and clean; or NULL */
	bool named_v1;         /* a place in systemd's v1 hierarchy is wanted on v2, too */
	bool delegate;         /* cgroup_delegate() will be called */
	bool rootless;         /* failing to create for want of permission is no error without limits */
	const struct spec_resources *resources; /* may be NULL */
	const struct kv_list *annotations; /* of the config; borrowed until the container runs; or NULL */
	struct procfs *proc;   /* borrowed */
};
/* The one factory: looks at the host (v1, v2, hybrid), computes the paths, makes nothing yet. */
int cgroup_new(const struct cgroup_request *req, struct cgroup **ret, struct err *e);
/* From what cgroup_save() gave: manager's name, paths by controller ("" is v2), what we made. */
int cgroup_load(const char *manager, const struct kv_list *paths, const char *owned,
		struct procfs *proc, struct cgroup **ret, struct err *e);
/* paths and *ret_owned in arena a. */
int cgroup_save(const struct cgroup *c, struct arena *a, struct kv_list *ret_paths,
		char **ret_owned, struct err *e);
void cgroup_free(struct cgroup *c);
/* Before a long wait, and in the end: lets the manager go (a connection, or a process that has it) until it is needed
 * again. c may be NULL. */
void cgroup_rest(struct cgroup *c);

/* Makes the directories (and enables controllers on the way) and writes what must be there
 * before a process is: cpuset, then every limit. On failure removes what it made. A directory
 * that exists and holds processes, or is frozen, is an error. */
int cgroup_create(struct cgroup *c, const struct spec_resources *r, struct err *e);
/* The directory for CLONE_INTO_CGROUP (borrowed), or -EBADF where there is no v2 one to be born in:
 * systemd makes it only when a process is there, in cgroup_join(). */
int cgroup_clone_fd(const struct cgroup *c);
/* Is nothing left for cgroup_join() of a process that was born there? Not with v1 hierarchies. */
bool cgroup_clone_is_all(const struct cgroup *c);
/* Puts pid in. born_in: clone_fd was used, so v2 is done already. Then device rules are in force. */
int cgroup_join(struct cgroup *c, pid_t pid, bool born_in, struct err *e);
/* For exec: as cgroup_join(), and when that is refused because the container's processes have moved
 * into sub-cgroups (EBUSY on v2), or out of a directory that is gone since, to where init is. */
int cgroup_join_init(struct cgroup *c, pid_t pid, bool born_in, pid_t init, struct err *e);
/* For exec where a part was delegated: to where init is. */
int cgroup_follow_init(struct cgroup *c, pid_t pid, pid_t init, struct err *e);
/* For exec --cgroup: into the sub-cgroup sub, which exists, of the controllers in the comma list
 * (NULL: all); one that would lead out is refused. */
int cgroup_join_sub(struct cgroup *c, pid_t pid, const char *controllers, const char *sub,
		    struct err *e);
/* The device rules (v1 list, v2 eBPF), deny-all first; between create and release of init. */
int cgroup_apply_devices(struct cgroup *c, const struct spec_resources *r, struct err *e);
/* Writes limits again (update). */
int cgroup_set(struct cgroup *c, const struct spec_resources *r, struct err *e);
/* v2: hands the directory to the container's root (uid) per /sys/kernel/cgroup/delegate. */
int cgroup_chown(struct cgroup *c, uint32_t uid, struct err *e);
/* v2: makes a sub-cgroup (relative and clean), moves pid there, so that the container's own cgroup holds
 * no process, hands all controllers down to it, and it to uid. No limit is set there. */
int cgroup_delegate(struct cgroup *c, const char *sub, pid_t pid, uint32_t uid, struct err *e);

int cgroup_freeze(struct cgroup *c, bool frozen, struct err *e); /* waits until it is so, thaws on error */
/* 1, 0 or -errno. */
int cgroup_is_frozen(struct cgroup *c, struct err *e);
/* All processes, sub-cgroups too; sorted ascending, in the heap (free() it). */
int cgroup_pids(struct cgroup *c, pid_t **ret, size_t *ret_n, struct err *e);
/* Sends sig to every process; SIGKILL uses cgroup.kill (Linux 5.14) or freeze + kill + thaw. */
int cgroup_kill(struct cgroup *c, int sig, struct err *e);
/* True: all of the container's directories, made by us and empty, are removed. */
bool cgroup_remove_empty(struct cgroup *c);
/* Removes the container's directories with all below them; retries while processes go away
 * (bounded, about 10 s); gone already is fine. One that was there before create is removed only
 * when it is empty; parents that were made on the way stay, as with runc. */
int cgroup_destroy(struct cgroup *c, struct err *e);
/* False when the directories are gone. */
bool cgroup_exists(const struct cgroup *c);
/* May somebody else remove it when its last process is gone (a scope of systemd's)? */
bool cgroup_may_vanish(const struct cgroup *c);
/* How often the OOM killer struck in it so far; -errno when unknown. */
int64_t cgroup_oom_kills(const struct cgroup *c);
/* Has it struck in a cgroup that is the container's own? False when nobody knows any more. */
bool cgroup_was_oom_killed(const struct cgroup *c);

/* What the kernel has counted; *ret must be zeroed, and what this kernel does not count stays so.
 * Strings and lists live in a. */
struct stats;
int cgroup_stats(struct cgroup *c, struct arena *a, struct stats *ret, struct err *e);

/* Waiting for the OOM killer and for the end; c must outlive it. */
struct cgroup_watch;
enum cgroup_event { CGROUP_NOTHING, CGROUP_OOM, CGROUP_GONE };
int cgroup_watch_new(struct cgroup *c, struct cgroup_watch **ret, struct err *e);
void cgroup_watch_free(struct cgroup_watch *w);
/* Readable when there may be something; FD_NONE when only looking now and then tells. */
int cgroup_watch_fd(const struct cgroup_watch *w);
/* What has happened since the last call; never waits. */
enum cgroup_event cgroup_watch_read(struct cgroup_watch *w);
/* How often the OOM killer had struck when it was last read. */
int64_t cgroup_watch_oom_kills(const struct cgroup_watch *w);

/* Where many cgroups are looked at: FD_NONE unless the host has v2 alone. */
int cgroup_glance_open(void);
/* True: somebody is in the cgroup at path, and it is not frozen, not by an ancestor either. False says
 * nothing. */
bool cgroup_glance(int fd, const char *path);

/* Does the host have a pure v2 hierarchy at /sys/fs/cgroup? The second: had it, when c was made by cgroup_new()? */
bool cgroup_host_is_unified(void);
bool cgroup_made_on_unified(const struct cgroup *c);

/* For the container's own cgroup mount. Strings live as long as c. */
struct cgroup_view {
	const char *name;      /* v1: directory name below /sys/fs/cgroup; NULL for v2 */
	const char *options;   /* v1: mount data */
	const char *host_path; /* the container's directory */
};
size_t cgroup_views(const struct cgroup *c, const struct cgroup_view **ret);
