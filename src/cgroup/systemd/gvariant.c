/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GVariant's text form, as far as D-Bus has the types. Without a keyword or an annotation a number
 * is an int32 or a double, and an array takes the type of its first item.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/parse.h"
#include "cgroup/systemd/value.h"

#define NESTING_MAX 32

struct parser {
	struct arena *a;
	const char *text, *at;
	unsigned depth;
	struct err *e;
};

static const struct {
	const char *word, *sig;
} types[] = {
	{ "boolean", "b" }, { "byte", "y" }, { "int16", "n" }, { "uint16", "q" }, { "int32", "i" },
	{ "uint32", "u" }, { "int64", "x" }, { "uint64", "t" }, { "double", "d" },
	{ "string", "s" }, { "objectpath", "o" }, { "signature", "g" },
};

/* want: the type that the value must have, or NULL to take what it looks like. */
static const struct sd_value *value(struct parser *p, const char *want);

static void *fail(struct parser *p, const char *why)
{
	if (!err_is_set(p->e))
		err_make(p->e, ERR_CONFIG, EINVAL, "%s at \"%s\"", why, p->at);
	return NULL;
}

static void *no_memory(struct parser *p)
{
	if (!err_is_set(p->e))
		err_sys(p->e, ENOMEM, "parse %s", p->text);
	return NULL;
}

static void skip_blanks(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

static bool take(struct parser *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static size_t word_len(const struct parser *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p->at[n]) || strchr("+-._", p->at[n] ? p->at[n] : ' '))
		n++;
	return n;
}

/* ---- numbers ---- */

static bool in_range(char type, bool negative, uint64_t n)
{
	static const struct {
		char type;
		uint64_t max, max_negative;
	} limits[] = {
		{ 'y', UINT8_MAX, 0 }, { 'n', INT16_MAX, 1u << 15 }, { 'q', UINT16_MAX, 0 },
		{ 'i', INT32_MAX, 1u << 31 }, { 'u', UINT32_MAX, 0 },
		{ 'x', INT64_MAX, 1ull << 63 }, { 't', UINT64_MAX, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (limits[i].type == type)
			return n <= (negative ? limits[i].max_negative : limits[i].max);
	return false;
}

static const struct sd_value *real(struct parser *p, const char *word)
{
	struct sd_value *v = sd_value_new(p->a, 'd', "d", 0);
	char *end;

	if (!v)
		return no_memory(p);
	v->d = strtod(word, &end);
	return *end || !isfinite(v->d) ? fail(p, "bad number") : v;
}

static const struct sd_value *number(struct parser *p, const char *want)
{
	size_t len = word_len(p);
	char *word = arena_strndup(p->a, p->at, len), *end, type;
	const char *digits = word;
	struct sd_value *v;
	bool negative;
	uint64_t n;

	if (!word)
		return no_memory(p);
	negative = *word == '-';
	digits += negative || *word == '+';
	if (want ? *want == 'd'
		 : strpbrk(digits, ".") || (strpbrk(digits, "eE") && !strpbrk(digits, "xX"))) {
		const struct sd_value *d = real(p, word);

		p->at += d ? len : 0;
		return d;
	}
	type = want ? *want : 'i';
	if (!strchr("ynqiuxt", type))
		return fail(p, "unexpected number");
	errno = 0;
	n = strtoull(digits, &end, 0);
	if (!isdigit((unsigned char)*digits) || *end)
		return fail(p, "bad number");
	if (errno || !in_range(type, negative, n))
		return fail(p, "number out of range");
	v = sd_value_new(p->a, type, arena_strndup(p->a, &type, 1), 0);
	if (!v)
		return no_memory(p);
	v->u = negative ? 0 - n : n; /* the signed types read the same bits as v->i */
	p->at += len;
	return v;
}

/* ---- strings ---- */

static bool put_utf8(struct str *out, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	char b[4] = { (char)c };

	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return false;
	if (n > 1)
		b[0] = (char)((0xf00u >> n & 0xff) | c >> 6 * (n - 1));
	for (size_t i = 1; i < n; i++)
		b[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
	str_add_n(out, b, n);
	return true;
}

/* "\u20ac", "\U0001f600" after the letter. */
static bool unicode(struct parser *p, size_t digits, struct str *out)
{
	uint32_t c = 0;

	for (size_t i = 0; i < digits; i++, p->at++) {
		int ch = tolower((unsigned char)*p->at);

		if (!isxdigit(ch))
			return false;
		c = c * 16 + (uint32_t)(isdigit(ch) ? ch - '0' : ch - 'a' + 10);
	}
	return put_utf8(out, c);
}

/* Up to three octal digits, in byte strings. */
static void octal(struct parser *p, struct str *out)
{
	unsigned c = 0;
	char b;

	for (int i = 0; i < 3 && *p->at >= '0' && *p->at <= '7'; i++)
		c = c * 8 + (unsigned)(*p->at++ - '0');
	b = (char)c;
	str_add_n(out, &b, 1);
}

static bool escape(struct parser *p, bool bytes, struct str *out)
{
	static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
	const char *known = *p->at ? strchr(from, *p->at) : NULL;

	if (!*p->at)
		return false;
	if (bytes && *p->at >= '0' && *p->at <= '7') {
		octal(p, out);
		return true;
	}
	if (!bytes && (*p->at == 'u' || *p->at == 'U'))
		return unicode(p, *p->at++ == 'u' ? 4 : 8, out);
	if (known)
		str_add_n(out, to + (known - from), 1);
	else if (*p->at != '\n')
		str_add_n(out, p->at, 1);
	p->at++;
	return true;
}

/* The text between quotes, in the heap. */
static char *quoted(struct parser *p, bool bytes, size_t *ret_len)
{
	char quote = *p->at++, *text;
	struct str out;

	str_init(&out);
	str_add(&out, "");
	while (*p->at && *p->at != quote) {
		if (*p->at != '\\') {
			str_add_n(&out, p->at++, 1);
		} else {
			p->at++;
			if (!escape(p, bytes, &out)) {
				str_fini(&out);
				return fail(p, "bad escape");
			}
		}
	}
	*ret_len = out.len;
	text = str_take(&out);
	if (!text)
		return no_memory(p);
	if (*p->at == quote) {
		p->at++;
		return text;
	}
	free(text);
	return fail(p, "unterminated string");
}

static const struct sd_value *string(struct parser *p, const char *want)
{
	char type = want ? *want : 's';
	struct sd_value *v;
	char *text, *copy;
	size_t len;

	if (!strchr("sog", type))
		return fail(p, "unexpected string");
	text = quoted(p, false, &len);
	if (!text)
		return NULL;
	copy = arena_strdup(p->a, text);
	free(text);
	v = copy ? sd_string(p->a, type, copy) : NULL;
	return v ? v : no_memory(p);
}

/* b'...': an array of bytes with a NUL at its end. */
static const struct sd_value *byte_string(struct parser *p)
{
	struct sd_value *v;
	char *text;
	size_t len;

	p->at++;
	text = quoted(p, true, &len);
	if (!text)
		return NULL;
	v = sd_value_new(p->a, 'a', "ay", len + 1);
	for (size_t i = 0; v && i <= len; i++) {
		struct sd_value *b = sd_value_new(p->a, 'y', "y", 0);

		if (!b) {
			v = NULL;
			break;
		}
		b->u = (unsigned char)text[i];
		v->items[v->n++] = b;
	}
	free(text);
	return v ? v : no_memory(p);
}

/* ---- what holds others ---- */

static bool push(struct parser *p, struct sd_value *v, size_t *size, const struct sd_value *item)
{
	if (v->n == *size) {
		const struct sd_value **more = arena_array(p->a, *size ? *size * 2 : 8, sizeof(*more));

		if (!more) {
			no_memory(p);
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

static const struct sd_value *entry(struct parser *p, const char *key_sig, const char *value_sig)
{
	struct sd_value *v = sd_value_new(p->a, 'e', "", 2);

	if (!v)
		return no_memory(p);
	v->items[0] = value(p, key_sig);
	if (!v->items[0])
		return NULL;
	if (strlen(v->items[0]->sig) != 1 || *v->items[0]->sig == 'v')
		return fail(p, "a dictionary's key must be of a basic type");
	if (!take(p, ':'))
		return fail(p, "expected ':'");
	v->items[1] = value(p, value_sig);
	if (!v->items[1])
		return NULL;
	v->n = 2;
	v->sig = arena_printf(p->a, "{%s%s}", v->items[0]->sig, v->items[1]->sig);
	return v->sig ? v : no_memory(p);
}

/* [ITEM, ...] or {KEY: VALUE, ...}. */
static const struct sd_value *array(struct parser *p, const char *want)
{
	bool dict = *p->at++ == '{';
	struct sd_value *v = sd_value_new(p->a, 'a', "", 0);
	const char *item = NULL;
	size_t size = 0;

	if (!v)
		return no_memory(p);
	if (want && (*want != 'a' || (want[1] == '{') != dict))
		return fail(p, "unexpected array");
	item = want ? arena_strndup(p->a, want + 1, sd_type_len(want) - 1) : NULL;
	while (!take(p, dict ? '}' : ']')) {
		const char *key = dict && item ? arena_strndup(p->a, item + 1, 1) : NULL;
		const struct sd_value *i;

		if (v->n && !take(p, ','))
			return fail(p, "expected ','");
		i = dict ? entry(p, key, item ? item + 2 : NULL) : value(p, item);
		if (!i || !push(p, v, &size, i))
			return NULL;
		item = item ? item : i->sig;
	}
	if (!item)
		return fail(p, "an empty array needs a type (@as [])");
	v->sig = arena_printf(p->a, "a%s", item);
	return v->sig ? v : no_memory(p);
}

static const struct sd_value *tuple(struct parser *p, const char *want)
{
	struct sd_value *v = sd_value_new(p->a, 'r', "", 0);
	const char *left = want ? want + 1 : NULL;
	size_t size = 0;
	char *sig = arena_strdup(p->a, "");

	p->at++;
	if (!v)
		return no_memory(p);
	if (want && *want != '(')
		return fail(p, "unexpected tuple");
	while (!take(p, ')')) {
		const struct sd_value *i;

		/* ("a",) is a tuple of one. */
		if (v->n && (!take(p, ',') || take(p, ')')))
			break;
		if (left && *left == ')')
			return fail(p, "too many items");
		i = value(p, left);
		if (!i || !push(p, v, &size, i))
			return NULL;
		left = left ? left + sd_type_len(left) : NULL;
		sig = arena_printf(p->a, "%s%s", sig, i->sig);
		if (!sig)
			return no_memory(p);
	}
	if (p->at[-1] != ')' || (left && *left != ')') || !v->n)
		return fail(p, "bad tuple");
	v->sig = arena_printf(p->a, "(%s)", sig);
	return v->sig ? v : no_memory(p);
}

static const struct sd_value *variant(struct parser *p, const char *want)
{
	struct sd_value *v = sd_value_new(p->a, 'v', "v", 1);

	p->at++;
	if (!v)
		return no_memory(p);
	if (want && *want != 'v')
		return fail(p, "unexpected variant");
	v->items[0] = value(p, NULL);
	if (!v->items[0])
		return NULL;
	v->n = 1;
	return take(p, '>') ? v : fail(p, "expected '>'");
}

/* ---- one value ---- */

/* "@as VALUE". */
static const struct sd_value *annotated(struct parser *p, const char *want)
{
	size_t len = sd_type_len(++p->at);
	const char *sig = arena_strndup(p->a, p->at, len);

	if (!sig)
		return no_memory(p);
	if (!len || !isspace((unsigned char)p->at[len]))
		return fail(p, "bad type");
	if (want && (strlen(want) < len || strncmp(want, sig, len) != 0))
		return fail(p, "unexpected type");
	p->at += len;
	return value(p, sig);
}

/* true, false, or the name of a type before a value. */
static const struct sd_value *word(struct parser *p, const char *want)
{
	size_t len = word_len(p);
	struct sd_value *v;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strlen(types[i].word) != len || strncmp(types[i].word, p->at, len) != 0)
			continue;
		if (want && *want != *types[i].sig)
			return fail(p, "unexpected type");
		p->at += len;
		return value(p, types[i].sig);
	}
	if (!((len == 4 && str_starts(p->at, "true")) || (len == 5 && str_starts(p->at, "false"))))
		return fail(p, "unknown word");
	if (want && *want != 'b')
		return fail(p, "unexpected boolean");
	v = sd_value_new(p->a, 'b', "b", 0);
	if (!v)
		return no_memory(p);
	v->u = len == 4;
	p->at += len;
	return v;
}

static const struct sd_value *value(struct parser *p, const char *want)
{
	const struct sd_value *v;

	skip_blanks(p);
	if (p->depth >= NESTING_MAX)
		return fail(p, "nested too deeply");
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
		v = string(p, want);
	else if (*p->at == 'b' && (p->at[1] == '\'' || p->at[1] == '"'))
		v = !want || str_starts(want, "ay") ? byte_string(p) : fail(p, "unexpected bytes");
	else if (isdigit((unsigned char)*p->at) || (*p->at && strchr("+-.", *p->at)))
		v = number(p, want);
	else
		v = word(p, want);
	p->depth--;
	return v;
}

int sd_value_parse(struct arena *a, const char *text, const struct sd_value **ret, struct err *e)
{
	struct parser p = { .a = a, .text = text, .at = text, .e = e };
	const struct sd_value *v = value(&p, NULL);

	if (v) {
		skip_blanks(&p);
		if (*p.at)
			v = fail(&p, "unexpected text");
	}
	if (!v)
		return -(int)e->errnum;
	*ret = v;
	return 0;
}
