/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "base/parse.h"
#include "cgroup/devices/devices.h"

#define ANY CG_DEV_ANY

static const struct cg_dev_rule deny_all = { false, 'a', ANY, ANY, CG_DEV_RWM };

/* After the config's rules, as runc has them: engines begin theirs with a deny-all of their own. */
static const struct cg_dev_rule defaults[] = {
	{ true, 'c', ANY, ANY, DEV_ACCESS_MKNOD }, /* a node that nobody may open harms nobody */
	{ true, 'b', ANY, ANY, DEV_ACCESS_MKNOD },
	{ true, 'c', 1, 3, CG_DEV_RWM },    /* null */
	{ true, 'c', 1, 8, CG_DEV_RWM },    /* random */
	{ true, 'c', 1, 7, CG_DEV_RWM },    /* full */
	{ true, 'c', 5, 0, CG_DEV_RWM },    /* tty */
	{ true, 'c', 1, 5, CG_DEV_RWM },    /* zero */
	{ true, 'c', 1, 9, CG_DEV_RWM },    /* urandom */
	{ true, 'c', 136, ANY, CG_DEV_RWM }, /* pts */
	{ true, 'c', 5, 2, CG_DEV_RWM },    /* ptmx */
	{ true, 'c', 10, 200, CG_DEV_RWM }, /* net/tun: upper layers rely on it (runc#3468) */
};

static int number(const struct opt_i64 *n, size_t i, const char *what, int64_t *ret, struct err *e)
{
	if (n->set && (n->v < -1 || n->v > UINT32_MAX))
		return err_make(e, ERR_CONFIG, EINVAL,
				"linux.resources.devices[%zu]: invalid %s %" PRId64, i, what, n->v);
	*ret = n->set ? n->v : ANY;
	return 0;
}

static int add(const struct spec_device_rule *s, size_t i, struct cg_dev_rules *to, struct err *e)
{
	struct cg_dev_rule rule = { .allow = s->allow, .type = s->type, .access = s->access };
	int r = number(&s->major, i, "major", &rule.major, e);

	if (r >= 0)
		r = number(&s->minor, i, "minor", &rule.minor, e);
	if (r < 0)
		return r;
	if (!rule.access)
		return err_make(e, ERR_CONFIG, EINVAL, "device access at %zu field cannot be empty", i);
	if (rule.type != 'a' ||
	    (rule.major == ANY && rule.minor == ANY && rule.access == CG_DEV_RWM)) {
		to->v[to->n++] = rule;
		return 0;
	}
	/* The kernel's "a" is everything whatever follows it; the config meant less. */
	rule.type = 'c';
	to->v[to->n++] = rule;
	rule.type = 'b';
	to->v[to->n++] = rule;
	return 0;
}

int cg_dev_rules(const struct spec_resources *r, struct arena *a, struct cg_dev_rules *ret,
		 struct err *e)
{
	size_t n = r ? r->n_devices : 0;
	struct cg_dev_rules l = {
		.v = arena_array(a, 1 + n * 2 + ARRAY_SIZE(defaults), sizeof(*l.v)),
	};

	if (!l.v)
		return err_sys(e, ENOMEM, "device rules");
	l.v[l.n++] = deny_all;
	for (size_t i = 0; i < n; i++) {
		int err = add(&r->devices[i], i, &l, e);

		if (err < 0)
			return err;
	}
	memcpy(l.v + l.n, defaults, sizeof(defaults));
	l.n += ARRAY_SIZE(defaults);
	*ret = l;
	return 0;
}

void cg_dev_text(const struct cg_dev_rule *r, char *buf, size_t size)
{
	char major[24] = "*", minor[24] = "*";

	if (r->major != ANY)
		snprintf(major, sizeof(major), "%" PRId64, r->major);
	if (r->minor != ANY)
		snprintf(minor, sizeof(minor), "%" PRId64, r->minor);
	snprintf(buf, size, "%c %s:%s %s%s%s", r->type, major, minor,
		 r->access & DEV_ACCESS_READ ? "r" : "", r->access & DEV_ACCESS_WRITE ? "w" : "",
		 r->access & DEV_ACCESS_MKNOD ? "m" : "");
}

bool cg_in_userns(const struct cgroup *c)
{
	char map[256];
	unsigned long long v[3];
	int r = c->proc ? procfs_read_record(c->proc, "self/uid_map", map, sizeof(map)) : -ENOENT;

	if (r < 0)
		return r == -EFBIG; /* more than the one line of the first user namespace */
	return parse_numbers(map, v, ARRAY_SIZE(v)) < 0 || v[0] || v[1] || v[2] != UINT32_MAX;
}
