/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

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
			return INVALID(e, ("linux.namespaces[%zu]", i),
				       "malformed spec file: duplicated ns \"%s\"", name);
		seen |= bit;
		if (ns->v[i].path && !path_is_absolute(ns->v[i].path))
			return INVALID(e, ("linux.namespaces[%zu].path", i),
				       "expected an absolute path, found \"%s\"", ns->v[i].path);
	}
	return 0;
}

static bool ranges_overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return (uint64_t)a < (uint64_t)b + b_size && (uint64_t)b < (uint64_t)a + a_size;
}

/* What the kernel would refuse with a bare EINVAL. It takes 340 lines (since Linux 4.15). */
static int check_maps(const char *where, const struct spec_idmaps *m, struct err *e)
{
	if (m->n > 340)
		return INVALID(e, ("%s", where), "expected at most 340 entries, found %zu", m->n);
	for (size_t i = 0; i < m->n; i++) {
		const struct spec_idmap *a = &m->v[i];

		if (a->size == 0)
			return INVALID(e, ("%s[%zu].size", where, i),
				       "expected an integer from 1 to 4294967295, found 0");
		if ((uint64_t)a->container_id + a->size > UINT32_MAX ||
		    (uint64_t)a->host_id + a->size > UINT32_MAX)
			return INVALID(e, ("%s[%zu]", where, i),
				       "a range of %u goes beyond the last id", a->size);
		for (size_t j = 0; j < i; j++) {
			const struct spec_idmap *b = &m->v[j];

			if (ranges_overlap(a->container_id, a->size, b->container_id, b->size) ||
			    ranges_overlap(a->host_id, a->size, b->host_id, b->size))
				return INVALID(e, ("%s[%zu]", where, i),
					       "overlaps %s[%zu]", where, j);
		}
	}
	return 0;
}

static int check_mount_maps(const struct spec *s, struct err *e)
{
	char where[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->mounts.n; i++) {
		snprintf(where, sizeof(where), "mounts[%zu].uidMappings", i);
		r = check_maps(where, &s->mounts.v[i].uid_mappings, e);
		if (r < 0)
			break;
		snprintf(where, sizeof(where), "mounts[%zu].gidMappings", i);
		r = check_maps(where, &s->mounts.v[i].gid_mappings, e);
	}
	return r;
}

/* A path with maps beside it is what containerd and CRI-O write; ns/ compares them. */
static int check_user(const struct spec_linux *l, struct err *e)
{
	const struct spec_namespace *user = spec_namespace_find(&l->namespaces, NS_USER);
	size_t uids = l->uid_mappings.n, gids = l->gid_mappings.n;

	if (!user) {
		if (uids || gids)
			return INVALID(e, ("linux.%s", uids ? "uidMappings" : "gidMappings"),
				       "user namespace mappings specified, but user namespace "
				       "isn't enabled in the config");
		return 0;
	}
	if (!user->path && !uids && !gids)
		return INVALID(e, ("linux.uidMappings"),
			       "user namespaces enabled, but no namespace path to join nor "
			       "mappings to apply specified");
	if (!user->path && !uids)
		return INVALID(e, ("linux.uidMappings"),
			       "user namespaces enabled, but no uid mappings found");
	if (!user->path && !gids)
		return INVALID(e, ("linux.gidMappings"),
			       "user namespaces enabled, but no gid mappings found");
	return 0;
}

static int check_time(const struct spec_linux *l, struct err *e)
{
	const struct spec_namespace *ns = spec_namespace_find(&l->namespaces, NS_TIME);
	const struct spec_time_offset *offsets[2];

	if (!l->time_offsets)
		return 0;
	if (!ns)
		return INVALID(e, ("linux.timeOffsets"),
			       "time namespace offsets specified, but time namespace isn't "
			       "enabled in the config");
	if (ns->path)
		return INVALID(e, ("linux.timeOffsets"),
			       "time namespace enabled, but both namespace path and time "
			       "offsets specified -- you may only provide one");
	offsets[0] = l->time_offsets->boottime;
	offsets[1] = l->time_offsets->monotonic;
	for (int i = 0; i < 2; i++)
		if (offsets[i] && offsets[i]->nanosecs > 999999999)
			return INVALID(e, ("linux.timeOffsets.%s.nanosecs",
					   i == 0 ? "boottime" : "monotonic"),
				       "expected an integer from 0 to 999999999, found %u",
				       offsets[i]->nanosecs);
	return 0;
}

int validate_namespaces(const struct spec *s, struct err *e)
{
	const struct spec_linux *l = s->linux;
	int r = check_list(&l->namespaces, e);

	if (r == 0)
		r = check_maps("linux.uidMappings", &l->uid_mappings, e);
	if (r == 0)
		r = check_maps("linux.gidMappings", &l->gid_mappings, e);
	if (r == 0)
		r = check_mount_maps(s, e);
	if (r == 0)
		r = check_user(l, e);
	return r < 0 ? r : check_time(l, e);
}
