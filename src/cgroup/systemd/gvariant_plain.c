/* SPDX-License-Identifier: Apache-2.0 */
/* GVariant's text form: what holds nothing else. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/parse.h"
#include "cgroup/systemd/gvariant.h"

void *gv_fail(struct gv_parser *p, const char *why)
{
	if (!err_is_set(p->e))
		err_make(p->e, ERR_CONFIG, EINVAL, "%s at \"%s\"", why, p->at);
	return NULL;
}

void *gv_no_memory(struct gv_parser *p)
{
	if (!err_is_set(p->e))
		err_sys(p->e, ENOMEM, "parse %s", p->text);
	return NULL;
}

size_t gv_word_len(const struct gv_parser *p)
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

static const struct sd_value *real(struct gv_parser *p, const char *word)
{
	struct sd_value *v = sd_value_new(p->a, 'd', "d", 0);
	char *end;

	if (!v)
		return gv_no_memory(p);
	v->d = strtod(word, &end);
	return *end || !isfinite(v->d) ? gv_fail(p, "bad number") : v;
}

const struct sd_value *gv_number(struct gv_parser *p, const char *want)
{
	size_t len = gv_word_len(p);
	char *word = arena_strndup(p->a, p->at, len), *end, type;
	const char *digits = word;
	struct sd_value *v;
	bool negative;
	uint64_t n;

	if (!word)
		return gv_no_memory(p);
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
		return gv_fail(p, "unexpected number");
	errno = 0;
	n = strtoull(digits, &end, 0);
	if (!isdigit((unsigned char)*digits) || *end)
		return gv_fail(p, "bad number");
	if (errno || !in_range(type, negative, n))
		return gv_fail(p, "number out of range");
	v = sd_value_new(p->a, type, arena_strndup(p->a, &type, 1), 0);
	if (!v)
		return gv_no_memory(p);
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
static bool unicode(struct gv_parser *p, size_t digits, struct str *out)
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
static void octal(struct gv_parser *p, struct str *out)
{
	unsigned c = 0;
	char b;

	for (int i = 0; i < 3 && *p->at >= '0' && *p->at <= '7'; i++)
		c = c * 8 + (unsigned)(*p->at++ - '0');
	b = (char)c;
	str_add_n(out, &b, 1);
}

static bool escape(struct gv_parser *p, bool bytes, struct str *out)
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
static char *quoted(struct gv_parser *p, bool bytes, size_t *ret_len)
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
				return gv_fail(p, "bad escape");
			}
		}
	}
	*ret_len = out.len;
	text = str_take(&out);
	if (!text)
		return gv_no_memory(p);
	if (*p->at == quote) {
		p->at++;
		return text;
	}
	free(text);
	return gv_fail(p, "unterminated string");
}

const struct sd_value *gv_string(struct gv_parser *p, const char *want)
{
	char type = want ? *want : 's';
	struct sd_value *v;
	char *text, *copy;
	size_t len;

	if (!strchr("sog", type))
		return gv_fail(p, "unexpected string");
	text = quoted(p, false, &len);
	if (!text)
		return NULL;
	copy = arena_strdup(p->a, text);
	free(text);
	v = copy ? sd_string(p->a, type, copy) : NULL;
	return v ? v : gv_no_memory(p);
}

const struct sd_value *gv_byte_string(struct gv_parser *p)
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
	return v ? v : gv_no_memory(p);
}
