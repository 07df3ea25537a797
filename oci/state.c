/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/state.h"

#include <errno.h>

#include "base/path.h"
#include "json/read.h"
#include "json/write.h"
#include "oci/fields.h"
#include "oci/runc_config.h"

/* The file: the state, and what only has its place in JSON. */
struct state_file {
	struct state s;
	struct strv labels; /* "k=v" of the annotations, and "bundle=/path", as runc keeps them */
	char *config_rootfs;
	const char *config_version;
	/* What runc's cgroup managers ask of config.cgroups. */
	struct {
		char *name, *parent, *scope_prefix;
		bool systemd;
		uint64_t cpu_shares; /* any of the resources must be there; 0 sets nothing */
	} cgroups;
	uint32_t version; /* strake.version: 0 when runc wrote the file */
	/* read only, from files that runc wrote */
	bool has_poststop, has_intel_rdt; /* poststart hooks ran: runc runs them at create */
	bool seen;                        /* of what the bundle tells better */
	/* only written */
	struct runc_seccomp *seccomp;
	struct spec_hooks *hooks;
};

#define T struct state_file

static const struct json_field cgroups[] = {
	{ "name", JSON_STRING, JSON_AT(T, cgroups.name) },
	{ "parent", JSON_STRING, JSON_AT(T, cgroups.parent) },
	{ "scope_prefix", JSON_STRING, JSON_AT(T, cgroups.scope_prefix) },
	{ "Systemd", JSON_BOOL, JSON_ALWAYS, JSON_AT(T, cgroups.systemd) },
	{ "cpu_shares", JSON_UINT, JSON_ALWAYS, JSON_AT(T, cgroups.cpu_shares) },
	{ NULL }
};

/* {"type": "NEWPID"}, with a path when joined. */
static const struct json_field runc_namespace[] = {
	{ "type", JSON_STRING, JSON_AT(struct key_value, key) },
	{ "path", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(struct key_value, value) },
	{ NULL }
};
static const struct json_field item_namespace = JSON_OBJECT_ITEM(runc_namespace);

/* runc's names for the members. */
static const struct json_field runc_idmap[] = {
	{ "container_id", JSON_UINT, JSON_ALWAYS, JSON_AT(struct spec_idmap, container_id) },
	{ "host_id", JSON_UINT, JSON_ALWAYS, JSON_AT(struct spec_idmap, host_id) },
	{ "size", JSON_UINT, JSON_ALWAYS, JSON_AT(struct spec_idmap, size) },
	{ NULL }
};
static const struct json_field item_idmap = JSON_OBJECT_ITEM(runc_idmap);

static const struct json_field hooks[] = {
	{ "poststop", JSON_FOREIGN, JSON_AT(T, has_poststop) },
	{ NULL }
};

/* Of two rows with one name the first reads, and the one that has something to say writes. */
static const struct json_field config[] = {
	{ "rootfs", JSON_STRING, JSON_AT(T, config_rootfs) },
	{ "namespaces", JSON_ARRAY, JSON_LIST_AT(T, s.namespaces), .child = &item_namespace },
	{ "uid_mappings", JSON_ARRAY, JSON_LIST_AT(T, s.uid_mappings), .child = &item_idmap },
	{ "gid_mappings", JSON_ARRAY, JSON_LIST_AT(T, s.gid_mappings), .child = &item_idmap },
	{ "cgroups", JSON_OBJECT, JSON_ALWAYS, .child = cgroups },
	{ "seccomp", JSON_FOREIGN, JSON_AT(T, seen) },
	{ "seccomp", JSON_POINTER, .offset = offsetof(T, seccomp), .child = fields_runc_seccomp },
	{ "Hooks", JSON_OBJECT, .child = hooks },
	{ "Hooks", JSON_POINTER, .offset = offsetof(T, hooks), .child = fields_hooks },
	{ "version", JSON_STRING, JSON_AT(T, config_version) },
	{ "labels", STRINGS_AT(T, labels) },
	{ "intel_rdt", JSON_FOREIGN, JSON_AT(T, has_intel_rdt) },
	{ "intel_rdt", JSON_POINTER, .offset = offsetof(T, s.intel_rdt), .child = fields_runc_intel_rdt },
	{ NULL }
};

/* Raise it only when an older strake could not read the file. */
#define STATE_VERSION 1

static const struct json_field strake[] = {
	{ "version", JSON_UINT, JSON_ALWAYS, JSON_AT(T, version) },
	{ "bundle", JSON_STRING, JSON_AT(T, s.bundle) },
	{ "rootfs", JSON_STRING, JSON_AT(T, s.rootfs) },
	{ "annotations", KEY_VALUES_AT(T, s.annotations) },
	{ "creating", JSON_BOOL, JSON_AT(T, s.creating) },
	{ "creator_pid", JSON_INT, JSON_AT(T, s.creator_pid) },
	{ "creator_start", JSON_UINT, JSON_AT(T, s.creator_start) },
	{ "cgroup_manager", JSON_STRING, JSON_AT(T, s.cgroup_manager) },
	{ "cgroup_owned", JSON_STRING, JSON_AT(T, s.cgroup_owned) },
	{ "owner_uid", JSON_UINT, JSON_ALWAYS, JSON_AT(T, s.owner_uid) },
	{ "keyring", JSON_BOOL, JSON_AT(T, s.keyring) },
	{ "private_pidns", JSON_BOOL, JSON_AT(T, s.private_pidns) },
	{ "needs_config", JSON_BOOL, JSON_AT(T, s.needs_config) },
	{ "has_poststart", JSON_BOOL, JSON_AT(T, s.has_poststart) },
	{ NULL }
};

/* In runc's order. */
static const struct json_field fields_state[] = {
	{ "id", JSON_STRING, JSON_REQUIRED, JSON_AT(T, s.id) },
	{ "init_process_pid", JSON_INT, JSON_ALWAYS, JSON_AT(T, s.init_pid) },
	{ "init_process_start", JSON_UINT, JSON_ALWAYS, JSON_AT(T, s.init_start) },
	{ "created", JSON_STRING, JSON_AT(T, s.created) },
	{ "config", JSON_OBJECT, JSON_ALWAYS, .child = config },
	{ "rootless", JSON_BOOL, JSON_AT(T, s.rootless) },
	{ "cgroup_paths", KEY_VALUES_AT(T, s.cgroup_paths) },
	{ "namespace_paths", KEY_VALUES_AT(T, s.namespace_paths) },
	{ "external_descriptors", STRINGS_AT(T, s.external_descriptors) },
	{ "strake", JSON_OBJECT, JSON_ALWAYS, .child = strake },
	{ NULL }
};
#undef T

static const struct json_word statuses[] = {
	{ "creating", STATUS_CREATING }, { "created", STATUS_CREATED },
	{ "running", STATUS_RUNNING }, { "paused", STATUS_PAUSED }, { "stopped", STATUS_STOPPED },
};
static const struct json_words words_status = JSON_WORDS("status", statuses);

const char *status_name(enum container_status s)
{
	const char *name = json_word_name(&words_status, s);

	return name ? name : "unknown";
}

void state_init(struct state *s)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena);
}

void state_fini(struct state *s)
{
	if (!s)
		return;
	arena_fini(&s->arena);
	state_init(s);
}

/* Annotations and the bundle, as runc gets them back from its labels. */
static int labels_read(struct state_file *f)
{
	struct state *s = &f->s;

	s->annotations.v = arena_array(&s->arena, f->labels.n, sizeof(*s->annotations.v));
	if (!s->annotations.v)
		return -ENOMEM;
	s->annotations.n = 0;
	for (size_t i = 0; i < f->labels.n; i++) {
		char *key = f->labels.v[i], *value = strchr(key, '=');

		if (!value)
			continue;
		*value++ = '\0';
		if (strcmp(key, "bundle") == 0)
			s->bundle = value;
		else
			s->annotations.v[s->annotations.n++] = (struct key_value){ key, value };
	}
	return 0;
}

/* A file without "strake": runc wrote it, and what it does not say has the careful value. */
static int from_runc(struct state_file *f)
{
	struct state *s = &f->s;

	s->rootfs = f->config_rootfs;
	s->needs_config = f->has_poststop || f->has_intel_rdt;
	s->cgroup_manager = arena_strdup(&s->arena, f->cgroups.systemd ? "systemd" : "cgroupfs");
	if (!s->cgroup_manager)
		return -ENOMEM;
	for (size_t i = 0; i < s->namespaces.n; i++)
		if (str_eq(s->namespaces.v[i].key, "NEWPID") && !s->namespaces.v[i].value)
			s->private_pidns = true;
	return labels_read(f);
}

int state_parse(struct state *s, const char *name, const char *text, size_t len, struct err *e)
{
	struct state_file f = { 0 };
	int r;

	state_init(&f.s);
	r = json_read(fields_state, &f, &f.s.arena, name, text, len, e);
	if (r < 0)
		goto fail;
	if (!f.version) {
		r = from_runc(&f);
		if (r < 0) {
			err_sys(e, -r, "read %s", name);
			goto fail;
		}
	}
	if (f.version > STATE_VERSION) {
		r = err_make(e, ERR_UNSUPPORTED, ENOTSUP, "%s: written by a newer version", name);
		goto fail;
	}
	if (!f.s.bundle) {
		r = err_make(e, ERR_CONFIG, EINVAL, "%s: does not name the bundle", name);
		goto fail;
	}
	*s = f.s;
	return 0;
fail:
	arena_fini(&f.s.arena);
	return r;
}

static int labels_write(struct arena *a, const struct state *s, struct strv *ret)
{
	const struct kv_list *kv = &s->annotations;
	char **v = arena_array(a, kv->n + 2, sizeof(*v));

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < kv->n; i++) {
		v[i] = arena_printf(a, "%s=%s", kv->v[i].key, kv->v[i].value);
		if (!v[i])
			return -ENOMEM;
	}
	v[kv->n] = arena_printf(a, "bundle=%s", s->bundle ? s->bundle : "");
	if (!v[kv->n])
		return -ENOMEM;
	*ret = (struct strv){ v, kv->n + 1 };
	return 0;
}

/* runc makes a unit's name from parts: .../PARENT/PREFIX-NAME.scope, or .../PARENT/NAME.slice. */
static int unit_write(struct arena *a, struct state_file *f)
{
	const struct kv_list *paths = &f->s.cgroup_paths;
	char *path, *base, *dash, *dot;

	if (!f->cgroups.systemd || paths->n == 0)
		return 0;
	path = path_clean(a, paths->v[0].value);
	if (!path)
		return -ENOMEM;
	base = strrchr(path, '/');
	if (!base)
		return 0;
	*base++ = '\0';
	f->cgroups.name = base;
	f->cgroups.parent = arena_strdup(a, path_base(path));
	if (!f->cgroups.parent)
		return -ENOMEM;
	dash = strchr(base, '-');
	dot = strrchr(base, '.');
	if (!dash || !dot || dash > dot || strcmp(dot, ".scope") != 0)
		return 0;
	*dash = *dot = '\0';
	f->cgroups.scope_prefix = base;
	f->cgroups.name = dash + 1;
	return 0;
}

int state_emit(const struct state *s, struct str *out, struct err *e)
{
	struct state_file f = { .s = *s, .version = STATE_VERSION };
	struct json_writer w;
	struct arena a;
	int r;

	arena_init(&a);
	r = labels_write(&a, s, &f.labels);
	if (r == 0) {
		f.config_rootfs = f.s.rootfs;
		f.config_version = OCI_SPEC_VERSION;
		f.cgroups.systemd = str_eq(s->cgroup_manager, "systemd");
		r = unit_write(&a, &f);
	}
	if (r == 0)
		r = runc_seccomp_of(&a, s->seccomp, &f.seccomp);
	if (r == 0)
		r = runc_hooks_of(&a, s->hooks, &f.hooks);
	if (r == 0) {
		json_writer_init(&w, out, NULL);
		json_write(&w, fields_state, &f);
		if (str_failed(out))
			r = -ENOMEM;
	}
	arena_fini(&a);
	return r < 0 ? err_sys(e, -r, "write the state of %s", s->id ? s->id : "?") : 0;
}
