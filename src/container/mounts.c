/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mounts.h"

#include <errno.h>
#include <unistd.h>

#include "os/mount_fd.h"

static bool others_mount(const struct spec *s)
{
	const struct spec_namespace *ns = spec_namespace_find(&s->linux->namespaces, NS_MOUNT);

	return (ns && ns->path) || s->hooks.list[HOOK_PRESTART].n || s->hooks.list[HOOK_CREATE_RUNTIME].n ||
	       s->hooks.list[HOOK_CREATE_CONTAINER].n;
}

int mounts_plan(const struct mounts_input *m, struct mount_plan **ret, struct err *e)
{
	const struct spec *s = m->spec;
	const struct spec_linux *l = s->linux;
	struct mount_cgroup_hierarchy views[32];
	const struct cgroup_view *v;
	size_t n = cgroup_views(m->cgroup, &v);
	struct mount_input in = {
		.bundle = m->bundle, .rootfs = m->rootfs,
		.root_readonly = s->root->readonly, .mounts = &s->mounts, .devices = &l->devices,
		.masked_paths = &l->masked_paths, .readonly_paths = &l->readonly_paths,
		.rootfs_propagation = l->rootfs_propagation,
		.mount_label = str_empty(l->mount_label) ? NULL : l->mount_label,
		.mount_label_kind = l->mount_label_kind,
		.uid_mappings = &l->uid_mappings, .gid_mappings = &l->gid_mappings,
		.user_namespace = spec_namespace_find(&l->namespaces, NS_USER) != NULL,
		.new_cgroup_namespace = spec_namespace_find(&l->namespaces, NS_CGROUP) != NULL,
		.inherit_namespace = spec_namespace_find(&l->namespaces, NS_MOUNT) == NULL,
		.others_mount = others_mount(s), .no_pivot = m->no_pivot, .terminal = m->terminal,
		.cgroup_v1_at = l->cgroup_v1_at,
		.cgroup_unified = cgroup_made_on_unified(m->cgroup), .cgroups = views, .n_cgroups = n,
		.notify_socket_dir = m->notify_dir,
	};

	/* An unprivileged caller cannot, and need not: init has the same rights to the files. */
	in.sources_inside = in.user_namespace && !in.inherit_namespace && geteuid() == 0 && os_mount_api();
	if (n > ARRAY_SIZE(views))
		return err_make(e, ERR_UNSUPPORTED, E2BIG, "the host has %zu cgroup hierarchies", n);
	for (size_t i = 0; i < n; i++)
		views[i] = (struct mount_cgroup_hierarchy){
			.name = v[i].name, .options = v[i].options, .host_path = v[i].host_path,
		};
	return mount_plan_new(&in, ret, e);
}
