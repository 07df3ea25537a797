/* SPDX-License-Identifier: Apache-2.0 */
/* What of a new file system goes by its type. */
#include <sys/mount.h>

#include "mount/plan.h"

/* fsconfig has no word for these two, mount(2) has. */
#define ONLY_OLD ((unsigned long)(MS_I_VERSION | MS_SILENT))

/* The types whose options are the same text for fsconfig as for mount(2), and none of them a path. Others
 * (overlay's escapes, values of more than 255 bytes, types that parse one block) go through mount(2). */
static const char *const fd_types[] = {
	"cgroup", "cgroup2", "devpts", "mqueue", "proc", "sysfs", "tmpfs",
};

bool mount_fs_by_fd(const struct mount_op *op)
{
	size_t i;

	if (op->opt.set & ONLY_OLD)
		return false;
	for (i = 0; i < ARRAY_SIZE(fd_types); i++)
		if (str_eq(fd_types[i], op->type))
			return true;
	return false;
}

/* A tmpfs looks like the directory that it covers, unless the options say otherwise. */
bool mount_fs_takes_mode(const struct mount_op *op)
{
	const char *data = op->opt.data ? op->opt.data : "", *opt;
	size_t len;

	if (!str_eq(op->type, "tmpfs"))
		return false;
	while ((opt = mount_data_next(&data, &len)))
		if (str_starts(opt, "mode="))
			return false;
	return true;
}
