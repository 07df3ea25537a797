/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about containers: state and list. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/api.h"
#include "base/cleanup.h"
#include "base/str.h"

/*
 * The name of a uid, "#uid" when it has none. From /etc/passwd itself: name services would load
 * other people's libraries into a privileged process.
 */
static const char *find_owner(struct arena *a, uint32_t uid)
{
	auto_file f = fopen("/etc/passwd", "re");
	const struct passwd *pw;

	while (f && (pw = fgetpwent(f)))
		if (pw->pw_uid == uid)
			return arena_strdup(a, pw->pw_name);
	return arena_printf(a, "#%u", uid);
}

/* list asks for the same one a thousand times. */
struct owner {
	uint32_t uid;
	char name[64]; /* "": none was found yet */
};

static const char *owner_name(struct arena *a, struct owner *last, uint32_t uid)
{
	const char *name;

	if (last->name[0] && last->uid == uid)
		return last->name;
	name = find_owner(a, uid);
	if (name && strlen(name) < sizeof(last->name)) {
		last->uid = uid;
		strcpy(last->name, name);
	}
	return name;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct key_value *)a)->key, ((const struct key_value *)b)->key);
}

/* The annotations, ascending: the order in which runc prints them. */
static int sort_annotations(struct arena *a, const struct kv_list *from, struct kv_list *ret)
{
	struct key_value *sorted = arena_array(a, from->n + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	if (from->n) {
		memcpy(sorted, from->v, from->n * sizeof(*sorted));
		qsort(sorted, from->n, sizeof(*sorted), by_key);
	}
	*ret = (struct kv_list){ .v = sorted, .n = from->n };
	return 0;
}

static int fill_annotations(struct arena *a, const struct kv_list *from, struct strake_info *to)
{
	const char **keys, **values;
	struct kv_list sorted;

	if (!from->n)
		return 0;
	keys = arena_array(a, from->n, sizeof(*keys));
	values = arena_array(a, from->n, sizeof(*values));
	if (!keys || !values || sort_annotations(a, from, &sorted) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < sorted.n; i++) {
		keys[i] = sorted.v[i].key;
		values[i] = sorted.v[i].value;
	}
	to->annotation_keys = keys;
	to->annotation_values = values;
	to->n_annotations = sorted.n;
	return 0;
}

static int fill_info(struct arena *a, struct owner *last, const struct container_info *from,
		     struct strake_info *to)
{
	*to = (struct strake_info){
		.id = from->state.id,
		.status = status_name(from->status),
		.bundle = from->state.bundle,
		.rootfs = from->state.rootfs,
		.created = from->state.created,
		.owner = owner_name(a, last, from->state.owner_uid),
		.pid = from->pid,
	};
	if (!to->owner)
		return -ENOMEM;
	return fill_annotations(a, &from->state.annotations, to);
}

struct listing {
	strake_info_fn fn;
	void (*unreadable)(void *data, const char *id, const char *why);
	void *data;
	struct owner last;
	struct err *e;
};

/* The caller's fn says only that it failed: the reason has to come from here. */
static int give(void *data, const struct container_info *from)
{
	struct listing *l = data;
	struct strake_info info;
	struct arena a;
	int r;

	arena_init(&a);
	r = fill_info(&a, &l->last, from, &info);
	if (r < 0)
		err_sys(l->e, -r, "tell about %s", from->state.id);
	if (r == 0 && l->fn(l->data, &info) < 0)
		r = err_make(l->e, ERR_USAGE, ECANCELED, "ended by the caller");
	arena_fini(&a);
	return r;
}

static void give_unreadable(void *data, const char *id, const struct err *why)
{
	const struct listing *l = data;
	char text[ERR_TEXT_MAX];

	if (!l->unreadable)
		return;
	err_format(why, text, sizeof(text));
	l->unreadable(l->data, id, text);
}

int strake_state(strake_runtime *rt, const char *id, strake_info_fn fn, void *data,
		 struct strake_error *err)
{
	struct container_info info;
	struct err e;
	struct listing l = { .fn = fn, .data = data, .e = &e };
	int r;

	err_init(&e);
	r = container_info(&rt->rt, id, &info, &e);
	if (r == 0) {
		r = give(&l, &info);
		state_fini(&info.state);
	}
	return api_result(r, &e, err);
}

int strake_list(strake_runtime *rt, enum strake_detail detail, strake_info_fn fn,
		void (*unreadable)(void *data, const char *id, const char *why), void *data,
		struct strake_error *err)
{
	struct err e;
	struct listing l = { .fn = fn, .unreadable = unreadable, .data = data, .e = &e };

	err_init(&e);
	return api_result(container_list(&rt->rt, detail, give, give_unreadable, &l, &e), &e, err);
}

static int write_state(const struct container_info *info, struct str *out, struct err *e)
{
	/* owner is there and empty, as runc's state has it. */
	struct oci_state s = {
		.id = info->state.id,
		.bundle = info->state.bundle,
		.rootfs = info->state.rootfs,
		.created = info->state.created,
		.owner = "",
		.status = info->status,
		.pid = info->pid,
		.oom_killed = info->oom_killed,
	};
	struct kv_list annotations;
	struct arena a;
	int r;

	arena_init(&a);
	r = sort_annotations(&a, &info->state.annotations, &annotations);
	s.annotations = &annotations;
	r = r < 0 ? err_sys(e, -r, "write the state of %s", s.id) : oci_state_emit(&s, 2, out, e);
	arena_fini(&a);
	return r;
}

char *strake_state_json(strake_runtime *rt, const char *id, struct strake_error *err)
{
	struct container_info info;
	auto_str out = {};
	char *text = NULL;
	struct err e;
	int r;

	err_init(&e);
	r = container_info(&rt->rt, id, &info, &e);
	if (r == 0) {
		r = write_state(&info, &out, &e);
		state_fini(&info.state);
	}
	if (r == 0)
		text = str_take(&out);
	if (r == 0 && !text)
		r = err_sys(&e, ENOMEM, "write the state of %s", id);
	api_result(r, &e, err);
	return text;
}
