/* SPDX-License-Identifier: Apache-2.0 */
#include "container/userns.h"

#include <errno.h>

#include "base/path.h"
#include "mount/options.h"
#include "ns/ns.h"

int userns_adopt_maps(const struct launch *l, struct spec *s, struct err *e)
{
	struct spec_idmaps uid, gid, *own_uid = &s->linux->uid_mappings, *own_gid = &s->linux->gid_mappings;
	int userns = l->job.ns_fd[NS_USER], r;

	if (userns < 0)
		return 0;
	r = ns_read_maps(l->job.proc, userns, &s->arena, &uid, &gid, e);
	if (r < 0)
		return err_place(e, "linux.namespaces[%td]", spec_namespace_find(&s->linux->namespaces, NS_USER) -
				 s->linux->namespaces.v);
	/* containerd and CRI-O write the maps beside the path. */
	if ((own_uid->n || own_gid->n) && !(idmap_is_same(&uid, own_uid) && idmap_is_same(&gid, own_gid)))
		return err_make(e, ERR_CONFIG, EINVAL, "user namespaces enabled, but both namespace path "
				"and non-matching mapping specified -- you may only provide one");
	*own_uid = uid;
	*own_gid = gid;
	return 0;
}

static bool is_writable_cgroup(struct arena *a, const struct spec_mount *m)
{
	const char *destination = path_clean(a, m->destination);
	struct mount_options o;
	struct err e;

	return destination && str_eq(m->source, "cgroup") && str_eq(destination, "/sys/fs/cgroup") &&
	       mount_options_parse(a, &m->options, &o, &e) == 0 && !(o.set & MS_RDONLY);
}

bool userns_user(const struct spec *s, uint32_t *ret_uid)
{
	*ret_uid = s->process->user.uid;
	return !spec_namespace_find(&s->linux->namespaces, NS_USER) ||
	       idmap_to_host(&s->linux->uid_mappings, *ret_uid, ret_uid);
}

/* config-linux.md "Cgroup ownership": a new cgroup namespace, and a mount that can be written to. */
bool userns_cgroup_owner(struct spec *s, uint32_t *ret_uid)
{
	const struct spec_namespace *ns = spec_namespace_find(&s->linux->namespaces, NS_CGROUP);
	bool writable = false;
	uint32_t uid;

	if (!ns || ns->path)
		return false;
	for (size_t i = 0; i < s->mounts.n; i++)
		writable |= is_writable_cgroup(&s->arena, &s->mounts.v[i]);
	if (!writable)
		return false;
	if (!userns_user(s, &uid))
		return false; /* nobody: setting the user will say so */
	*ret_uid = uid;
	return uid != 0;
}
