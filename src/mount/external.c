/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "mount/plan.h"

/* Made again as a link: no mount. */
static bool is_copied_link(const struct mount_op *op)
{
	char c;

	return op->opt.links & MOUNT_COPY_SYMLINK && readlink(op->source, &c, 1) >= 0;
}

int mount_plan_can_restore(const struct mount_plan *p, struct err *e)
{
	for (size_t i = 0; i < p->n_ops; i++)
		if (p->ops[i].opt.links & (MOUNT_SRC_NOFOLLOW | MOUNT_DEST_NOFOLLOW))
			return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "%s: CRIU has no mounts with "
					"src-nofollow or dest-nofollow", p->ops[i].words);
	return 0;
}

static bool device(const struct mount_plan *p, size_t i, const char **ret)
{
	const struct spec_devices *d = p->in.devices;

	if (!p->in.user_namespace)
		return false; /* nodes of the container's own */
	*ret = i < d->n ? d->v[i].path : mount_default_device(i - d->n);
	return *ret != NULL;
}

bool mount_plan_external(const struct mount_plan *p, size_t i, const char **ret_dest,
			 const char **ret_source)
{
	for (size_t k = 0; k < p->n_ops; k++) {
		if (p->ops[k].kind != MOUNT_OP_BIND || is_copied_link(&p->ops[k]) || i-- > 0)
			continue;
		*ret_dest = p->ops[k].dest;
		*ret_source = p->ops[k].source;
		return true;
	}
	if (!device(p, i, ret_dest))
		return false;
	*ret_source = *ret_dest;
	return true;
}
