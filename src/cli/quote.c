/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/quote.h"

#define RUNE_BAD UINT32_MAX

/* One character of UTF-8: its bytes, and RUNE_BAD with 1 for a byte that begins none. */
static size_t rune_next(const char *text, uint32_t *ret)
{
	const unsigned char *s = (const unsigned char *)text;
	static const struct {
		unsigned char mask, lead;
		uint32_t min;
	} forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t n = 0; n < ARRAY_SIZE(forms); n++) {
		uint32_t rune;

		if ((s[0] & forms[n].mask) != forms[n].lead)
			continue;
		rune = s[0] & (unsigned char)~forms[n].mask;
		for (size_t i = 1; i <= n; i++) {
			if ((s[i] & 0xc0) != 0x80)
				goto bad; /* the final NUL ends here too */
			rune = rune << 6 | (s[i] & 0x3f);
		}
		if (rune < forms[n].min || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
			goto bad;
		*ret = rune;
		return n + 1;
	}
bad:
	*ret = RUNE_BAD;
	return 1;
}

/* Spaces, controls, format and private characters; ASCII is decided by its range alone. */
static bool rune_is_printable(uint32_t r)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{ 0x00, 0x1f }, { 0x7f, 0xa0 }, { 0xad, 0xad }, { 0x600, 0x605 }, { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x1680, 0x1680 }, { 0x180e, 0x180e },
		{ 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
		{ 0xe000, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		{ 0xe0000, 0xe00ff }, { 0xe01f0, 0x10ffff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		if (r >= hidden[i].from && r <= hidden[i].to)
			return false;
	return true;
}

/* The letter that follows the backslash; which: the set of controls that have one. */
static char short_escape(uint32_t rune, const char *which)
{
	static const char controls[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
	const char *at;

	if (rune == '"' || rune == '\\')
		return (char)rune;
	if (!rune || rune > 0x7f)
		return '\0';
	at = strchr(controls, (int)rune);
	if (!at || !strchr(which, letters[at - controls]))
		return '\0';
	return letters[at - controls];
}

void quote_go(struct str *out, const char *s)
{
	str_add(out, "\"");
	for (size_t n; *s; s += n) {
		uint32_t rune;
		char esc;

		n = rune_next(s, &rune);
		esc = short_escape(rune, "abtnvfr");
		if (rune == RUNE_BAD)
			str_addf(out, "\\x%02x", (unsigned char)*s);
		else if (esc)
			str_addf(out, "\\%c", esc);
		else if (rune_is_printable(rune))
			str_add_n(out, s, n);
		else if (rune < 0x20 || rune == 0x7f)
			str_addf(out, "\\x%02x", rune);
		else
			str_addf(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", rune);
	}
	str_add(out, "\"");
}

void quote_json(struct str *out, const char *s)
{
	str_add(out, "\"");
	for (size_t n; *s; s += n) {
		uint32_t rune;
		char esc;

		n = rune_next(s, &rune);
		esc = short_escape(rune, "btnfr");
		if (rune == RUNE_BAD)
			str_add(out, "\\ufffd");
		else if (esc)
			str_addf(out, "\\%c", esc);
		else if (rune < 0x20 || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 ||
			 rune == 0x2029)
			str_addf(out, "\\u%04x", rune);
		else
			str_add_n(out, s, n);
	}
	str_add(out, "\"");
}

size_t text_width(const char *s)
{
	size_t width = 0;
	uint32_t rune;

	for (; *s; width++)
		s += (unsigned char)*s < 0x80 ? 1 : rune_next(s, &rune);
	return width;
}
