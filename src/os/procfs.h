/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc that can be trusted: verified once, then only beneath it, no mount crossed, no magic link.
 * Runs in: parent opens it; stage and init use the inherited descriptor (self and thread-self
 * resolve to the reader, whichever pid namespace it is in).
 * Must not happen here: resolving "/proc/..." by name after a mount namespace was entered
 * (CVE-2019-16884, CVE-2019-19921, CVE-2025-52881).
 *
 * The handle is the host's /proc (fstatfs says PROC_SUPER_MAGIC, inode 1). Where something is
 * mounted over the path asked for (EXDEV), a private fsopen("proc") mount that was never attached
 * is used instead.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

struct procfs {
	int host; /* O_PATH of the verified /proc */
	int own;  /* the private mount, made on demand; -EBADF until then */
	bool pids_only; /* what is made shows processes alone */
};

int procfs_open(struct procfs *p, struct err *e);
/* An empty handle (both -EBADF), for procfs_close() to take. */
#define PROCFS_NONE { .host = -EBADF, .own = -EBADF }
void procfs_close(struct procfs *p);
/* Before a process is cloned whose descriptors others can see: lets go of the host's. What is opened
 * next is found in a private mount for the reader's own pid namespace (Linux 5.2) that shows
 * processes alone (5.8). An older kernel keeps the handle. */
void procfs_confine(struct procfs *p);

/* path is relative: "self/attr/exec", "sys/net/ipv4/ip_forward", "1234/ns/net". Returns a
 * descriptor or -errno; the file is checked to be on procfs. flags as open(2); CLOEXEC is added.
 * ns links are the one magic link that may be opened: use procfs_open_ns(). */
int procfs_openat(struct procfs *p, const char *path, int flags);
/* Opens pid's namespace link; name as in /proc/PID/ns. pid 0 is self. */
int procfs_open_ns(struct procfs *p, pid_t pid, const char *name);
/* The root directory of a process (O_PATH). */
int procfs_open_root(struct procfs *p, pid_t pid);
int procfs_read(struct procfs *p, const char *path, char *buf, size_t size);
/* The same for what has no long lines, in one read: see io_read_record(). */
int procfs_read_record(struct procfs *p, const char *path, char *buf, size_t size);
/* One write(2). Text goes as it is. */
int procfs_write(struct procfs *p, const char *path, const char *text);
/* Field 22 (start time, clock ticks since boot), field 3 (state letter) and field 39 (the CPU that it is on or was last)
 * of pid's stat, those that are asked for; -ESRCH when there is no such process. Of one whose first thread alone has
 * ended the state is 'S'. */
int procfs_pid_stat(struct procfs *p, pid_t pid, char *ret_state, uint64_t *ret_start, int *ret_cpu);
/* The calling thread's number, as this procfs counts, start time and scheduling policy (sched(7)). */
int procfs_self_stat(struct procfs *p, pid_t *ret_tid, uint64_t *ret_start, int *ret_policy);
bool procfs_is_kernel_thread(struct procfs *p, pid_t pid);
/* Its root, for what is looked at by one call. */
static inline int procfs_dir(const struct procfs *p)
{
	return p->host >= 0 ? p->host : p->own;
}
/* Of the calling thread. */
struct procfs_self {
	uint64_t ignored_signals; /* bit sig - 1; all bits when that cannot be known */
	uint64_t bounding;        /* capabilities; the same */
	uint32_t uid, gid; /* real, effective, saved and of the file system, where they are the same; or UINT32_MAX */
	bool no_groups; /* none but that; false when that cannot be known */
};
void procfs_self(struct procfs *p, struct procfs_self *ret);
