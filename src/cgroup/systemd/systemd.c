/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The systemd driver. A scope cannot be without a process, so nothing can be born in it: init is
 * cloned outside and waits, and its pid goes into the call that starts the unit. All limits that
 * units know go into the same call, so that they are in force before init is in, and so that they
 * are systemd's own: a daemon-reload keeps them. The files are written after it.
 */
#include "cgroup/systemd/systemd.h"

#include <sys/stat.h>

#include "base/log.h"
#include "base/path.h"
#include "cgroup/fs/rows.h"
#include "cgroup/systemd/bus.h"
#include "cgroup/systemd/unit.h"

#define DEADLINE_MS 30000

struct cg_systemd {
	struct sd_conn *conn;
	bool user;
	struct sd_unit unit; /* only the name after load */
	const struct kv_list *annotations;
	const struct spec_resources *resources; /* what create was given; borrowed */
	int version; /* 0: not asked yet */
};

static bool is_v2(const struct cgroup *c)
{
	return c->ops == &cg_v2_ops;
}

static int connect_to(struct cg_systemd *s, struct err *e)
{
	return s->conn ? 0 : sd_conn_open(s->user, DEADLINE_MS, &s->conn, e);
}

static int ask_version(struct cgroup *c, struct err *e)
{
	struct cg_systemd *s = c->systemd;
	const char *text;
	int r = s->version ? 0 : connect_to(s, e);

	if (s->version || r < 0)
		return r;
	r = sd_manager_string(s->conn, "Version", &c->arena, &text, e);
	if (r < 0)
		return r;
	s->version = sd_version(text);
	if (s->version < 0)
		return err_make(e, ERR_UNSUPPORTED, EBADMSG, "can't parse systemd's version \"%s\"", text);
	return 0;
}

/* ---- making ---- */

struct plan {
	struct arena arena;
	struct sd_props props;
	struct spec_resources resources; /* r with the quota as systemd rounds it */
	struct spec_cpu cpu;
};

/* Units' limits, and the same for the files. start: with all that makes a unit. */
static int make_plan(struct cgroup *c, int version, pid_t pid, const struct spec_resources *r,
		     bool start, struct plan *p, struct err *e)
{
	const struct sd_limits l = { .r = r, .version = version, .v2 = is_v2(c) };
	struct opt_i64 quota;
	int ret = 0;

	arena_init(&p->arena);
	sd_props_init(&p->props, &p->arena);
	if (start)
		ret = sd_plan_start(&c->systemd->unit, &l, pid, c->systemd->annotations, &p->props, e);
	if (ret == 0 && start)
		ret = sd_plan_devices(&l, &p->props, e);
	if (ret == 0)
		ret = sd_plan_limits(&l, &p->props, &quota, e);
	if (ret < 0 || !r)
		return ret;
	p->resources = *r;
	if (r->cpu) {
		p->cpu = *r->cpu;
		p->cpu.quota = quota;
		p->resources.cpu = &p->cpu;
	}
	return 0;
}

static int check_config(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct plan p = { 0 };
	int ret;

	if (!is_v2(c) && r && r->unified.n)
		return err_make(e, ERR_CONFIG, EINVAL,
				"invalid configuration: cannot use unified on cgroup v1");
	ret = make_plan(c, SD_VERSION_ANY, 0, r, true, &p, e);
	arena_fini(&p.arena);
	return ret;
}

/* Before init is cloned: all that can be wrong by itself. */
static int create(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	int ret = check_config(c, r, e);

	if (ret == 0)
		ret = cg_check_unused(c, e);
	for (size_t i = 0; i < c->n_dirs; i++) {
		/* What is there now is not what will be there. */
		fd_close(c->dirs[i].fd);
		c->dirs[i].fd = FD_NONE;
		c->dirs[i].ours = true;
	}
	c->systemd->resources = r;
	return ret;
}

static int start_unit(struct cgroup *c, pid_t pid, struct plan *p, struct err *e)
{
	struct cg_systemd *s = c->systemd;
	bool unknown = false;
	int r = ask_version(c, e);

	if (r == 0)
		r = make_plan(c, s->version, pid, s->resources, true, p, e);
	if (r == 0)
		r = sd_start_unit(s->conn, s->unit.name, &p->props, &unknown, e);
	/* Refused: whatever has this name is not ours. */
	c->unstarted = r < 0 && !unknown;
	return r < 0 ? err_wrap(e, "unable to start unit \"%s\"", s->unit.name) : 0;
}

/* On v2 a unit with a process in it can hand nothing down: out of the way, before the controllers are
 * wanted below. */
static int enter_subgroup(struct cgroup *c, pid_t pid, struct err *e)
{
	struct cg_dir at = c->dirs[0];
	int r;

	if (!c->sub_depth || !is_v2(c))
		return 0;
	r = cg_dir_make(c, &at, NULL, NULL, e);
	if (r >= 0)
		r = cg_write_pid(c, &at, pid, e);
	fd_close(at.fd);
	return r;
}

static int start(struct cgroup *c, pid_t pid, struct err *e)
{
	const struct spec_resources *resources = c->systemd->resources;
	bool is_in = !c->systemd->unit.is_slice && !c->sub_depth;
	struct plan p = { 0 };
	int r = start_unit(c, pid, &p, e);

	c->filled = true;
	if (r == 0)
		r = enter_subgroup(c, pid, e);
	if (r == 0)
		r = c->ops->create(c, resources ? &p.resources : NULL, e);
	for (size_t i = 0; i < c->n_dirs; i++)
		c->dirs[i].ours = true;
	/* A slice has no PIDs=; and on v1 systemd does not know every hierarchy. */
	if (r == 0)
		r = c->ops->join(c, pid, is_in, e);
	arena_fini(&p.arena);
	return r;
}

static int join(struct cgroup *c, pid_t pid, bool born_in, struct err *e)
{
	return c->unstarted ? start(c, pid, e) : c->ops->join(c, pid, born_in, e);
}

/* A user may not move a process out of a session's cgroup; the manager can have it done. */
static int attach(struct cgroup *c, const char *path, pid_t pid, struct err *e)
{
	struct cg_systemd *s = c->systemd;
	const struct cg_dir *d = cg_dir_main(c);
	const char *unit = d ? cg_path_above(&c->arena, d->path, c->sub_depth) : NULL;
	const char *sub = unit && path_is_below(path, unit) ? path + strlen(unit) : "";
	int r = connect_to(s, e);

	return r < 0 ? r : sd_attach_pid(s->conn, s->unit.name, *sub ? sub : "/", pid, e);
}

/* ---- update ---- */

/* On v1 systemd writes deny-all before it allows again: processes must not see that. */
static int set_frozen(struct cgroup *c, const struct sd_props *props, struct err *e)
{
	struct cg_systemd *s = c->systemd;
	bool freeze = !is_v2(c) && cg_dir_of(c, CG_FREEZER) && c->ops->is_frozen(c, e) == 0;
	struct err thaw;
	int r;

	if (err_is_set(e))
		return -(int)e->errnum;
	r = freeze ? c->ops->freeze(c, true, e) : 0;
	if (r == 0)
		r = sd_set_properties(s->conn, s->unit.name, props, e);
	err_init(&thaw);
	if (freeze && c->ops->freeze(c, false, &thaw) < 0 && r == 0) {
		*e = thaw;
		r = -(int)e->errnum;
	}
	return r;
}

static int set(struct cgroup *c, const struct spec_resources *r, struct err *e)
{
	struct plan p = { 0 };
	/* Before systemd is told: what is below the usage would kill at once. */
	int ret = is_v2(c) ? cg_v2_check_usage(c, r, e) : 0;

	arena_init(&p.arena);
	if (ret == 0)
		ret = ask_version(c, e);
	if (ret == 0)
		ret = make_plan(c, c->systemd->version, 0, r, false, &p, e);
	if (ret == 0 && p.props.n && set_frozen(c, &p.props, e) < 0)
		ret = err_wrap(e, "unable to set unit properties");
	if (ret == 0)
		ret = c->ops->set(c, &p.resources, e);
	arena_fini(&p.arena);
	return ret;
}

/* ---- the end ---- */

/*
 * systemd removes a scope when its last process is gone, but keeps one that failed (an OOM kill is
 * enough) until somebody asks. Without a bus the directories can go all the same.
 */
static int destroy(struct cgroup *c, struct err *e)
{
	struct cg_systemd *s = c->systemd;
	char text[ERR_TEXT_MAX];
	int r = connect_to(s, e);

	if (r == 0 && cgroup_exists(c))
		r = sd_stop_unit(s->conn, s->unit.name, e);
	if (r == 0)
		r = sd_reset_failed(s->conn, s->unit.name, e);
	if (r < 0) {
		err_format(e, text, sizeof(text));
		log_warn("systemd unit %s may be left: %s", s->unit.name, text);
		err_init(e);
	}
	return 0;
}

static void rest(struct cgroup *c)
{
	sd_conn_close(c->systemd->conn);
	c->systemd->conn = NULL;
}

static const struct cg_manager_ops systemd_ops = {
	.create = create,
	.join = join,
	.set = set,
	.attach = attach,
	.destroy = destroy,
	.rest = rest,
};

/* ---- new and load ---- */

static int object(struct cgroup *c, bool user, struct err *e)
{
	c->systemd = arena_new(&c->arena, struct cg_systemd);
	if (!c->systemd)
		return err_sys(e, ENOMEM, "systemd unit");
	c->systemd->user = user;
	c->manager_ops = &systemd_ops;
	return 0;
}

/* The manager of a user has only a part of the tree: "/user.slice/user-1000.slice/user@1000.service". */
static int below_manager(struct cgroup *c, const char **path, struct err *e)
{
	struct cg_systemd *s = c->systemd;
	const char *own = NULL;
	int r = connect_to(s, e);

	if (r == 0)
		r = sd_manager_string(s->conn, "ControlGroup", &c->arena, &own, e);
	if (r < 0)
		return r;
	own = path_join(&c->arena, "/", own);
	*path = own ? path_join(&c->arena, own, *path) : NULL;
	return *path ? 0 : err_sys(e, ENOMEM, "unit %s", s->unit.name);
}

/* Where the container is in its unit: all that is done to its cgroup is done there. */
static int add_subgroup(struct cgroup *c, const char *sub, const char **ret_path, struct err *e)
{
	*ret_path = c->systemd->unit.path;
	if (!sub)
		return 0;
	c->sub_depth = 1;
	for (const char *s = sub; *s; s++)
		c->sub_depth += *s == '/';
	*ret_path = path_join(&c->arena, *ret_path, sub);
	return *ret_path ? 0 : err_sys(e, ENOMEM, "unit %s", c->systemd->unit.name);
}

int cg_systemd_new(struct cgroup *c, const struct cg_host *h, const struct cgroup_request *req,
		   const char **ret_path, struct err *e)
{
	/* In a user namespace "root" may be a user with a manager of its own, or a container's root
	 * with a whole systemd. */
	bool user = req->rootless && (geteuid() != 0 || sd_has_user_bus());
	struct stat st;
	int r;

	if (!h->fake && (lstat("/run/systemd/system", &st) < 0 || !S_ISDIR(st.st_mode)))
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"systemd not running on this host, cannot use systemd cgroups manager");
	if (user && !h->unified)
		return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
				"cannot use rootless systemd cgroups manager on cgroup v1");
	r = object(c, user, e);
	if (r < 0)
		return r;
	c->unstarted = true;
	c->systemd->annotations = req->annotations;
	r = sd_unit_parse(&c->arena, req->path, req->id, user, &c->systemd->unit, e);
	if (r == 0)
		r = add_subgroup(c, req->subgroup, ret_path, e);
	return r < 0 || !user ? r : below_manager(c, ret_path, e);
}

int cg_systemd_load(struct cgroup *c, const char *owned, struct err *e)
{
	const struct cg_dir *d = cg_dir_main(c);
	const char *unit;
	bool user;
	int r;

	if (!d)
		return 0;
	/* A state of runc's tells by the path alone. */
	user = owned ? cg_has_word(owned, ' ', CG_SYSTEMD_USER, strlen(CG_SYSTEMD_USER))
		     : strstr(d->path, "/user@") != NULL;
	r = object(c, user, e);
	if (r < 0)
		return r;
	unit = cg_path_above(&c->arena, d->path, c->sub_depth);
	if (!unit)
		return err_sys(e, ENOMEM, "systemd unit");
	c->systemd->unit.name = path_base(unit);
	return 0;
}

bool cg_systemd_is_user(const struct cgroup *c)
{
	return c->systemd && c->systemd->user;
}
