/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path.h"
#include "mount/plan.h"

#define NOTIFY_DEST "/run/notify"

/*
 * The kernel ignores a file system's options on a bind. A "key=value" is a warning, as older runc
 * and crun live with it; a bare word may be a flag misspelt, and a label not applied is a hole.
 */
static int check_bind_data(const struct mount_op *op, struct err *e)
{
	const char *data = op->opt.data ? op->opt.data : "", *opt;
	size_t len;

	while ((opt = mount_data_next(&data, &len))) {
		const char *eq = memchr(opt, '=', len);

		if (!eq || (eq - opt >= 7 && memcmp(eq - 7, "context", 7) == 0))
			return err_make(e, ERR_CONFIG, EINVAL, "bind mounts cannot have any "
					"filesystem-specific options applied (%s)", op->opt.data);
	}
	if (op->opt.data)
		log_warn("%s: a bind mount takes no options of a file system: ignoring %s",
			 op->words, op->opt.data);
	if (op->opt.set & MOUNT_SUPERBLOCK_FLAGS)
		log_warn("%s: a bind mount does not change its file system: ignoring sync, dirsync, "
			 "mand, iversion, lazytime", op->words);
	return 0;
}

const char *mount_inside_root(const struct mount_plan *p, const char *path)
{
	size_t n = strlen(p->in.rootfs);

	if (n < 2 || strncmp(path, p->in.rootfs, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return path[n] ? path + n : "/";
}

/* Whether a mount before op lies where op's source is, or above. */
static bool is_provided(const struct mount_plan *p, const struct mount_op *op)
{
	const char *inside = mount_inside_root(p, op->source);

	for (const struct mount_op *o = p->ops; inside && o < op; o++)
		if (path_is_below(inside, o->dest))
			return true;
	return false;
}

static int plan_bind(struct mount_plan *p, struct mount_op *op, const struct spec_mount *m,
		     struct err *e)
{
	int r;

	op->type = "bind";
	op->opt.set |= MS_BIND;
	r = check_bind_data(op, e);
	if (r < 0)
		return r;
	if (str_empty(m->source))
		return err_make(e, ERR_CONFIG, EINVAL, "a bind mount needs a source");
	op->source = path_is_absolute(m->source) ? m->source :
						    path_join(&p->arena, p->in.bundle, m->source);
	if (str_eq(op->dest, "/dev"))
		mount_op_set_late_readonly(op);
	if (!op->source)
		return mount_plan_no_memory(e);
	op->late_source = is_provided(p, op);
	return 0;
}

static int at_option(const struct mount_plan *p, const struct spec_mount *m, size_t i, struct err *e)
{
	return err_place(e, "mounts[%zu].options[%zu] (%s)", (size_t)(m - p->in.mounts->v), i,
			 m->destination);
}

/* What crun has beyond the spec's options: not for every kind of mount. */
static int check_extensions(const struct mount_plan *p, const struct spec_mount *m,
			    const struct mount_options *o, bool bind, struct err *e)
{
	bool remount = o->set & MS_REMOUNT;

	if (o->idmap_text && remount) {
		err_make(e, ERR_CONFIG, EINVAL, "a remount cannot be id-mapped");
		return at_option(p, m, o->idmap_at, e);
	}
	if (!o->links)
		return 0;
	if (!bind || remount)
		err_make(e, ERR_CONFIG, EINVAL, "%s is for bind mounts only", m->options.v[o->links_at]);
	else if (o->links & MOUNT_COPY_SYMLINK && o->links != MOUNT_COPY_SYMLINK)
		err_make(e, ERR_CONFIG, EINVAL,
			 "copy-symlink excludes src-nofollow and dest-nofollow");
	else
		return 0;
	return at_option(p, m, o->links_at, e);
}

static int plan_idmap(struct mount_plan *p, struct mount_op *op, const struct spec_mount *m,
		      struct err *e)
{
	bool own = m->uid_mappings.n > 0 || m->gid_mappings.n > 0;
	int r;

	if (!own && !op->opt.idmap)
		return 0;
	if (str_eq(m->type, "cgroup"))
		return err_make(e, ERR_CONFIG, EINVAL, "a mount of cgroups cannot be id-mapped");
	/* The parent waits to be asked for each. */
	if (op->late_source && op->opt.links & MOUNT_COPY_SYMLINK && p->in.user_namespace)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "an id-mapped source that another mount "
				"provides cannot have copy-symlink in a user namespace");
	op->uid_map = own ? &m->uid_mappings : p->in.uid_mappings;
	op->gid_map = own ? &m->gid_mappings : p->in.gid_mappings;
	if (op->opt.idmap_text) {
		r = own ? err_make(e, ERR_CONFIG, EINVAL, "the mount has uidMappings or gidMappings too") :
			  mount_idmap_parse(&p->arena, op->opt.idmap_text, op->uid_map, op->gid_map,
					    &op->uid_map, &op->gid_map, e);
		if (r < 0)
			return at_option(p, m, op->opt.idmap_at, e);
	}
	if (!op->uid_map || !op->gid_map || !op->uid_map->n || !op->gid_map->n)
		return err_make(e, ERR_CONFIG, EINVAL,
				"id-mapped mounts must have both uid and gid mappings specified");
	return 0;
}

/*
 * Who adds to a container that runs stands in the container's mount namespace, where a path in the
 * options of a file system would be looked for, and in no other namespace of it: a proc would be the
 * host's.
 */
static int check_live(const struct mount_plan *p, const char *type, struct err *e)
{
	static const char *const self_contained[] = { "devpts", "hugetlbfs", "ramfs", "tmpfs" };

	for (size_t i = 0; i < ARRAY_SIZE(self_contained); i++)
		if (!p->in.live || str_eq(type, self_contained[i]))
			return 0;
	return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP, "a file system of type %s cannot be mounted in a "
			"container that runs, only bound", type);
}

/* As crun: a mount point that is missing in a read-only bind is made before that becomes read-only. podman mounts
 * secrets so with --read-only. But not where somebody could write meanwhile. For what is done to the bind
 * itself, a remount say, nothing is made in it. */
static void note_below(struct mount_plan *p, const char *dest)
{
	for (size_t i = 0; i < p->n_ops && !p->in.live; i++) {
		struct mount_op *o = &p->ops[i];

		if (o->kind == MOUNT_OP_BIND && o->opt.set & MS_RDONLY && path_is_below(dest, o->dest) &&
		    !str_eq(dest, o->dest))
			mount_op_set_late_readonly(o);
	}
}

/* Its flags are all that counts from then on. */
static void note_remount(struct mount_plan *p, const char *dest)
{
	for (size_t i = 0; i < p->n_ops; i++)
		if (str_eq(p->ops[i].dest, dest))
			p->ops[i].late_readonly = false;
}

static int plan_entry(struct mount_plan *p, const struct spec_mount *m, const char *words,
		      struct err *e)
{
	bool bind = str_eq(m->type, "bind") || str_eq(m->type, "rbind");
	struct mount_op *op;
	const char *dest;
	bool forced;
	int r;

	if (str_empty(m->destination))
		return err_make(e, ERR_CONFIG, EINVAL, "the destination is empty");
	if (!path_is_absolute(m->destination))
		log_warn("%s: a relative destination is deprecated, taken as relative to /", words);
	/* As runc: a path of the host's in the rootfs is the same place. */
	dest = mount_inside_root(p, m->destination);
	dest = path_join(&p->arena, "/", dest ? dest : m->destination);
	if (!dest)
		return mount_plan_no_memory(e);
	note_below(p, dest);
	op = mount_op_add(p, MOUNT_OP_FS, words, dest);
	r = mount_options_parse(&p->arena, &m->options, &op->opt, e);
	if (r < 0)
		return r;
	op->source = m->source;
	forced = str_eq(p->in.cgroup_v1_at, dest);
	bind = !forced && (bind || (op->opt.set & MS_BIND));
	if (str_eq(m->type, "rbind"))
		op->opt.set |= MS_BIND | MS_REC;
	r = check_extensions(p, m, &op->opt, bind, e);
	if (r < 0)
		return r;
	if (op->opt.copyup && (bind || !str_eq(m->type, "tmpfs")))
		return err_make(e, ERR_CONFIG, EINVAL, "tmpcopyup is for tmpfs only");
	if (op->opt.set & MS_REMOUNT) {
		op->kind = MOUNT_OP_REMOUNT;
		op->type = m->type;
		note_remount(p, dest);
		return 0;
	}
	if (bind) {
		op->kind = MOUNT_OP_BIND;
		r = plan_bind(p, op, m, e);
	} else if (forced) {
		r = mount_plan_cgroup_named(p, op, e);
	} else if (str_empty(m->type)) {
		return err_make(e, ERR_CONFIG, EINVAL, "a mount that is not a bind needs a type");
	} else if (check_live(p, m->type, e) < 0) {
		return -e->errnum;
	} else if (str_eq(m->type, "cgroup")) {
		r = mount_plan_cgroups(p, op, e);
	} else {
		mount_op_set_fs(p, op, m->type);
	}
	return r < 0 ? r : plan_idmap(p, op, m, e);
}

static int plan_notify(struct mount_plan *p)
{
	struct mount_op *op = mount_op_add(p, MOUNT_OP_BIND, "the notify socket (" NOTIFY_DEST ")",
					   NOTIFY_DEST);

	op->type = "bind";
	op->source = p->in.notify_socket_dir;
	op->opt.set = MS_BIND | MS_RDONLY | MOUNT_PSEUDO_FLAGS;
	return 0;
}

/* How many operations there can be at most. */
static size_t count_ops(const struct mount_input *in)
{
	size_t per_cgroup = mount_plan_cgroups_max(in), n = 1, i;

	for (i = 0; i < in->mounts->n; i++)
		n += str_eq(in->mounts->v[i].type, "cgroup") ? per_cgroup : in->cgroup_v1_at ? 2 : 1;
	return n;
}

/* A /dev that is bound from elsewhere is left as it is. */
static bool dev_is_bound(const struct mount_plan *p)
{
	size_t i;

	for (i = 0; i < p->n_ops; i++)
		if (p->ops[i].kind == MOUNT_OP_BIND && str_eq(p->ops[i].dest, "/dev"))
			return true;
	return false;
}

static int fill(struct mount_plan *p, struct err *e)
{
	size_t max = count_ops(&p->in), i;

	p->trees = arena_array(&p->arena, max, sizeof(*p->trees));
	p->ops = arena_array(&p->arena, max, sizeof(*p->ops));
	if (!p->trees || !p->ops)
		return mount_plan_no_memory(e);
	for (i = 0; i < p->in.mounts->n; i++) {
		const struct spec_mount *m = &p->in.mounts->v[i];
		const char *words = arena_printf(&p->arena, "mounts[%zu] (%s)", i,
						 m->destination ? m->destination : "");

		if (!words)
			return mount_plan_no_memory(e);
		if (plan_entry(p, m, words, e) < 0)
			return err_place_text(e) ? -e->errnum : err_place(e, "%s", words);
	}
	if (p->in.cgroup_v1_at && !p->has_cgroup_v1)
		return err_make(e, ERR_CONFIG, EINVAL,
				"run.oci.systemd.force_cgroup_v1: no mount has the destination %s",
				p->in.cgroup_v1_at);
	p->setup_dev = !dev_is_bound(p);
	return p->in.notify_socket_dir ? plan_notify(p) : 0;
}

int mount_plan_new(const struct mount_input *in, struct mount_plan **ret, struct err *e)
{
	struct arena own;
	struct mount_plan *p;
	int r;

	arena_init(&own);
	p = arena_new(&own, struct mount_plan);
	if (!p) {
		arena_fini(&own);
		return mount_plan_no_memory(e);
	}
	p->arena = own;
	p->in = *in;
	if (!p->in.mount_label_kind)
		p->in.mount_label_kind = "context";
	p->root = p->fd_dir = p->fresh_fd = p->null = p->own_proc = FD_NONE;
	r = fill(p, e);
	/* Now: in init another thread's lock of the heap may be held for ever. */
	if (r == 0) {
		p->root_path = arena_room(&p->arena, PATH_MAX);
		r = p->root_path ? 0 : mount_plan_no_memory(e);
	}
	if (r < 0) {
		mount_plan_free(p);
		return r;
	}
	/* The array is the caller's and may be gone; its strings, like all others, stay. */
	p->in.cgroups = NULL;
	p->in.n_cgroups = 0;
	*ret = p;
	return 0;
}

void mount_plan_free(struct mount_plan *p)
{
	struct arena own;

	if (!p)
		return;
	for (size_t i = 0; i < p->n_ops; i++) {
		fd_close(p->ops[i].userns);
		fd_close(*p->ops[i].tree);
		fd_close(p->ops[i].mounted);
	}
	fd_close(p->root);
	fd_close(p->fd_dir);
	own = p->arena; /* p is in it, too */
	arena_fini(&own);
}

unsigned long mount_root_propagation(const struct mount_input *in)
{
	return in->rootfs_propagation ? in->rootfs_propagation & ~(unsigned long)MS_REC : MS_SLAVE;
}
