/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "json/utf8.h"
#include "json/write.h"

void json_writer_init(struct json_writer *w, struct str *out, const char *indent)
{
	*w = (struct json_writer){ .out = out, .indent = str_empty(indent) ? NULL : indent };
}

static void new_line(struct json_writer *w)
{
	if (!w->indent)
		return;
	str_add_n(w->out, "\n", 1);
	for (unsigned i = 0; i < w->depth; i++)
		str_add(w->out, w->indent);
}

/* Before each key, and before each value that has none. */
static void separate(struct json_writer *w)
{
	if (w->keyed) {
		w->keyed = false;
		return;
	}
	if (w->comma)
		str_add_n(w->out, ",", 1);
	if (w->depth)
		new_line(w);
	w->comma = true;
}

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, as Go writes it: a file's name may hold any byte, JSON may not */

static void add_quoted(struct str *out, const char *s)
{
	static const char escapes[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};
	const char *from = s;

	str_add_n(out, "\"", 1);
	for (size_t n; *s; s += n) {
		unsigned char c = (unsigned char)*s;

		n = c < 0x80 ? 1 : utf8_sequence(s, strnlen(s, 4));
		if (n > 0 && c >= 0x20 && c != '"' && c != '\\')
			continue;
		str_add_n(out, from, (size_t)(s - from));
		from = s + 1;
		if (n == 0) {
			str_add(out, REPLACEMENT);
			n = 1;
		} else if (c >= 0x20)
			str_addf(out, "\\%c", c);
		else if (escapes[c])
			str_addf(out, "\\%c", escapes[c]);
		else
			str_addf(out, "\\u%04x", c);
	}
	str_add_n(out, from, (size_t)(s - from));
	str_add_n(out, "\"", 1);
}

void json_open(struct json_writer *w, char bracket)
{
	separate(w);
	str_add_n(w->out, &bracket, 1);
	w->depth++;
	w->comma = false;
}

void json_close(struct json_writer *w, char bracket)
{
	w->depth--;
	if (w->comma)
		new_line(w);
	str_add_n(w->out, &bracket, 1);
	w->comma = true;
}

void json_key(struct json_writer *w, const char *key)
{
	separate(w);
	add_quoted(w->out, key);
	str_add(w->out, w->indent ? ": " : ":");
	w->keyed = true;
}

void json_string(struct json_writer *w, const char *s)
{
	separate(w);
	add_quoted(w->out, s);
}

void json_uint(struct json_writer *w, uint64_t v)
{
	separate(w);
	str_addf(w->out, "%" PRIu64, v);
}

void json_int(struct json_writer *w, int64_t v)
{
	separate(w);
	str_addf(w->out, "%" PRId64, v);
}

void json_bool(struct json_writer *w, bool v)
{
	separate(w);
	str_add(w->out, v ? "true" : "false");
}

void json_hundredths(struct json_writer *w, uint64_t v)
{
	unsigned rest = (unsigned)(v % 100);

	json_uint(w, v / 100);
	if (rest % 10)
		str_addf(w->out, ".%02u", rest);
	else if (rest)
		str_addf(w->out, ".%u", rest / 10);
}

void json_null(struct json_writer *w)
{
	separate(w);
	str_add(w->out, "null");
}
