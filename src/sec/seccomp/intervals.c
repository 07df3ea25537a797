/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp/intervals.h"

static bool same(const struct verdict *a, const struct verdict *b)
{
	return a->action == b->action && a->group == b->group;
}

static bool grow(struct intervals *iv)
{
	size_t room = iv->room ? 2 * iv->room : 256;
	struct interval *v = arena_room(iv->arena, room * sizeof(*v));

	if (!v) {
		iv->failed = true;
		return false;
	}
	if (iv->n)
		memcpy(v, iv->v, iv->n * sizeof(*v));
	iv->v = v;
	iv->room = room;
	return true;
}

void intervals_from(struct intervals *iv, uint32_t start, struct verdict verdict)
{
	if (iv->n && iv->v[iv->n - 1].start == start)
		iv->n--;
	if (iv->n && same(&iv->v[iv->n - 1].verdict, &verdict))
		return;
	if (iv->n == iv->room && !grow(iv))
		return;
	iv->v[iv->n++] = (struct interval){ start, verdict };
}
