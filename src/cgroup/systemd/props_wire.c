/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/systemd/props_wire.h"

/* As deep as the parser and D-Bus go, and a bit. */
#define NESTING_MAX 64
/* The least that a value can be: type, length and NUL of the signature, number of items. */
#define VALUE_MIN 13

static bool is_container(char type)
{
	return type == 'a' || type == 'r' || type == 'e' || type == 'v';
}

static bool is_text(char type)
{
	return type == 's' || type == 'o' || type == 'g';
}

static void put_value(struct str *out, const struct sd_value *v)
{
	wire_put_u32(out, (unsigned char)v->type);
	wire_put_text(out, v->sig);
	if (is_text(v->type))
		wire_put_text(out, v->s);
	else if (!is_container(v->type))
		wire_put_u64(out, v->u); /* the bits, whatever they are */
	else
		wire_put_u32(out, (uint32_t)v->n);
	for (size_t i = 0; i < v->n; i++)
		put_value(out, v->items[i]);
}

void sd_props_put(struct str *out, const struct sd_props *p)
{
	wire_put_u32(out, (uint32_t)p->n);
	for (size_t i = 0; i < p->n; i++) {
		wire_put_text(out, p->v[i].name);
		put_value(out, p->v[i].value);
	}
}

/* What libsystemd.c relies on. */
static bool is_sane(char type, const char *sig, size_t n)
{
	static const char opens[128] = { ['a'] = 'a', ['r'] = '(', ['e'] = '{', ['v'] = 'v' };

	if (!is_container(type))
		return type && strchr("bynqiuxtdsog", type) && sig[0] == type && !sig[1];
	return sig[0] == opens[(unsigned char)type] && (type != 'v' || n == 1) && (type != 'e' || n == 2) &&
	       (type == 'v') == !sig[1];
}

static const struct sd_value *get_value(struct wire_in *in, struct arena *a, unsigned depth, bool *failed)
{
	uint32_t type = wire_get_u32(in);
	const char *sig = wire_get_text(in);
	bool contains = type < 128 && is_container((char)type);
	size_t n = contains ? wire_get_u32(in) : 0;
	struct sd_value *v;

	in->bad |= depth > NESTING_MAX || type >= 128 || !is_sane((char)type, sig, n) ||
		   n > (size_t)(in->end - in->at) / VALUE_MIN;
	if (in->bad)
		return NULL;
	v = sd_value_new(a, (char)type, sig, n);
	if (!v) {
		*failed = true;
		return NULL;
	}
	if (is_text(v->type))
		v->s = wire_get_text(in);
	else if (!contains)
		v->u = wire_get_u64(in);
	for (; v->n < n; v->n++) {
		v->items[v->n] = get_value(in, a, depth + 1, failed);
		if (!v->items[v->n])
			return NULL;
	}
	return v;
}

void sd_props_get(struct wire_in *in, struct arena *a, struct sd_props *p)
{
	size_t n = wire_get_u32(in);

	sd_props_init(p, a);
	for (size_t i = 0; i < n && !in->bad && !p->failed; i++) {
		const char *name = wire_get_text(in);
		const struct sd_value *v = get_value(in, a, 0, &p->failed);

		if (v && !in->bad)
			sd_add(p, name, v);
	}
}
