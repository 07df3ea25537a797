/* SPDX-License-Identifier: Apache-2.0 */
/* One operation of the plan, before it is known what it will do. */
#include <errno.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "mount/plan.h"

int mount_plan_no_memory(struct err *e)
{
	return err_sys(e, ENOMEM, "mount plan");
}

struct mount_op *mount_op_add(struct mount_plan *p, enum mount_op_kind kind, const char *words,
			      const char *dest)
{
	struct mount_op *op = &p->ops[p->n_ops];
	int *tree = &p->trees[p->n_ops++];

	*tree = FD_NONE;
	*op = (struct mount_op){
		.kind = kind, .words = words, .dest = dest, .userns = FD_NONE, .tree = tree, .mounted = FD_NONE,
	};
	return op;
}

/* What is particular about a file system type. A label is a context option unless said otherwise:
 * proc, sysfs and mqueue would refuse it, cgroup2 has labels by path. */
static const struct fs_type {
	const char *name;
	bool no_label, label_on_root, real_dir, late_readonly;
} fs_types[] = {
	{ .name = "proc", .no_label = true, .real_dir = true },
	{ .name = "sysfs", .no_label = true, .real_dir = true },
	{ .name = "mqueue", .no_label = true, .label_on_root = true },
	{ .name = "cgroup2", .no_label = true },
	{ .name = "tmpfs", .late_readonly = true },
};

void mount_op_set_late_readonly(struct mount_op *op)
{
	op->late_readonly = op->opt.set & MS_RDONLY;
	op->opt.set &= ~(unsigned long)MS_RDONLY;
}

void mount_op_set_fs(const struct mount_plan *p, struct mount_op *op, const char *type)
{
	const struct fs_type *t = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fs_types); i++)
		if (str_eq(fs_types[i].name, type))
			t = &fs_types[i];
	op->type = type;
	op->label_kind = p->in.mount_label_kind;
	op->label = t && t->no_label ? NULL : p->in.mount_label;
	op->label_on_root = t && t->label_on_root && p->in.mount_label;
	if (op->label_on_root)
		op->label = p->in.mount_label;
	op->real_dir = t && t->real_dir;
	/* Mount points and device nodes are made in these first. */
	if ((t && t->late_readonly) || str_eq(op->dest, "/dev"))
		mount_op_set_late_readonly(op);
}
