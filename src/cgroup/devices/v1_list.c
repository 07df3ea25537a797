/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup v1: devices.deny and devices.allow. */
#include <fcntl.h>
#include <stdio.h>

#include "base/errno_class.h"
#include "base/io.h"
#include "base/log.h"
#include "cgroup/devices/devices.h"

static bool same_device(const struct cg_dev_rule *x, const struct cg_dev_rule *y)
{
	return x->type == y->type && x->major == y->major && x->minor == y->minor;
}

static bool overlap(int64_t x, int64_t y)
{
	return x == y || x == CG_DEV_ANY || y == CG_DEV_ANY;
}

static void add_exception(struct cg_dev_list *l, const struct cg_dev_rule *r)
{
	for (size_t i = 0; i < l->n; i++) {
		if (same_device(&l->v[i], r)) {
			l->v[i].access |= r->access;
			return;
		}
	}
	l->v[l->n++] = *r;
}

static bool covers(const struct cg_dev_rule *wide, const struct cg_dev_rule *r)
{
	return wide->type == r->type && (wide->major == CG_DEV_ANY || wide->major == r->major) &&
	       (wide->minor == CG_DEV_ANY || wide->minor == r->minor);
}

/* Takes r away from the exceptions: whole from those that it covers. One that it cuts a piece out
 * of is an error, since the kernel cannot hold the rest. */
static int remove_exception(struct cg_dev_list *l, const struct cg_dev_rule *r, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct cg_dev_rule *x = &l->v[i];

		if (covers(r, x)) {
			x->access &= (uint8_t)~r->access;
		} else if (x->type == r->type && overlap(x->major, r->major) &&
			   overlap(x->minor, r->minor) && (x->access & r->access)) {
			char hole[64], rule[64];

			cg_dev_text(r, hole, sizeof(hole));
			cg_dev_text(x, rule, sizeof(rule));
			return err_make(e, ERR_CONFIG, EINVAL,
					"device rule \"%s\" not supported by devices cgroupv1 (cannot punch hole in existing wildcard rule \"%s\")",
					hole, rule);
		}
		if (x->access)
			l->v[n++] = *x;
	}
	l->n = n;
	return 0;
}

int cg_dev_list(const struct cg_dev_rules *rules, struct arena *a, struct cg_dev_list *ret,
		struct err *e)
{
	struct cg_dev_list l = { .v = arena_array(a, rules->n + 1, sizeof(*l.v)) };

	if (!l.v)
		return err_sys(e, ENOMEM, "device rules");
	for (size_t i = 0; i < rules->n; i++) {
		const struct cg_dev_rule *r = &rules->v[i];
		int err = 0;

		if (r->type == 'a') {
			l.default_allow = r->allow;
			l.n = 0;
		} else if (r->allow == l.default_allow) {
			err = remove_exception(&l, r, e);
		} else {
			add_exception(&l, r);
		}
		if (err < 0)
			return err;
	}
	*ret = l;
	return 0;
}

static int write_rule(int fd, const char *path, bool allow, const char *text, struct err *e)
{
	return cg_write(fd, path, allow ? "devices.allow" : "devices.deny", text, e);
}

static int write_list(int fd, const char *path, const struct cg_dev_list *l, struct err *e)
{
	/* Everything first: what the directory inherited, or had before, counts for nothing. */
	int r = write_rule(fd, path, l->default_allow, "a", e);

	for (size_t i = 0; i < l->n && r >= 0; i++) {
		char text[64];

		cg_dev_text(&l->v[i], text, sizeof(text));
		r = write_rule(fd, path, !l->default_allow, text, e);
	}
	return r;
}

/* The kernel drops without a word what the parent does not allow, and at least the mode must be
 * what we asked for. */
static int check_mode(int fd, const char *path, const struct cg_dev_list *l, struct err *e)
{
	char text[16384] = "";
	int r = io_read_file(fd, "devices.list", text, sizeof(text));

	if (r < 0 && r != -EFBIG)
		return err_sys(e, -r, "read %s/devices.list", path);
	if (str_starts(text, "a ") != l->default_allow)
		return err_make(e, ERR_SYS, EPERM,
				"resulting devices cgroup %s doesn't match target mode", path);
	return 0;
}

int cg_devices_v1(struct cgroup *c, int fd, const char *path, const struct spec_resources *r,
		  struct err *e)
{
	struct cg_dev_rules rules;
	struct cg_dev_list list;
	struct arena a;
	int ret;

	arena_init(&a);
	ret = cg_dev_rules(r, &a, &rules, e);
	if (ret >= 0)
		ret = cg_dev_list(&rules, &a, &list, e);
	if (ret >= 0) {
		ret = write_list(fd, path, &list, e);
		/* Only the first user namespace may write there, and in another one devices cannot
		 * be made or opened that were not before. */
		if (errno_is_privilege(ret) && (c->rootless || cg_in_userns(c))) {
			log_debug("device rules of %s are left as they are: no permission", path);
			err_init(e);
			ret = 0;
		} else if (ret >= 0 && !c->fake) {
			ret = check_mode(fd, path, &list, e);
		}
	}
	arena_fini(&a);
	return ret;
}
