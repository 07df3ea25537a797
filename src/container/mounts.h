/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount plan of a container, from its config.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "mount/mount.h"

struct mounts_input {
	const struct spec *spec;
	const char *bundle, *rootfs;  /* absolute */
	const struct cgroup *cgroup;  /* from cgroup_new() */
	const char *notify_dir;       /* to be bound at /run/notify, or NULL */
	bool no_pivot, terminal;
};

/* What in points to must live as long as the plan. */
int mounts_plan(const struct mounts_input *in, struct mount_plan **ret, struct err *e);
