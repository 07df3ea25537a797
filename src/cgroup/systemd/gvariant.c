/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GVariant's text form, as far as D-Bus has the types. Without a keyword or an annotation a number
 * is an int32 or a double, and an array takes the type of its first item.
 */
#include <ctype.h>

#include "base/util.h"
#include "cgroup/systemd/gvariant.h"

#define NESTING_MAX 32

static const struct {
	const char *word, *sig;
} types[] = {
	{ "boolean", "b" }, { "byte", "y" }, { "int16", "n" }, { "uint16", "q" }, { "int32", "i" },
	{ "uint32", "u" }, { "int64", "x" }, { "uint64", "t" }, { "double", "d" },
	{ "string", "s" }, { "objectpath", "o" }, { "signature", "g" },
};

/* want: the type that the value must have, or NULL to take what it looks like. */
static const struct sd_value *value(struct gv_parser *p, const char *want);

static void skip_blanks(struct gv_parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

static bool take(struct gv_parser *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

/* ---- what holds others ---- */

static bool push(struct gv_parser *p, struct sd_value *v, size_t *size, const struct sd_value *item)
{
	if (v->n == *size) {
		const struct sd_value **more = arena_array(p->a, *size ? *size * 2 : 8, sizeof(*more));

		if (!more) {
			gv_no_memory(p);
			return false;
		}
		if (v->n)
			memcpy(more, v->items, v->n * sizeof(*more));
		v->items = more;
		*size = *size ? *size * 2 : 8;
	}
	v->items[v->n++] = item;
	return true;
}

static const struct sd_value *entry(struct gv_parser *p, const char *key_sig, const char *value_sig)
{
	struct sd_value *v = sd_value_new(p->a, 'e', "", 2);

	if (!v)
		return gv_no_memory(p);
	v->items[0] = value(p, key_sig);
	if (!v->items[0])
		return NULL;
	if (strlen(v->items[0]->sig) != 1 || *v->items[0]->sig == 'v')
		return gv_fail(p, "a dictionary's key must be of a basic type");
	if (!take(p, ':'))
		return gv_fail(p, "expected ':'");
	v->items[1] = value(p, value_sig);
	if (!v->items[1])
		return NULL;
	v->n = 2;
	v->sig = arena_printf(p->a, "{%s%s}", v->items[0]->sig, v->items[1]->sig);
	return v->sig ? v : gv_no_memory(p);
}

/* [ITEM, ...] or {KEY: VALUE, ...}. */
static const struct sd_value *array(struct gv_parser *p, const char *want)
{
	bool dict = *p->at++ == '{';
	struct sd_value *v = sd_value_new(p->a, 'a', "", 0);
	const char *item = NULL;
	size_t size = 0;

	if (!v)
		return gv_no_memory(p);
	if (want && (*want != 'a' || (want[1] == '{') != dict))
		return gv_fail(p, "unexpected array");
	item = want ? arena_strndup(p->a, want + 1, sd_type_len(want) - 1) : NULL;
	while (!take(p, dict ? '}' : ']')) {
		const char *key = dict && item ? arena_strndup(p->a, item + 1, 1) : NULL;
		const struct sd_value *i;

		if (v->n && !take(p, ','))
			return gv_fail(p, "expected ','");
		i = dict ? entry(p, key, item ? item + 2 : NULL) : value(p, item);
		if (!i || !push(p, v, &size, i))
			return NULL;
		item = item ? item : i->sig;
	}
	if (!item)
		return gv_fail(p, "an empty array needs a type (@as [])");
	v->sig = arena_printf(p->a, "a%s", item);
	return v->sig ? v : gv_no_memory(p);
}

static const struct sd_value *tuple(struct gv_parser *p, const char *want)
{
	struct sd_value *v = sd_value_new(p->a, 'r', "", 0);
	const char *left = want ? want + 1 : NULL;
	size_t size = 0;
	char *sig = arena_strdup(p->a, "");

	p->at++;
	if (!v)
		return gv_no_memory(p);
	if (want && *want != '(')
		return gv_fail(p, "unexpected tuple");
	while (!take(p, ')')) {
		const struct sd_value *i;

		/* ("a",) is a tuple of one. */
		if (v->n && (!take(p, ',') || take(p, ')')))
			break;
		if (left && *left == ')')
			return gv_fail(p, "too many items");
		i = value(p, left);
		if (!i || !push(p, v, &size, i))
			return NULL;
		left = left ? left + sd_type_len(left) : NULL;
		sig = arena_printf(p->a, "%s%s", sig, i->sig);
		if (!sig)
			return gv_no_memory(p);
	}
	if (p->at[-1] != ')' || (left && *left != ')') || !v->n)
		return gv_fail(p, "bad tuple");
	v->sig = arena_printf(p->a, "(%s)", sig);
	return v->sig ? v : gv_no_memory(p);
}

static const struct sd_value *variant(struct gv_parser *p, const char *want)
{
	struct sd_value *v = sd_value_new(p->a, 'v', "v", 1);

	p->at++;
	if (!v)
		return gv_no_memory(p);
	if (want && *want != 'v')
		return gv_fail(p, "unexpected variant");
	v->items[0] = value(p, NULL);
	if (!v->items[0])
		return NULL;
	v->n = 1;
	return take(p, '>') ? v : gv_fail(p, "expected '>'");
}

/* ---- one value ---- */

/* "@as VALUE". */
static const struct sd_value *annotated(struct gv_parser *p, const char *want)
{
	size_t len = sd_type_len(++p->at);
	const char *sig = arena_strndup(p->a, p->at, len);

	if (!sig)
		return gv_no_memory(p);
	if (!len || !isspace((unsigned char)p->at[len]))
		return gv_fail(p, "bad type");
	if (want && (strlen(want) < len || strncmp(want, sig, len) != 0))
		return gv_fail(p, "unexpected type");
	p->at += len;
	return value(p, sig);
}

/* true, false, or the name of a type before a value. */
static const struct sd_value *word(struct gv_parser *p, const char *want)
{
	size_t len = gv_word_len(p);
	struct sd_value *v;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strlen(types[i].word) != len || strncmp(types[i].word, p->at, len) != 0)
			continue;
		if (want && *want != *types[i].sig)
			return gv_fail(p, "unexpected type");
		p->at += len;
		return value(p, types[i].sig);
	}
	if (!((len == 4 && str_starts(p->at, "true")) || (len == 5 && str_starts(p->at, "false"))))
		return gv_fail(p, "unknown word");
	if (want && *want != 'b')
		return gv_fail(p, "unexpected boolean");
	v = sd_value_new(p->a, 'b', "b", 0);
	if (!v)
		return gv_no_memory(p);
	v->u = len == 4;
	p->at += len;
	return v;
}

static const struct sd_value *value(struct gv_parser *p, const char *want)
{
	const struct sd_value *v;

	skip_blanks(p);
	if (p->depth >= NESTING_MAX)
		return gv_fail(p, "nested too deeply");
	p->depth++;
	if (*p->at == '@')
		v = annotated(p, want);
	else if (*p->at == '[' || *p->at == '{')
		v = array(p, want);
	else if (*p->at == '(')
		v = tuple(p, want);
	else if (*p->at == '<')
		v = variant(p, want);
	else if (*p->at == '\'' || *p->at == '"')
		v = gv_string(p, want);
	else if (*p->at == 'b' && (p->at[1] == '\'' || p->at[1] == '"'))
		v = !want || str_starts(want, "ay") ? gv_byte_string(p) : gv_fail(p, "unexpected bytes");
	else if (isdigit((unsigned char)*p->at) || (*p->at && strchr("+-.", *p->at)))
		v = gv_number(p, want);
	else
		v = word(p, want);
	p->depth--;
	return v;
}

int sd_value_parse(struct arena *a, const char *text, const struct sd_value **ret, struct err *e)
{
	struct gv_parser p = { .a = a, .text = text, .at = text, .e = e };
	const struct sd_value *v = value(&p, NULL);

	if (v) {
		skip_blanks(&p);
		if (*p.at)
			v = gv_fail(&p, "unexpected text");
	}
	if (!v)
		return -(int)e->errnum;
	*ret = v;
	return 0;
}
