/* SPDX-License-Identifier: Apache-2.0 */
/* crun's "idmap=uids=0-1-10#@10-11-10;gids=0-100-10". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "mount/options.h"

#define MAX_ROWS 340 /* the kernel takes no more, since Linux 4.15 */

struct rows {
	struct spec_idmap *v;
	size_t n;
	const struct spec_idmaps *container;
};

static bool overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return (uint64_t)a < (uint64_t)b + b_size && (uint64_t)b < (uint64_t)a + a_size;
}

static int add_row(struct rows *l, uint32_t inside, uint32_t host, uint32_t size, struct err *e)
{
	if (l->n == MAX_ROWS)
		return err_make(e, ERR_CONFIG, EINVAL, "more than %d mappings", MAX_ROWS);
	if (size == 0 || (uint64_t)inside + size > UINT32_MAX || (uint64_t)host + size > UINT32_MAX)
		return err_make(e, ERR_CONFIG, EINVAL, "the mapping %u-%u-%u is empty, or goes beyond the "
				"last id", inside, host, size);
	for (size_t i = 0; i < l->n; i++)
		if (overlap(inside, size, l->v[i].container_id, l->v[i].size) ||
		    overlap(host, size, l->v[i].host_id, l->v[i].size))
			return err_make(e, ERR_CONFIG, EINVAL, "the mapping %u-%u-%u overlaps another",
					inside, host, size);
	l->v[l->n++] = (struct spec_idmap){ .container_id = inside, .host_id = host, .size = size };
	return 0;
}

static const struct spec_idmap *row_of(const struct spec_idmaps *m, uint32_t id)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (id >= m->v[i].container_id && id - m->v[i].container_id < m->v[i].size)
			return &m->v[i];
	return NULL;
}

/* What follows each other in the container need not on the host: a row for each piece. */
static int add_relative(struct rows *l, uint32_t inside, uint32_t id, uint32_t size, struct err *e)
{
	int r = size ? 0 : add_row(l, inside, id, size, e);

	while (r == 0 && size > 0) {
		const struct spec_idmap *in = row_of(l->container, id);
		uint32_t offset, n;

		if (!in)
			return err_make(e, ERR_CONFIG, EINVAL, "the id %u is not one of the container's "
					"user namespace", id);
		offset = id - in->container_id;
		n = in->size - offset < size ? in->size - offset : size;
		r = add_row(l, inside, in->host_id + offset, n, e);
		inside += n;
		id += n;
		size -= n;
	}
	return r;
}

static int parse_row(struct rows *l, char *row, struct err *e)
{
	char words[48];
	bool relative = *row == '@';
	uint32_t v[3];
	size_t i;

	snprintf(words, sizeof(words), "%s", row);
	row += relative;
	for (i = 0; i < ARRAY_SIZE(v); i++) {
		const char *number = strsep(&row, "-");

		if (!number || parse_u32(number, &v[i]) < 0)
			break;
	}
	if (i < ARRAY_SIZE(v) || row)
		return err_make(e, ERR_CONFIG, EINVAL, "expected a mapping ID-ID-COUNT, found \"%s\"", words);
	return relative ? add_relative(l, v[0], v[1], v[2], e) : add_row(l, v[0], v[1], v[2], e);
}

int mount_idmap_parse(struct arena *a, const char *text, const struct spec_idmaps *container_uids,
		      const struct spec_idmaps *container_gids, const struct spec_idmaps **ret_uids,
		      const struct spec_idmaps **ret_gids, struct err *e)
{
	struct rows kinds[2] = { { .container = container_uids }, { .container = container_gids } };
	struct spec_idmaps *maps = arena_array(a, 2, sizeof(*maps));
	char *copy = arena_strdup(a, text), *part;

	if (!maps || !copy)
		return err_sys(e, ENOMEM, "mount options");
	while ((part = strsep(&copy, ";"))) {
		struct rows *l = &kinds[str_starts(part, "gids=")];
		char *rest = part + strlen("uids="), *row;

		if (!str_starts(part, "gids=") && !str_starts(part, "uids="))
			return err_make(e, ERR_CONFIG, EINVAL, "expected uids= or gids=, found \"%.64s\"",
					part);
		if (l->v)
			return err_make(e, ERR_CONFIG, EINVAL, "%.5s is there twice", part);
		l->v = arena_array(a, MAX_ROWS, sizeof(*l->v));
		if (!l->v)
			return err_sys(e, ENOMEM, "mount options");
		while ((row = strsep(&rest, "#")))
			if (parse_row(l, row, e) < 0)
				return -e->errnum;
	}
	for (size_t i = 0; i < 2; i++)
		maps[i] = (struct spec_idmaps){ kinds[i].v, kinds[i].n };
	*ret_uids = &maps[0];
	*ret_gids = &maps[1];
	return 0;
}
