/* SPDX-License-Identifier: Apache-2.0 */
#include "container/userns.h"

#include <errno.h>

#include "ns/ns.h"

int userns_adopt_maps(const struct launch *l, struct spec *s, struct err *e)
{
	struct spec_idmaps uid, gid, *own_uid = &s->linux->uid_mappings, *own_gid = &s->linux->gid_mappings;
	int userns = l->job.ns_fd[NS_USER], r;

	if (userns < 0)
		return 0;
	r = ns_read_maps(l->job.proc, userns, &s->arena, &uid, &gid, e);
	if (r < 0)
		return r;
	/* containerd and CRI-O write the maps beside the path. */
	if ((own_uid->n || own_gid->n) && !(idmap_is_same(&uid, own_uid) && idmap_is_same(&gid, own_gid)))
		return err_make(e, ERR_CONFIG, EINVAL, "user namespaces enabled, but both namespace path "
				"and non-matching mapping specified -- you may only provide one");
	*own_uid = uid;
	*own_gid = gid;
	return 0;
}
