/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forcing the fallbacks, so that they are tested on every kernel.
 * Runs in: any role, read only.
 *
 * STRAKE_FALLBACK="openat2,clone3,mount_api,..." makes the wrapper of that name answer -ENOSYS.
 * Read once, before anything else, and only when the caller is not set-id (secure_getenv).
 */
#pragma once

#include "base/util.h"

/* X(identifier, "name in STRAKE_FALLBACK") */
#define OS_FALLBACKS(X)                                  \
	X(OPENAT2, "openat2")                            \
	X(MOUNT_API, "mount_api") /* fsopen, fsmount, open_tree, move_mount */ \
	X(MOUNT_SETATTR, "mount_setattr")                \
	X(OPEN_TREE_ATTR, "open_tree_attr")              \
	X(CLONE3, "clone3")                              \
	X(INTO_CGROUP, "into_cgroup")                    \
	X(PIDFD, "pidfd")                                \
	X(SETNS_PIDFD, "setns_pidfd")                    \
	X(CLOSE_RANGE, "close_range")                    \
	X(CGROUP_KILL, "cgroup_kill")                    \
	X(MEMFD, "memfd")                                \
	X(EXE_REPLACE, "exe_replace")                    \
	X(BESIDE, "beside") /* a child in the parent's memory */ \
	X(SMALL_NS, "small_ns") /* a mount namespace with few mounts to begin with */ \
	X(SECCOMP_TREE, "seccomp_tree") /* no call: libseccomp generates the filter */

enum os_feature {
#define X(id, name) OS_##id,
	OS_FALLBACKS(X)
#undef X
	OS_FEATURE_MAX
};

/* True when the fallback of that feature is forced. */
bool os_fallback_forced(enum os_feature f);
/* For tests and main(): list as in STRAKE_FALLBACK; unknown names give -EINVAL. */
int os_fallback_force(const char *list);
