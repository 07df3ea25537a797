/* SPDX-License-Identifier: Apache-2.0 */
/* In place of label_selinux.c when built without it (-Dselinux=false). */
#include <errno.h>

#include "sec/label.h"

static bool enabled(struct procfs *proc)
{
	(void)proc;
	return false;
}

/* Check and apply alike: a label is never dropped in silence (CVE-2019-16884). */
static int refuse(struct procfs *proc, const char *label, struct err *e)
{
	(void)proc;
	if (str_empty(label))
		return 0;
	return err_make(
	    e, ERR_UNSUPPORTED, EOPNOTSUPP,
	    "selinux label is specified in config, but selinux is not supported by this build");
}

const struct lsm_ops lsm_selinux = {
	.name = "selinux",
	.enabled = enabled,
	.check = refuse,
	.apply_exec = refuse,
};
