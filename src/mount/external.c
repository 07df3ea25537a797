/* SPDX-License-Identifier: Apache-2.0 */
#include "mount/plan.h"

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
		if (p->ops[k].kind != MOUNT_OP_BIND || i-- > 0)
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
