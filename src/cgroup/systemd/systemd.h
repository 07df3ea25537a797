/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd driver as the factory sees it: systemd makes the unit and its cgroup, the files (fs/)
 * do what units cannot. Without libsystemd at build time none.c stands here.
 * Runs in: parent.
 */
#pragma once

#include "cgroup/impl.h"

/* The word in the list of what is ours that says "of the user's manager". */
#define CG_SYSTEMD_USER "systemd-user"

/* Names the unit; *ret_path is where its cgroup will be, below the hierarchies' mounts. */
int cg_systemd_new(struct cgroup *c, const struct cg_host *h, const struct cgroup_request *req,
		   const char **ret_path, struct err *e);
/* After the paths are loaded; owned as in cgroup_load(). */
int cg_systemd_load(struct cgroup *c, const char *owned, struct err *e);
/* Is the unit one of the user's manager? */
bool cg_systemd_is_user(const struct cgroup *c);
