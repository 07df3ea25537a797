/* SPDX-License-Identifier: Apache-2.0 */
#include "container/exec_process.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "json/locate.h"
#include "oci/load.h"
#include "oci/validate.h"
#include "sec/caps.h"
#include "sec/user.h"

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static int no_memory(struct err *e)
{
	return err_sys(e, ENOMEM, "building the process");
}

/* The file is what a config has as "process". */
static void locate(const char *name, const char *text, size_t len, struct err *e)
{
	const char *place = err_place_text(e);
	struct json_position pos;

	if (place && str_starts(place, "process.")) {
		pos = json_locate(text, len, place + strlen("process."));
		err_locate(e, name, pos.line, pos.column);
	}
}

static int from_file(struct arena *a, const char *path, struct spec_process **ret, struct err *e)
{
	auto_fd fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	size_t len;
	int r;

	if (fd < 0)
		return err_sys(e, errno, "open %s", path);
	r = io_read_alloc(fd, SPEC_MAX_BYTES, &text, &len);
	if (r < 0)
		return err_sys(e, -r, "read %s", path);
	r = spec_load_process(a, path_base(path), text, len, ret, e);
	if (r == 0) {
		r = spec_validate_process(*ret, e);
		if (r < 0)
			locate(path_base(path), text, len, e);
	}
	return r;
}

static int set_args(struct arena *a, struct spec_process *p, const char *const *args, struct err *e)
{
	size_t n = count(args);

	p->args.v = arena_array(a, n + 1, sizeof(char *));
	if (!p->args.v)
		return no_memory(e);
	for (size_t i = 0; i < n; i++)
		if (!(p->args.v[i] = arena_strdup(a, args[i])))
			return no_memory(e);
	p->args.n = n;
	return 0;
}

static int add_env(struct arena *a, struct spec_process *p, const char *const *env, struct err *e)
{
	size_t n = count(env);
	char **v = arena_array(a, p->env.n + n + 1, sizeof(char *));

	if (!v)
		return no_memory(e);
	for (size_t i = 0; i < p->env.n; i++)
		v[i] = p->env.v[i];
	for (size_t i = 0; i < n; i++)
		if (!(v[p->env.n + i] = arena_strdup(a, env[i])))
			return no_memory(e);
	p->env.v = v;
	p->env.n += n;
	return 0;
}

/* Bounding, effective and permitted get the capability, ambient too when it is inheritable,
 * which it does not become here (CVE-2022-29162). */
static int add_caps(struct arena *a, struct spec_process *p, const char *const *names, struct err *e)
{
	struct spec_caps *c;

	if (count(names) == 0)
		return 0;
	c = arena_new(a, struct spec_caps);
	if (!c)
		return no_memory(e);
	if (p->capabilities)
		*c = *p->capabilities;
	for (size_t i = 0; names[i]; i++) {
		int cap = caps_number(names[i]);

		/* As in a config: a newer engine must be able to live with an older kernel. */
		if (cap < 0) {
			log_warn("ignoring unknown or unavailable capabilities: [%s]", names[i]);
			continue;
		}
		c->bounding |= 1ULL << cap;
		c->effective |= 1ULL << cap;
		c->permitted |= 1ULL << cap;
		c->ambient |= c->inheritable & 1ULL << cap;
	}
	p->capabilities = c;
	return 0;
}

static int set_user(struct spec_process *p, const char *text, struct err *e)
{
	uint32_t uid, gid = p->user.gid;
	bool has_gid;
	int r = user_parse(text, &uid, &gid, &has_gid, e);

	if (r < 0)
		return r;
	p->user.uid = uid;
	if (has_gid)
		p->user.gid = gid;
	return 0;
}

static int add_groups(struct arena *a, struct spec_process *p, const char *const *groups, struct err *e)
{
	size_t n = count(groups), old = p->user.n_additional_gids;
	uint32_t *v;

	if (n == 0)
		return 0;
	v = arena_array(a, old + n, sizeof(*v));
	if (!v)
		return no_memory(e);
	if (old)
		memcpy(v, p->user.additional_gids, old * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		if (parse_id(groups[i], &v[old + i]) < 0)
			return err_make(e, ERR_USAGE, EINVAL, "additional gid \"%s\" is not a group id",
					groups[i]);
	p->user.additional_gids = v;
	p->user.n_additional_gids = old + n;
	return 0;
}

static int from_flags(struct arena *a, const struct spec *spec, const struct strake_exec_options *o,
		      struct spec_process **ret, struct err *e)
{
	struct spec_process *p = arena_new(a, struct spec_process);
	int r;

	if (!p)
		return no_memory(e);
	*p = *spec->process;
	p->terminal = o->tty;
	p->console_size = NULL; /* the caller's terminal decides */
	p->cwd = o->cwd ? (char *)(uintptr_t)o->cwd : p->cwd;
	p->apparmor_profile = o->apparmor ? (char *)(uintptr_t)o->apparmor : p->apparmor_profile;
	p->selinux_label = o->process_label ? (char *)(uintptr_t)o->process_label : p->selinux_label;
	if (o->no_new_privs >= 0)
		p->no_new_privileges = o->no_new_privs;
	r = set_args(a, p, o->args, e);
	if (r == 0)
		r = add_env(a, p, o->env, e);
	if (r == 0)
		r = add_caps(a, p, o->caps, e);
	if (r == 0 && o->user)
		r = set_user(p, o->user, e);
	if (r == 0)
		r = add_groups(a, p, o->additional_gids, e);
	if (r == 0)
		*ret = p;
	return r;
}

/*
 * What a process file leaves open is the container's, as with runc: above all a label, which keeps
 * the process where the others are. Its user, terminal, env and noNewPrivileges are its own.
 */
static void inherit(struct spec_process *p, const struct spec_process *from)
{
	if (!p->capabilities)
		p->capabilities = from->capabilities;
	if (str_empty(p->apparmor_profile))
		p->apparmor_profile = from->apparmor_profile;
	if (str_empty(p->selinux_label))
		p->selinux_label = from->selinux_label;
	if (p->rlimits.n == 0)
		p->rlimits = from->rlimits;
	if (!p->scheduler)
		p->scheduler = from->scheduler;
	if (!p->io_priority)
		p->io_priority = from->io_priority;
	if (!p->exec_cpu_affinity)
		p->exec_cpu_affinity = from->exec_cpu_affinity;
	if (!p->oom_score_adj.set)
		p->oom_score_adj = from->oom_score_adj;
	if (!p->user.umask.set)
		p->user.umask = from->user.umask;
	p->user.keep_groups = from->user.keep_groups;
}

int exec_process_build(struct arena *a, const struct spec *spec, const struct strake_exec_options *o,
		       struct spec_process **ret, struct err *e)
{
	struct spec_process *p;
	int r;

	if (!str_empty(o->process)) {
		r = from_file(a, o->process, &p, e);
		if (r == 0 && o->tty)
			p->terminal = true;
	} else if (!spec->process) {
		return err_make(e, ERR_CONFIG, EINVAL, "process property must not be empty");
	} else {
		r = from_flags(a, spec, o, &p, e);
		if (r == 0)
			r = spec_validate_process(p, e);
	}
	if (r < 0)
		return r;
	if (spec->process)
		inherit(p, spec->process);
	*ret = p;
	return 0;
}
