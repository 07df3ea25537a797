/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/log.h"
#include "cgroup/devices/devices.h"
#include "cgroup/systemd/unit.h"

#define HAS_DEVICE_NUMBERS 240 /* "char-136"; before, a name of /proc/devices */

/* An empty list takes away what is there: others are added to it. */
static void clear_list(struct sd_props *p)
{
	sd_add(p, "DeviceAllow", sd_value_new(p->a, 'a', "a(ss)", 0));
}

/* What systemd calls the devices of a rule; NULL when it has no words for them. */
static const char *device_name(struct arena *a, const struct sd_limits *l,
			       const struct cg_dev_rule *r)
{
	const char *type = r->type == 'b' ? "block" : "char";

	if (r->major == CG_DEV_ANY)
		return r->minor == CG_DEV_ANY ? arena_printf(a, "%s-*", type) : NULL;
	if (r->minor != CG_DEV_ANY)
		return arena_printf(a, "/dev/%s/%" PRId64 ":%" PRId64, type, r->major, r->minor);
	if (l->version >= HAS_DEVICE_NUMBERS)
		return arena_printf(a, "%s-%" PRId64, type, r->major);
	return r->type == 'c' && r->major == 136 ? "char-pts" : NULL;
}

static const struct sd_value *entry(struct arena *a, const char *name, uint8_t access)
{
	struct sd_value *v = sd_value_new(a, 'r', "(ss)", 2);
	char letters[4];

	snprintf(letters, sizeof(letters), "%s%s%s", access & DEV_ACCESS_READ ? "r" : "",
		 access & DEV_ACCESS_WRITE ? "w" : "", access & DEV_ACCESS_MKNOD ? "m" : "");
	if (!v)
		return NULL;
	v->items[0] = sd_string(a, 's', name);
	v->items[1] = sd_string(a, 's', arena_strdup(a, letters));
	v->n = 2;
	return v->items[0] && v->items[1] && v->items[1]->s ? v : NULL;
}

static void add_list(const struct sd_limits *l, struct sd_props *p, const struct cg_dev_list *list)
{
	struct sd_value *v = sd_value_new(p->a, 'a', "a(ss)", list->n);

	for (size_t i = 0; v && i < list->n; i++) {
		const char *name = device_name(p->a, l, &list->v[i]);
		char text[64];

		if (name) {
			v->items[v->n] = entry(p->a, name, list->v[i].access);
			p->failed |= !v->items[v->n++];
		} else {
			cg_dev_text(&list->v[i], text, sizeof(text));
			log_debug("no DeviceAllow= for the device rule \"%s\": our own program has it",
				  text);
		}
	}
	sd_add(p, "DeviceAllow", v);
}

int sd_plan_devices(const struct sd_limits *l, struct sd_props *p, struct err *e)
{
	struct cg_dev_rules rules;
	struct cg_dev_list list;
	int r = cg_dev_rules(l->r, p->a, &rules, e);

	if (r == 0)
		r = cg_dev_list(&rules, p->a, &list, e);
	if (r < 0)
		return r;
	clear_list(p);
	if (list.default_allow && list.n == 0) {
		sd_add_str(p, "DevicePolicy", "auto");
		return 0;
	}
	sd_add_str(p, "DevicePolicy", "strict");
	/* Units cannot say "all but these". Nothing is allowed then, and our own program, which is
	 * put in its place, has the rules. */
	if (list.default_allow)
		log_warn("systemd doesn't support blacklist device rules -- applying temporary deny-all rule");
	else
		add_list(l, p, &list);
	return p->failed ? err_sys(e, ENOMEM, "unit properties") : 0;
}
