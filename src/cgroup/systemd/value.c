/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/systemd/value.h"

#include <errno.h>
#include <inttypes.h>

#include "base/parse.h"

#define NESTING_MAX 32
/* Far above what a kernel can be built for (8192), and a bound for the bytes that we send. */
#define BIT_MAX 65535

void sd_props_init(struct sd_props *p, struct arena *a)
{
	*p = (struct sd_props){ .a = a };
}

struct sd_value *sd_value_new(struct arena *a, char type, const char *sig, size_t max)
{
	struct sd_value *v = arena_new(a, struct sd_value);

	if (!v || !sig)
		return NULL;
	v->type = type;
	v->sig = sig;
	if (max) {
		v->items = arena_array(a, max, sizeof(*v->items));
		if (!v->items)
			return NULL;
	}
	return v;
}

struct sd_value *sd_string(struct arena *a, char type, const char *s)
{
	struct sd_value *v = sd_value_new(a, type, type == 's' ? "s" : type == 'o' ? "o" : "g", 0);

	if (v)
		v->s = s;
	return v;
}

void sd_add(struct sd_props *p, const char *name, const struct sd_value *v)
{
	if (p->n == p->size) {
		size_t size = p->size ? p->size * 2 : 32;
		struct sd_prop *more = arena_array(p->a, size, sizeof(*more));

		if (!more) {
			p->failed = true;
			return;
		}
		if (p->n)
			memcpy(more, p->v, p->n * sizeof(*more));
		p->v = more;
		p->size = size;
	}
	p->failed |= !v || !name;
	if (v && name)
		p->v[p->n++] = (struct sd_prop){ name, v };
}

static struct sd_value *number(struct sd_props *p, char type, const char *sig, uint64_t n)
{
	struct sd_value *v = sd_value_new(p->a, type, sig, 0);

	if (v)
		v->u = n;
	return v;
}

void sd_add_bool(struct sd_props *p, const char *name, bool v)
{
	sd_add(p, name, number(p, 'b', "b", v));
}

void sd_add_u64(struct sd_props *p, const char *name, uint64_t v)
{
	sd_add(p, name, number(p, 't', "t", v));
}

void sd_add_str(struct sd_props *p, const char *name, const char *v)
{
	sd_add(p, name, v ? sd_string(p->a, 's', v) : NULL);
}

static void add_array_of_one(struct sd_props *p, const char *name, const char *sig,
			     const struct sd_value *item)
{
	struct sd_value *v = sd_value_new(p->a, 'a', sig, 1);

	if (v && item)
		v->items[v->n++] = item;
	sd_add(p, name, item ? v : NULL);
}

void sd_add_list(struct sd_props *p, const char *name, const char *v)
{
	add_array_of_one(p, name, "as", v ? sd_string(p->a, 's', v) : NULL);
}

void sd_add_pid(struct sd_props *p, const char *name, uint32_t pid)
{
	add_array_of_one(p, name, "au", number(p, 'u', "u", pid));
}

/* ---- CPU lists ---- */

/* "3" or "1-3", blanks around allowed, in place. */
static int parse_range(char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	char *end, *dash;

	text += strspn(text, " \t\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\n", end[-1]))
		*--end = '\0';
	if (!*text)
		return 0;
	dash = strchr(text, '-');
	if (dash)
		*dash++ = '\0';
	if (parse_u64(text, BIT_MAX, ret_first) < 0 ||
	    parse_u64(dash ? dash : text, BIT_MAX, ret_last) < 0 || *ret_last < *ret_first)
		return -EINVAL;
	return 1;
}

int sd_add_bits(struct sd_props *p, const char *name, const char *list, struct err *e)
{
	uint8_t bits[BIT_MAX / 8 + 1] = { 0 };
	char *copy = arena_strdup(p->a, list), *save = NULL;
	struct sd_value *v;
	size_t n = 0;

	if (!copy)
		return err_sys(e, ENOMEM, "%s", name);
	for (char *t = strtok_r(copy, ",", &save); t; t = strtok_r(NULL, ",", &save)) {
		uint64_t first, last;
		int r = parse_range(t, &first, &last);

		if (r < 0)
			return err_make(e, ERR_CONFIG, EINVAL, "\"%s\" is no list of numbers for %s",
					list, name);
		for (uint64_t i = first; r > 0 && i <= last; i++) {
			bits[i / 8] |= (uint8_t)(1u << (i % 8));
			n = i / 8 >= n ? i / 8 + 1 : n;
		}
	}
	if (!n)
		return err_make(e, ERR_CONFIG, EINVAL, "empty list for %s", name);
	v = sd_value_new(p->a, 'a', "ay", n);
	for (size_t i = 0; v && i < n; i++) {
		v->items[v->n++] = number(p, 'y', "y", bits[i]);
		p->failed |= !v->items[i];
	}
	sd_add(p, name, v);
	return 0;
}

/* ---- types ---- */

static size_t type_len(const char *sig, unsigned depth)
{
	size_t len;

	if (!*sig || depth > NESTING_MAX)
		return 0;
	if (strchr("bynqiuxtdsogv", *sig))
		return 1;
	if (*sig == 'a') {
		len = sig[1] == '{' ? 0 : type_len(sig + 1, depth + 1);
		if (sig[1] == '{' && strchr("bynqiuxtdsog", sig[2]) && sig[2]) {
			len = type_len(sig + 3, depth + 2);
			return len && sig[3 + len] == '}' ? len + 4 : 0;
		}
		return len ? len + 1 : 0;
	}
	if (*sig != '(' || sig[1] == ')')
		return 0;
	for (len = 1; sig[len] != ')';) {
		size_t one = type_len(sig + len, depth + 1);

		if (!one)
			return 0;
		len += one;
	}
	return len + 1;
}

size_t sd_type_len(const char *sig)
{
	return type_len(sig, 0);
}

/* ---- text ---- */

static const char *const keywords[128] = {
	['y'] = "byte ", ['n'] = "int16 ", ['q'] = "uint16 ", ['u'] = "uint32 ", ['x'] = "int64 ",
	['t'] = "uint64 ", ['o'] = "objectpath ", ['g'] = "signature ",
};

static void text_of(const struct sd_value *v, bool typed, struct str *out);

static void text_of_string(const char *s, struct str *out)
{
	str_add(out, "'");
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			str_add(out, "\\");
		str_add_n(out, s, 1);
	}
	str_add(out, "'");
}

static void text_of_items(const struct sd_value *v, const char *ends, struct str *out)
{
	str_add_n(out, ends, 1);
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			str_add(out, ", ");
		/* The first item of an array tells the type of the others. */
		text_of(v->items[i], v->type != 'a' || i == 0, out);
	}
	str_add_n(out, ends + 1, 1);
}

static void text_of(const struct sd_value *v, bool typed, struct str *out)
{
	const char *word = keywords[(unsigned char)v->type];

	if (typed && word)
		str_add(out, word);
	switch (v->type) {
	case 'b':
		str_add(out, v->u ? "true" : "false");
		break;
	case 'n':
	case 'i':
	case 'x':
		str_addf(out, "%" PRId64, v->i);
		break;
	case 'd':
		str_addf(out, "%f", v->d);
		break;
	case 's':
	case 'o':
	case 'g':
		text_of_string(v->s, out);
		break;
	case 'a':
		if (!v->n)
			str_addf(out, "@%s ", v->sig);
		text_of_items(v, v->sig[1] == '{' ? "{}" : "[]", out);
		break;
	case 'r':
		text_of_items(v, "()", out);
		break;
	case 'e':
		text_of(v->items[0], true, out);
		str_add(out, ": ");
		text_of(v->items[1], true, out);
		break;
	case 'v':
		text_of_items(v, "<>", out);
		break;
	default:
		str_addf(out, "%" PRIu64, v->u);
	}
}

void sd_props_text(const struct sd_props *p, struct str *out)
{
	for (size_t i = 0; i < p->n; i++) {
		str_addf(out, "%s=", p->v[i].name);
		text_of(p->v[i].value, true, out);
		str_add(out, "\n");
	}
}
