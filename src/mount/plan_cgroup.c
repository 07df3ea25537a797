/* SPDX-License-Identifier: Apache-2.0 */
/* What a mount of type cgroup is, on either version. */
#include <errno.h>
#include <sys/mount.h>

#include "base/path.h"
#include "mount/plan.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

/* cgroup v2: a mount of it in a cgroup namespace; without one, what the host sees (mounting it
 * there costs an RCU wait, and a user namespace may not). */
static int plan_cgroup2(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	const char *own = p->in.n_cgroups ? p->in.cgroups[0].host_path : NULL;
	struct mount_op *bind = arena_new(&p->arena, struct mount_op);

	if (!bind)
		return mount_plan_no_memory(e);
	*bind = *op;
	bind->kind = MOUNT_OP_BIND;
	bind->type = "bind";
	bind->opt.set |= MS_BIND;
	bind->opt.data = NULL;
	bind->source = p->in.new_cgroup_namespace && own ? own : CGROUP_ROOT;
	if (p->in.user_namespace)
		bind->if_missing = MOUNT_MISSING_IS_MASKED;
	if (!p->in.new_cgroup_namespace) {
		*op = *bind;
		return 0;
	}
	mount_op_set_fs(p, op, "cgroup2");
	op->instead = bind;
	return 0;
}

static int plan_cgroup_links(struct mount_plan *p, const struct mount_op *dir, const char *name,
			     struct err *e)
{
	const char *s = name;

	while (*s) {
		size_t n = strcspn(s, ",");
		const char *link = arena_strndup(&p->arena, s, n);
		const char *dest = link ? path_join(&p->arena, dir->dest, link) : NULL;

		if (!dest)
			return mount_plan_no_memory(e);
		mount_op_add(p, MOUNT_OP_SYMLINK, dir->words, dest)->source = name;
		s += n + (s[n] == ',');
	}
	return 0;
}

/* Of what was asked for, "ro" alone counts: an "exec" or a "dev" does not. */
static void only_pseudo_flags(struct mount_options *o, const struct mount_options *asked)
{
	o->set = MOUNT_PSEUDO_FLAGS | (asked->set & MS_RDONLY);
	o->clr = 0;
}

static bool is_named(const struct mount_cgroup_hierarchy *h)
{
	return str_eq(h->options, "name=systemd");
}

/* cgroup v1: a tmpfs with a directory for each hierarchy, or for systemd's alone. */
static int plan_cgroup1(struct mount_plan *p, struct mount_op *dir, bool named_only, struct err *e)
{
	struct mount_options asked = dir->opt;
	size_t i;

	dir->source = "tmpfs";
	only_pseudo_flags(&dir->opt, &asked);
	dir->opt.data = "mode=755";
	mount_op_set_fs(p, dir, "tmpfs");
	for (i = 0; i < p->in.n_cgroups; i++) {
		const struct mount_cgroup_hierarchy *h = &p->in.cgroups[i];
		bool systemd = str_eq(h->name, "systemd");
		struct mount_op *op;
		const char *dest;

		if (named_only && !is_named(h))
			continue;
		dest = path_join(&p->arena, dir->dest, h->name);
		if (!dest)
			return mount_plan_no_memory(e);
		op = mount_op_add(p, MOUNT_OP_BIND, dir->words, dest);
		op->opt = asked;
		op->opt.data = NULL;
		if (p->in.new_cgroup_namespace) {
			op->kind = MOUNT_OP_FS;
			op->source = systemd ? "systemd" : "cgroup";
			only_pseudo_flags(&op->opt, &asked);
			op->opt.data = h->options;
			mount_op_set_fs(p, op, h->options ? "cgroup" : "cgroup2");
		} else {
			op->type = "bind";
			op->source = h->host_path;
			op->opt.set |= MS_BIND | MS_REC;
			/* An unprivileged caller may not have been able to make it. */
			if (p->in.user_namespace)
				op->if_missing = MOUNT_MISSING_IS_SKIPPED;
		}
	}
	for (i = 0; i < p->in.n_cgroups; i++) {
		const char *name = p->in.cgroups[i].name;
		int r = !named_only && strchr(name, ',') ? plan_cgroup_links(p, dir, name, e) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int mount_plan_cgroups(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	return p->in.cgroup_unified ? plan_cgroup2(p, op, e) : plan_cgroup1(p, op, false, e);
}

int mount_plan_cgroup_named(struct mount_plan *p, struct mount_op *op, struct err *e)
{
	for (size_t i = 0; i < p->in.n_cgroups; i++)
		p->has_cgroup_v1 |= is_named(&p->in.cgroups[i]);
	if (!p->has_cgroup_v1)
		return err_make(e, ERR_UNSUPPORTED, ENOENT, "run.oci.systemd.force_cgroup_v1: the cgroup v1 "
				"hierarchy name=systemd is not mounted on this host");
	return plan_cgroup1(p, op, true, e);
}

size_t mount_plan_cgroups_max(const struct mount_input *in)
{
	size_t n = 1, i;

	for (i = 0; i < in->n_cgroups; i++) {
		const char *s = in->cgroups[i].name;

		n += 2;
		for (; s && *s; s++)
			n += *s == ',';
	}
	return n;
}
