/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LSM labels for the process: SELinux and AppArmor, each behind the same three operations.
 * Runs in: check: parent | apply: init, just before execve.
 * A label that cannot be applied is an error, never silence (CVE-2019-16884).
 */
#pragma once

#include "base/err.h"
#include "os/procfs.h"

struct lsm_ops {
	const char *name;
	bool (*enabled)(struct procfs *proc);
	/* Can the label be used here? Run before anything is created. */
	int (*check)(struct procfs *proc, const char *label, struct err *e);
	/* attr/exec: the label takes effect at execve. */
	int (*apply_exec)(struct procfs *proc, const char *label, struct err *e);
};
extern const struct lsm_ops lsm_apparmor, lsm_selinux;
