/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/io.h"
#include "sec/label.h"
#include "sec/label_text.h"

/* linux/magic.h */
#define SELINUX_FS_MAGIC 0xf97cff8cu

static bool enabled(struct procfs *proc)
{
	struct statfs st;

	(void)proc;
	if (statfs("/sys/fs/selinux", &st) < 0)
		return false;
	/* Mounted read-only it is how a container is told that there is no SELinux for it. */
	return (uint32_t)st.f_type == SELINUX_FS_MAGIC && !(st.f_flags & ST_RDONLY);
}

static int check(struct procfs *proc, const char *label, struct err *e)
{
	int r;

	if (str_empty(label))
		return 0;
	if (label_selinux_check_text(label) < 0)
		return err_make(e, ERR_CONFIG, EINVAL,
				"expected user:role:type[:level], found \"%s\"", label);
	if (!enabled(proc))
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"selinux label is specified in config, but selinux is disabled or "
				"not supported");
	r = io_write_file(AT_FDCWD, "/sys/fs/selinux/context", label);
	/* Who may not ask learns it at execve. */
	if (r == -EINVAL)
		return err_make(e, ERR_CONFIG, EINVAL,
				"the loaded policy does not know %s", label);
	return 0;
}

static int apply_exec(struct procfs *proc, const char *label, struct err *e)
{
	int r;

	if (str_empty(label))
		return 0;
	r = label_selinux_check_text(label);
	if (r == 0)
		r = procfs_write(proc, "thread-self/attr/exec", label);
	if (r < 0)
		return err_sys(e, -r, "can't set the selinux label %s for execve", label);
	return 0;
}

const struct lsm_ops lsm_selinux = {
	.name = "selinux",
	.enabled = enabled,
	.check = check,
	.apply_exec = apply_exec,
};
