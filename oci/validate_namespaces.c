/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"
#include "oci/validate_parts.h"
#include "oci/words.h"

static int check_list(const struct spec_namespaces *ns, struct err *e)
{
	unsigned seen = 0;

	for (size_t i = 0; i < ns->n; i++) {
		unsigned bit = 1u << ns->v[i].kind;
		const char *name = json_word_name(&words_namespace, ns->v[i].kind);

		if (seen & bit)
			return INVALID(e, "malformed spec file: duplicated ns \"%s\"", name);
		seen |= bit;
		if (ns->v[i].path && !path_is_absolute(ns->v[i].path))
			return INVALID(e, "linux.namespaces[%zu].path must be absolute: %s", i,
				       ns->v[i].path);
	}
	return 0;
}

static bool ranges_overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return (uint64_t)a < (uint64_t)b + b_size && (uint64_t)b < (uint64_t)a + a_size;
}

/* What the kernel would refuse with a bare EINVAL. It takes 340 lines (since Linux 4.15). */
static int check_maps(const char *name, const struct spec_idmaps *m, struct err *e)
{
	if (m->n > 340)
		return INVALID(e, "linux.%s: %zu entries, the kernel takes 340", name, m->n);
	for (size_t i = 0; i < m->n; i++) {
		const struct spec_idmap *a = &m->v[i];

		if (a->size == 0)
			return INVALID(e, "linux.%s[%zu].size must not be 0", name, i);
		if ((uint64_t)a->container_id + a->size > UINT32_MAX ||
		    (uint64_t)a->host_id + a->size > UINT32_MAX)
			return INVALID(e, "linux.%s[%zu] goes beyond the last id", name, i);
		for (size_t j = 0; j < i; j++) {
			const struct spec_idmap *b = &m->v[j];

			if (ranges_overlap(a->container_id, a->size, b->container_id, b->size) ||
			    ranges_overlap(a->host_id, a->size, b->host_id, b->size))
				return INVALID(e, "linux.%s[%zu] overlaps [%zu]", name, i, j);
		}
	}
	return 0;
}

/* A path with maps beside it is what containerd and CRI-O write; ns/ compares them. */
static int check_user(const struct spec_linux *l, struct err *e)
{
	const struct spec_namespace *user = spec_namespace_find(&l->namespaces, NS_USER);
	size_t uids = l->uid_mappings.n, gids = l->gid_mappings.n;

	if (!user) {
		if (uids || gids)
			return INVALID(e, "user namespace mappings specified, but user namespace "
				       "isn't enabled in the config");
		return 0;
	}
	if (!user->path && !uids && !gids)
		return INVALID(e, "user namespaces enabled, but no namespace path to join nor "
			       "mappings to apply specified");
	if (!user->path && !uids)
		return INVALID(e, "user namespaces enabled, but no uid mappings found");
	if (!user->path && !gids)
		return INVALID(e, "user namespaces enabled, but no gid mappings found");
	return 0;
}

static int check_time(const struct spec_linux *l, struct err *e)
{
	const struct spec_namespace *ns = spec_namespace_find(&l->namespaces, NS_TIME);
	const struct spec_time_offset *offsets[2];

	if (!l->time_offsets)
		return 0;
	if (!ns)
		return INVALID(e, "time namespace offsets specified, but time namespace isn't "
			       "enabled in the config");
	if (ns->path)
		return INVALID(e, "time namespace enabled, but both namespace path and time "
			       "offsets specified -- you may only provide one");
	offsets[0] = l->time_offsets->boottime;
	offsets[1] = l->time_offsets->monotonic;
	for (int i = 0; i < 2; i++)
		if (offsets[i] && offsets[i]->nanosecs > 999999999)
			return INVALID(e, "linux.timeOffsets.%s.nanosecs must be below a second",
				       i == 0 ? "boottime" : "monotonic");
	return 0;
}

int validate_namespaces(const struct spec *s, struct err *e)
{
	const struct spec_linux *l = s->linux;
	int r = check_list(&l->namespaces, e);

	if (r == 0)
		r = check_maps("uidMappings", &l->uid_mappings, e);
	if (r == 0)
		r = check_maps("gidMappings", &l->gid_mappings, e);
	if (r == 0)
		r = check_user(l, e);
	return r < 0 ? r : check_time(l, e);
}
