/* SPDX-License-Identifier: Apache-2.0 */
/* Names of units and slices: text only. */
#include "cgroup/systemd/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"

#define SLICE ".slice"
#define UNIT_NAME_MAX 255 /* systemd's own limit */

static bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n >= k && strcmp(s + n - k, suffix) == 0;
}

int sd_slice_path(struct arena *a, const char *slice, const char **ret, struct err *e)
{
	size_t len = strlen(slice) - (ends_with(slice, SLICE) ? strlen(SLICE) : 0);
	const char *path = "", *at = slice;

	if (!slice[len] || !len || strchr(slice, '/'))
		return err_make(e, ERR_CONFIG, EINVAL, "invalid slice name: %s", slice);
	if (len == 1 && *slice == '-') {
		*ret = "/";
		return 0;
	}
	/* Each '-' is one level: a-b.slice is in a.slice. */
	while (at <= slice + len) {
		size_t part = strcspn(at, "-");

		if (part > (size_t)(slice + len - at))
			part = (size_t)(slice + len - at);
		if (!part)
			return err_make(e, ERR_CONFIG, EINVAL, "invalid slice name: %s", slice);
		at += part;
		path = arena_printf(a, "%s/%.*s" SLICE, path, (int)(at - slice), slice);
		if (!path)
			return err_sys(e, ENOMEM, "slice %s", slice);
		at++;
	}
	*ret = path;
	return 0;
}

static int split(struct arena *a, const char *path, char *ret[3], struct err *e)
{
	char *copy = arena_strdup(a, path);
	size_t n = 0;

	if (!copy)
		return err_sys(e, ENOMEM, "cgroupsPath %s", path);
	for (char *at = copy; at; n++) {
		char *colon = strchr(at, ':');

		if (n < 3)
			ret[n] = at;
		if (colon)
			*colon++ = '\0';
		at = colon;
	}
	if (n != 3)
		return err_make(e, ERR_CONFIG, EINVAL,
				"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"%s\" instead",
				path);
	return 0;
}

int sd_unit_parse(struct arena *a, const char *cgroups_path, const char *id, bool rootless,
		  struct sd_unit *ret, struct err *e)
{
	char *part[3] = { NULL, NULL, NULL };
	const char *label = id, *prefix = "runc", *dir = NULL;
	struct sd_unit u = { .slice = rootless ? "user.slice" : "system.slice" };
	int r = str_empty(cgroups_path) ? 0 : split(a, cgroups_path, part, e);

	if (r < 0)
		return r;
	if (part[2]) {
		u.slice = *part[0] ? part[0] : u.slice;
		prefix = part[1];
		label = part[2];
	}
	r = sd_slice_path(a, u.slice, &dir, e);
	if (r < 0)
		return r;
	u.is_slice = ends_with(label, SLICE);
	u.label = label;
	u.name = u.is_slice ? label : arena_printf(a, "%s-%s.scope", prefix, label);
	if (!u.name)
		return err_sys(e, ENOMEM, "unit name");
	/* It becomes a directory, too. */
	if (strchr(u.name, '/') || strlen(u.name) > UNIT_NAME_MAX)
		return err_make(e, ERR_CONFIG, EINVAL, "invalid systemd unit name \"%s\"", u.name);
	u.path = path_join(a, dir, u.name);
	if (!u.path)
		return err_sys(e, ENOMEM, "unit name");
	*ret = u;
	return 0;
}

int sd_version(const char *text)
{
	char *end;
	long n;

	text += *text == 'v';
	n = strtol(text, &end, 10);
	return end == text || n <= 0 || n > 100000 ? -EINVAL : (int)n;
}
