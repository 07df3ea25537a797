/* SPDX-License-Identifier: Apache-2.0 */
#include "json/write.h"

static const void *at(const void *base, size_t offset)
{
	return (const char *)base + offset;
}

static const void *pointer_at(const void *base, size_t offset)
{
	return *(const void *const *)at(base, offset);
}

static bool is_zero(const struct json_field *row, const void *base);

static bool is_empty(const struct json_field *rows, const void *src)
{
	for (; rows->name; rows++)
		if (!is_zero(rows, src))
			return false;
	return true;
}

/* Nothing was ever set here. */
static bool is_zero(const struct json_field *row, const void *base)
{
	const void *p;

	if (row->flags & JSON_OPTIONAL)
		return !*(const bool *)at(base, row->count_offset);
	switch (row->kind) {
	case JSON_FOREIGN:
		return true;
	case JSON_NULL:
		return false;
	case JSON_OBJECT:
		return is_empty(row->child, at(base, row->offset));
	case JSON_POINTER:
		p = pointer_at(base, row->offset);
		return !p || (row->flags & JSON_OMIT_EMPTY && is_empty(row->child, p));
	case JSON_STRING:
	case JSON_ARRAY:
	case JSON_MAP:
	case JSON_LIST:
		return !pointer_at(base, row->offset);
	default:
		return json_load_uint(at(base, row->offset), row->size) == row->def;
	}
}

static bool is_absent(const struct json_field *row, const void *base)
{
	return !(row->flags & (JSON_ALWAYS | JSON_REQUIRED)) && is_zero(row, base);
}

static void write_value(struct json_writer *w, const struct json_field *row, const void *base);

static void write_items(struct json_writer *w, const struct json_field *row, const void *base)
{
	const char *items = pointer_at(base, row->offset);
	size_t n = *(const size_t *)at(base, row->count_offset);
	bool map = row->kind == JSON_MAP;

	json_open(w, map ? '{' : '[');
	for (size_t i = 0; i < n; i++, items += row->size) {
		if (map)
			json_key(w, pointer_at(items, row->key_offset));
		write_value(w, row->child, items);
	}
	json_close(w, map ? '}' : ']');
}

static void write_list(struct json_writer *w, const char *const *list)
{
	json_open(w, '[');
	for (; list && *list; list++)
		json_string(w, *list);
	json_close(w, ']');
}

/* Words in the order of their table; of two names for one number, the first. */
static void write_flags(struct json_writer *w, const struct json_field *row, uint64_t v)
{
	json_open(w, '[');
	for (size_t i = 0; i < row->words->n; i++) {
		const struct json_word *word = &row->words->v[i];

		if (word->value && (v & word->value) == word->value) {
			json_string(w, word->name);
			v &= ~word->value;
		}
	}
	json_close(w, ']');
}

static void write_letters(struct json_writer *w, const struct json_field *row, uint64_t v)
{
	char text[16];
	size_t n = 0;

	for (size_t i = 0; i < row->words->n && n < sizeof(text) - 1; i++)
		if (v & row->words->v[i].value)
			text[n++] = row->words->v[i].name[0];
	text[n] = '\0';
	json_string(w, text);
}

static void write_number(struct json_writer *w, const struct json_field *row, const void *p)
{
	if (row->kind == JSON_UINT)
		json_uint(w, json_load_uint(p, row->size));
	else
		json_int(w, row->size == 4 ? *(const int32_t *)p : *(const int64_t *)p);
}

static void write_value(struct json_writer *w, const struct json_field *row, const void *base)
{
	const void *p = at(base, row->offset);
	const char *s;

	switch (row->kind) {
	case JSON_BOOL:
		json_bool(w, *(const bool *)p);
		break;
	case JSON_INT:
	case JSON_UINT:
		write_number(w, row, p);
		break;
	case JSON_STRING:
		s = pointer_at(base, row->offset);
		json_string(w, s ? s : "");
		break;
	case JSON_WORD:
		s = json_word_name(row->words, json_load_uint(p, row->size));
		json_string(w, s ? s : "");
		break;
	case JSON_FLAGS:
		write_flags(w, row, json_load_uint(p, row->size));
		break;
	case JSON_LETTERS:
		write_letters(w, row, json_load_uint(p, row->size));
		break;
	case JSON_OBJECT:
		json_write(w, row->child, p);
		break;
	case JSON_POINTER:
		json_write(w, row->child, pointer_at(base, row->offset));
		break;
	case JSON_ARRAY:
	case JSON_MAP:
		write_items(w, row, base);
		break;
	case JSON_LIST:
		write_list(w, pointer_at(base, row->offset));
		break;
	case JSON_HUNDREDTHS:
		json_hundredths(w, json_load_uint(p, row->size));
		break;
	case JSON_NULL:
		json_null(w);
		break;
	default:
		break;
	}
}

void json_write(struct json_writer *w, const struct json_field *rows, const void *src)
{
	json_open(w, '{');
	for (; rows->name; rows++) {
		if (is_absent(rows, src))
			continue;
		json_key(w, rows->name);
		write_value(w, rows, src);
	}
	json_close(w, '}');
}
