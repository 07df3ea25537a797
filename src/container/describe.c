/* SPDX-License-Identifier: Apache-2.0 */
/* What the state says of a container that is being made. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/create.h"
#include "json/utf8.h"
#include "ns/ns.h"

struct date {
	long year, month, day;
};

/* Days since 1970-01-01 as a date. Years begin in March here, so that the leap day is the last one.
 * gmtime_r(3) would read /etc/localtime first. */
static struct date date_of_day(long days)
{
	long since = days + 719468, era = since / 146097, of_era = since % 146097;
	long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	long of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
	struct date d = {
		.year = year + era * 400 + (m >= 10), .month = m < 10 ? m + 3 : m - 9,
		.day = of_year - (153 * m + 2) / 5 + 1,
	};

	return d;
}

static char *now_rfc3339(struct arena *a)
{
	struct timespec ts;
	struct date d;
	long s;

	clock_gettime(CLOCK_REALTIME, &ts);
	d = date_of_day(ts.tv_sec / 86400);
	s = ts.tv_sec % 86400;
	return arena_printf(a, "%04ld-%02ld-%02ldT%02ld:%02ld:%02ld.%09ldZ", d.year, d.month, d.day,
			    s / 3600, s / 60 % 60, s % 60, ts.tv_nsec);
}

/* Without these runc's exec would enter nothing. */
static int describe_namespaces(struct state *st, const struct spec_linux *l)
{
	const struct spec_namespaces *ns = &l->namespaces;

	st->uid_mappings = l->uid_mappings;
	st->gid_mappings = l->gid_mappings;
	/* One more: a restored process may have a time namespace that nobody asked for. */
	st->namespaces.v = arena_array(&st->arena, ns->n + 1, sizeof(struct key_value));
	if (!st->namespaces.v)
		return -ENOMEM;
	for (size_t i = 0; i < ns->n; i++)
		st->namespaces.v[i] = (struct key_value){
			arena_strdup(&st->arena, ns_table[ns->v[i].kind].key), ns->v[i].path,
		};
	st->namespaces.n = ns->n;
	return 0;
}

static bool pid_namespace_is_private(const struct spec *s)
{
	const struct spec_namespace *ns = spec_namespace_find(&s->linux->namespaces, NS_PID);

	return ns && !ns->path;
}

/* What fds 0-2 are, for those who checkpoint. */
static void describe_stdio(struct state *st)
{
	st->external_descriptors.v = arena_array(&st->arena, 4, sizeof(char *));
	for (size_t fd = 0; st->external_descriptors.v && fd < 3; fd++) {
		char link[32], target[PATH_MAX];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%zu", fd);
		n = readlink(link, target, sizeof(target) - 1);
		st->external_descriptors.v[fd] = arena_strndup(&st->arena, n > 0 ? target : "",
							       n > 0 ? (size_t)n : 0);
		st->external_descriptors.n = fd + 1;
	}
}

/* The state is JSON; with another name in it the container would be another one's. */
static int check_path(const char *what, const char *path, struct err *e)
{
	size_t len = strlen(path);

	if (utf8_check(path, len) == len)
		return 0;
	return err_make(e, ERR_CONFIG, EILSEQ, "the path of the %s is not valid UTF-8: \"%s\"", what, path);
}

int describe_creation(struct creation *c, struct err *e)
{
	const struct spec *s = &c->bundle.spec;
	struct state *st = &c->state;
	pid_t creator;
	int r = check_path("bundle", c->bundle.path, e), policy;

	if (r == 0)
		r = check_path("root filesystem", c->bundle.rootfs, e);
	if (r < 0)
		return r;
	st->id = arena_strdup(&st->arena, c->id);
	st->bundle = arena_strdup(&st->arena, c->bundle.path);
	st->rootfs = arena_strdup(&st->arena, c->bundle.rootfs);
	st->created = now_rfc3339(&st->arena);
	if (!st->id || !st->bundle || !st->rootfs || !st->created ||
	    describe_namespaces(st, s->linux) < 0)
		return err_sys(e, ENOMEM, "building the state");
	st->rootless = ns_home_is_rootless(&c->rt->home, &c->rt->proc);
	st->annotations = s->annotations;
	st->owner_uid = c->rt->euid;
	st->keyring = !c->o->no_new_keyring;
	st->private_pidns = pid_namespace_is_private(s);
	st->needs_config = s->hooks.list[HOOK_POSTSTOP].n > 0 || s->linux->intel_rdt;
	st->has_poststart = s->hooks.list[HOOK_POSTSTART].n > 0;
	st->hooks = &s->hooks;
	st->intel_rdt = s->linux->intel_rdt;
	st->creating = true;
	r = procfs_self_stat(&c->rt->proc, &creator, &st->creator_start, &policy);
	if (r < 0)
		return err_sys(e, -r, "reading the runtime's own start time");
	st->creator_pid = creator;
	c->launch.job.placement.stays |= policy == SCHED_FIFO || policy == SCHED_RR;
	return cgroup_save(c->cgroup, &st->arena, &st->cgroup_paths, &st->cgroup_owned, e);
}

int describe_process(struct state *st, pid_t pid, struct err *e)
{
	st->namespace_paths.v = arena_array(&st->arena, NS_KIND_MAX, sizeof(struct key_value));
	if (!st->namespace_paths.v)
		return err_sys(e, ENOMEM, "building the state");
	for (size_t k = 0; k < NS_KIND_MAX; k++) {
		struct key_value *kv = &st->namespace_paths.v[k];

		kv->key = arena_strdup(&st->arena, ns_table[k].key);
		kv->value = arena_printf(&st->arena, "/proc/%d/ns/%s", (int)pid, ns_table[k].link);
		if (!kv->key || !kv->value)
			return err_sys(e, ENOMEM, "building the state");
	}
	st->namespace_paths.n = NS_KIND_MAX;
	describe_stdio(st);
	return 0;
}
