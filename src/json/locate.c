/* SPDX-License-Identifier: Apache-2.0 */
#include "json/locate.h"

#include <string.h>

#include "base/util.h"

struct scan {
	const char *at, *end;
};

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end && strchr(" \t\r\n,:", *s->at))
		s->at++;
}

static void skip_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
		if (*s->at == '\\')
			s->at++;
	if (s->at < s->end)
		s->at++;
}

/* A whole value: brackets are counted, and those inside of strings are not. */
static void skip_value(struct scan *s)
{
	size_t depth = 0;

	skip_blanks(s);
	while (s->at < s->end) {
		if (*s->at == '"') {
			skip_string(s);
		} else if (strchr("{[", *s->at)) {
			depth++;
			s->at++;
		} else if (strchr("}]", *s->at)) {
			if (depth == 0)
				return;
			depth--;
			s->at++;
		} else {
			while (s->at < s->end && !strchr(" \t\r\n,:{}[]\"", *s->at))
				s->at++;
		}
		if (depth == 0)
			return;
		skip_blanks(s);
	}
}

/* At the value of the member; false when the object has none. A key with escapes is not found; one of
 * a struct may be in another case (json/read.h). */
static bool enter_member(struct scan *s, const char *key, size_t len, bool any_case)
{
	if (s->at >= s->end || *s->at != '{')
		return false;
	s->at++;
	for (skip_blanks(s); s->at < s->end && *s->at == '"'; skip_blanks(s)) {
		const char *name = s->at + 1;
		size_t n;

		skip_string(s);
		n = (size_t)(s->at - name) - 1;
		skip_blanks(s);
		if (n == len && (any_case ? strncasecmp(name, key, n) : memcmp(name, key, n)) == 0)
			return true;
		skip_value(s);
	}
	return false;
}

static bool enter_element(struct scan *s, size_t i)
{
	if (s->at >= s->end || *s->at != '[')
		return false;
	s->at++;
	for (skip_blanks(s); s->at < s->end && *s->at != ']'; skip_blanks(s)) {
		if (i-- == 0)
			return true;
		skip_value(s);
	}
	return false;
}

/* One step of the path; false at its end, and where the text has no such thing. */
static bool step(struct scan *s, const char **path)
{
	const char *p = *path;
	size_t i = 0, n;

	if (p[0] == '[' && p[1] == '"') {
		const char *close = strstr(p + 2, "\"]");

		if (!close)
			return false;
		*path = close + 2;
		return enter_member(s, p + 2, (size_t)(close - p) - 2, false);
	}
	if (p[0] == '[') {
		for (p++; *p >= '0' && *p <= '9' && i < SIZE_MAX / 16; p++)
			i = i * 10 + (size_t)(*p - '0');
		*path = p + (*p == ']');
		return enter_element(s, i);
	}
	p += *p == '.';
	n = strcspn(p, ".[: ");
	*path = p + n;
	return n > 0 && enter_member(s, p, n, true);
}

struct json_position json_locate(const char *text, size_t len, const char *path)
{
	struct scan s = { text, text + len };
	struct json_position pos = { 1, 1 };
	const char *value, *line = text;

	skip_blanks(&s);
	for (value = s.at; step(&s, &path); value = s.at)
		;
	for (const char *p = text; p < value; p++) {
		if (*p == '\n') {
			pos.line++;
			line = p + 1;
		}
	}
	pos.column = (size_t)(value - line) + 1;
	return pos;
}
