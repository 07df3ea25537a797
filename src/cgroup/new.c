/* SPDX-License-Identifier: Apache-2.0 */
/* The one factory, and the two directions of the saved state. */
#include <fcntl.h>
#include <stdio.h>

#include "base/path.h"
#include "base/str.h"
#include "cgroup/impl.h"
#include "cgroup/systemd/systemd.h"

#define UNIFIED_OWNED "unified" /* what "" is called in the list of what is ours */
#define SUB_DEPTH     "below:"  /* a number follows: levels of the paths below the unit's */

static struct cgroup *object(enum cgroup_manager m, struct procfs *proc, struct err *e)
{
	struct cgroup *c = calloc(1, sizeof(*c));

	if (!c) {
		err_sys(e, ENOMEM, "cgroup");
		return NULL;
	}
	arena_init(&c->arena);
	c->ops = &cg_none_ops;
	c->manager = m;
	c->proc = proc;
	c->freeze_ms = CG_FREEZE_MS;
	return c;
}

void cgroup_rest(struct cgroup *c)
{
	if (c && c->manager_ops)
		c->manager_ops->rest(c);
}

void cgroup_free(struct cgroup *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_dirs; i++)
		fd_close(c->dirs[i].fd);
	cgroup_rest(c);
	arena_fini(&c->arena);
	free(c);
}

static void free_object(struct cgroup **c)
{
	cgroup_free(*c);
}
#define auto_cgroup __attribute__((cleanup(free_object))) struct cgroup *

static int out_of_memory(struct err *e)
{
	return err_sys(e, ENOMEM, "cgroup paths");
}

/* Our own cgroup as a path below the mount. Without a cgroup namespace of its own a container
 * mounts only its part of the hierarchy: then the mount's root is cut off. */
static int own_below_mount(struct cg_host *h, struct arena *a, const struct cg_hierarchy *hi,
			   const char **ret, struct err *e)
{
	char *p = path_join(a, hi->mount, hi->own);
	const char *root;

	*ret = hi->own;
	if (!p)
		return out_of_memory(e);
	if (str_eq(hi->own, "/") || access(p, F_OK) == 0)
		return 0;
	root = cg_mount_root(h, a, hi->mount, e);
	if (err_is_set(e))
		return -(int)e->errnum;
	if (!root || !path_is_below(hi->own, root))
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"the runtime's own cgroup %s is not below %s: give an absolute cgroupsPath",
				hi->own, hi->mount);
	*ret = str_eq(root, "/") ? hi->own : hi->own + strlen(root);
	return 0;
}

static int add_dir(struct cgroup *c, struct cg_host *h, const struct cg_hierarchy *hi,
		   const struct cgroup_request *req, struct err *e)
{
	struct cg_dir *d = &c->dirs[c->n_dirs];
	bool is_v2 = hi->controllers == CG_UNIFIED, is_help = is_v2 && !h->unified;
	const char *own = "/";
	int r = path_is_absolute(req->path) ? 0 : own_below_mount(h, &c->arena, hi, &own, e);

	if (r < 0) {
		if (!is_help)
			return r;
		err_init(e);
		return 0;
	}
	*d = (struct cg_dir){
		.controllers = hi->controllers, .mount = hi->mount, .data = hi->data, .fd = FD_NONE,
	};
	d->path = cg_path(&c->arena, hi, own, req->path, req->id);
	if (!d->path)
		return out_of_memory(e);
	c->n_dirs++;
	/* The v2 directory of a hybrid host is a help for us, not a view for the container. */
	if (!is_help)
		c->views[c->n_views++] = (struct cgroup_view){
			.name = is_v2 ? NULL : path_base(hi->mount),
			.options = is_v2 ? NULL : hi->data,
			.host_path = d->path,
		};
	return 0;
}

/* cpuset first, as its files must be filled before anything else is of use. */
static int by_controller(const void *a, const void *b)
{
	const struct cg_hierarchy *x = a, *y = b;
	int i = __builtin_ctz(x->controllers), j = __builtin_ctz(y->controllers);

	return (i > j) - (i < j);
}

int cg_new_on(struct cg_host *h, const struct cgroup_request *asked, struct cgroup **ret,
	      struct err *e)
{
	struct cgroup_request wanted = *asked, *req = &wanted;
	auto_cgroup c = object(req->manager, req->proc, e);
	struct cg_hierarchy hi[CG_DIRS_MAX];
	size_t n = 0;
	int r;

	if (!c)
		return -ENOMEM;
	c->rootless = req->rootless;
	c->fake = h->fake;
	c->on_unified = h->unified;
	/* Where systemd will make the unit's directory is as good as an absolute cgroupsPath. */
	r = req->manager == CGROUP_SYSTEMD ? cg_systemd_new(c, h, asked, &req->path, e) : 0;
	if (r < 0)
		return r;
	if (req->delegate && !h->unified)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"run.oci.delegate-cgroup needs cgroup v2: on v1 delegation is not safe");
	c->has_path = !str_empty(req->path);
	if (req->manager != CGROUP_NONE) {
		/* With v2 alone and an absolute path there is nothing that /proc/self/cgroup could tell. */
		if (h->unified && path_is_absolute(req->path))
			hi[n++] = (struct cg_hierarchy){
				.data = "", .own = "/", .controllers = CG_UNIFIED, .mount = h->root,
			};
		else
			r = cg_find_hierarchies(h, &c->arena, hi, &n, e);
		if (r < 0)
			return r;
		if (!n && !(c->rootless && !c->has_path))
			return err_make(e, ERR_UNSUPPORTED, ENOENT, "no cgroup mount found");
		if (n)
			c->ops = h->unified ? &cg_v2_ops : &cg_v1_ops;
		qsort(hi, n, sizeof(*hi), by_controller);
	}
	for (size_t i = 0; i < n; i++) {
		r = add_dir(c, h, &hi[i], req, e);
		if (r < 0)
			return r;
	}
	if (req->named_v1 && c->ops == &cg_v2_ops) {
		r = cg_named_add(c, h, true, e);
		if (r < 0)
			return err_wrap(e, "run.oci.systemd.force_cgroup_v1");
	}
	*ret = TAKE_PTR(c);
	return 0;
}

int cgroup_new(const struct cgroup_request *req, struct cgroup **ret, struct err *e)
{
	struct cg_host h = {
		.root = CG_ROOT, .unified = cgroup_host_is_unified(), .proc = req->proc,
	};

	return cg_new_on(&h, req, ret, e);
}

bool cgroup_made_on_unified(const struct cgroup *c)
{
	return c->on_unified;
}

/* ---- load and save ---- */

/* The list of names has this one. NULL: the state was written by runc, and all is ours. */
static bool is_owned(const char *owned, const char *name)
{
	if (!owned)
		return true;
	if (!*name)
		name = UNIFIED_OWNED;
	return cg_has_word(owned, ' ', name, strlen(name));
}

static int load_named(struct cgroup *c, const char *owned, struct procfs *proc, struct err *e)
{
	struct cg_host h = { .root = CG_ROOT, .unified = true, .proc = proc };
	struct cg_dir *d;
	int r;

	if (c->ops != &cg_v2_ops || !owned || !cg_has_word(owned, ' ', CG_NAMED, strlen(CG_NAMED)) ||
	    !path_is_below(c->dirs[0].path, CG_ROOT))
		return 0;
	r = cg_named_add(c, &h, false, e);
	d = r < 0 ? NULL : cg_named(c);
	if (d)
		d->ours = cg_has_word(owned, ' ', CG_NAMED_OURS, strlen(CG_NAMED_OURS));
	return r;
}

static unsigned load_depth(const char *owned)
{
	const char *word = owned ? strstr(owned, SUB_DEPTH) : NULL;

	return word ? (unsigned)strtoul(word + strlen(SUB_DEPTH), NULL, 10) : 0;
}

static int load_path(struct cgroup *c, const struct key_value *kv, const char *owned, struct err *e)
{
	uint32_t bit = cg_controller_bit(kv->key, strlen(kv->key));
	const char *clean = path_is_absolute(kv->value) ? path_clean(&c->arena, kv->value) : NULL;
	struct cg_dir *d = NULL;

	if (!str_eq(clean, kv->value))
		return err_make(e, ERR_STATE, EINVAL, "invalid cgroup path: \"%s\"", kv->value);
	if (!bit)
		return 0;
	for (size_t i = 0; i < c->n_dirs && !d; i++)
		if (str_eq(c->dirs[i].path, clean))
			d = &c->dirs[i];
	if (d) { /* mounted together: "cpu" and "cpuacct" */
		d->controllers |= bit;
		return 0;
	}
	c->dirs[c->n_dirs++] = (struct cg_dir){
		.controllers = bit, .path = clean, .data = "", .fd = FD_NONE,
		.ours = is_owned(owned, kv->key),
	};
	return 0;
}

int cg_load_on(bool fake, enum cgroup_manager m, const struct kv_list *paths, const char *owned,
	       struct procfs *proc, struct cgroup **ret, struct err *e)
{
	auto_cgroup c = object(m, proc, e);
	int r;

	if (!c)
		return -ENOMEM;
	c->fake = fake;
	c->sub_depth = load_depth(owned);
	for (size_t i = 0; i < paths->n && c->n_dirs < CG_DIRS_MAX; i++) {
		r = load_path(c, &paths->v[i], owned, e);
		if (r < 0)
			return r;
	}
	if (c->n_dirs)
		c->ops = c->n_dirs == 1 && c->dirs[0].controllers == CG_UNIFIED ? &cg_v2_ops
									       : &cg_v1_ops;
	r = load_named(c, owned, proc, e);
	if (r < 0)
		return r;
	if (m == CGROUP_SYSTEMD) {
		r = cg_systemd_load(c, owned, e);
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(c);
	return 0;
}

int cgroup_load(const char *manager, const struct kv_list *paths, const char *owned,
		struct procfs *proc, struct cgroup **ret, struct err *e)
{
	enum cgroup_manager m;

	if (cgroup_manager_parse(manager, &m) < 0)
		return err_make(e, ERR_STATE, EINVAL, "unknown cgroup manager \"%s\"", manager);
	return cg_load_on(false, m, paths, owned, proc, ret, e);
}

int cgroup_save(const struct cgroup *c, struct arena *a, struct kv_list *ret_paths,
		char **ret_owned, struct err *e)
{
	struct kv_list l = { .v = arena_array(a, CG_DIRS_MAX, sizeof(*l.v)) };
	auto_str owned;
	char *text;

	str_init(&owned);
	if (!l.v)
		return out_of_memory(e);
	for (uint32_t bit = 1; bit < 1u << CG_BIT_MAX; bit <<= 1) {
		const struct cg_dir *d = cg_dir_of(c, bit);
		const char *name = cg_controller_name(bit);
		struct key_value *kv = &l.v[l.n];

		if (!d || d == cg_named(c))
			continue;
		kv->key = arena_strdup(a, name);
		kv->value = arena_strdup(a, d->path);
		if (!kv->key || !kv->value)
			return out_of_memory(e);
		l.n++;
		if (d->ours)
			str_addf(&owned, "%s%s", owned.len ? " " : "", *name ? name : UNIFIED_OWNED);
	}
	if (cg_named(c))
		str_addf(&owned, " " CG_NAMED "%s", cg_named(c)->ours ? " " CG_NAMED_OURS : "");
	if (cg_systemd_is_user(c))
		str_addf(&owned, "%s" CG_SYSTEMD_USER, owned.len ? " " : "");
	if (c->sub_depth)
		str_addf(&owned, "%s" SUB_DEPTH "%u", owned.len ? " " : "", c->sub_depth);
	text = str_failed(&owned) ? NULL : arena_strdup(a, str_text(&owned));
	if (!text)
		return out_of_memory(e);
	*ret_paths = l;
	*ret_owned = text;
	return 0;
}
