/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>

#include "base/parse.h"
#include "json/reader.h"

static void clear(const struct reader *r, struct base b, const struct json_field *row)
{
	bool is_list = row->kind == JSON_ARRAY || row->kind == JSON_MAP;

	if (row->kind == JSON_OBJECT) {
		if (b.ptr)
			b.ptr += row->offset;
		else
			b.off += row->offset;
		for (const struct json_field *child = row->child; child->name; child++)
			clear(r, b, child);
		return;
	}
	memset(reader_at(r, b, row->offset), 0,
	       is_list || row->kind == JSON_POINTER ? sizeof(void *) : row->size);
	if (is_list)
		*(size_t *)reader_at(r, b, row->count_offset) = 0;
	else if (row->flags & JSON_OPTIONAL)
		*(bool *)reader_at(r, b, row->count_offset) = false;
}

void reader_empty(struct reader *r)
{
	struct frame *f = reader_top(r);
	uint64_t bit = UINT64_C(1) << (f->cur - f->rows);

	if (!f->again && !(f->given & bit))
		return;
	clear(r, f->base, f->cur);
	f->given &= ~bit;
	f->gone |= bit;
}

/* A later "CPU": null, after "cpu". Go's decoder makes pointers, slices and maps nil then, and leaves
 * numbers, texts and structs as they are. */
void reader_null(struct reader *r)
{
	const struct json_field *row = reader_top(r)->cur;

	if (!row)
		return;
	switch (row->kind) {
	case JSON_POINTER:
	case JSON_ARRAY:
	case JSON_MAP:
	case JSON_FLAGS:
	case JSON_FOREIGN:
		reader_empty(r);
		break;
	case JSON_OBJECT:
		if (row->size == 0 || row->flags & JSON_NULLABLE) /* flattened; a pointer in Go */
			reader_empty(r);
		break;
	default:
		if (row->flags & JSON_OPTIONAL)
			reader_empty(r);
	}
}

int reader_put_bool(struct reader *r, const struct slot *s, bool v)
{
	*(bool *)reader_at(r, s->base, s->row->offset) = v;
	reader_mark(r, s);
	return 1;
}

static int put_unsigned(struct reader *r, const struct slot *s, const char *digits)
{
	size_t size = s->row->size;
	uint64_t max = size >= 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1, v;

	if (parse_u64(digits, max, &v) < 0)
		return reader_fail(r, r->before,
				   "expected an integer from 0 to %" PRIu64 ", found %s", max,
				   digits);
	json_store_uint(reader_at(r, s->base, s->row->offset), size, v);
	reader_mark(r, s);
	return 1;
}

static int put_signed(struct reader *r, const struct slot *s, const char *digits)
{
	int64_t max = s->row->size >= 8 ? INT64_MAX : INT32_MAX, v;

	if (parse_i64(digits, &v) < 0 || v > max || v < -max - 1)
		return reader_fail(r, r->before,
				   "expected an integer from %" PRId64 " to %" PRId64 ", found %s",
				   -max - 1, max, digits);
	json_store_uint(reader_at(r, s->base, s->row->offset), s->row->size, (uint64_t)v);
	reader_mark(r, s);
	return 1;
}

int reader_put_number(struct reader *r, const struct slot *s, const char *text, size_t len)
{
	char digits[48];
	size_t n = len < sizeof(digits) ? len : sizeof(digits) - 1;

	memcpy(digits, text, n);
	digits[n] = '\0';
	if (strcspn(digits, ".eE") < n)
		return reader_fail(r, r->before, "expected an integer, found %s", digits);
	return s->kind == JSON_INT ? put_signed(r, s, digits) : put_unsigned(r, s, digits);
}

static int unknown_word(struct reader *r, const struct slot *s, const char *text, size_t len)
{
	const struct json_words *w = s->row->words;
	int shown = len > 64 ? 64 : (int)len;

	if (!w->ignore_unknown)
		return reader_fail(r, r->before, "%s %s \"%.*s\"",
				   w->refusal ? w->refusal : "unknown", w->what, shown, text);
	reader_warn(r, "ignoring unknown %s \"%.*s\"", w->what, shown, text);
	return 1;
}

static int put_word(struct reader *r, const struct slot *s, const char *text, size_t len)
{
	void *at = reader_at(r, s->base, s->row->offset);
	uint64_t v;

	if (json_word_value(s->row->words, text, len, &v) < 0)
		return unknown_word(r, s, text, len);
	if (s->kind == KIND_FLAG)
		v |= json_load_uint(at, s->row->size);
	json_store_uint(at, s->row->size, v);
	reader_mark(r, s);
	return 1;
}

static int put_letters(struct reader *r, const struct slot *s, const char *text, size_t len)
{
	uint64_t all = 0, v;

	for (size_t i = 0; i < len; i++) {
		if (json_word_value(s->row->words, text + i, 1, &v) == 0)
			all |= v;
		else if (!unknown_word(r, s, text + i, 1))
			return 0;
	}
	json_store_uint(reader_at(r, s->base, s->row->offset), s->row->size, all);
	reader_mark(r, s);
	return 1;
}

int reader_put_string(struct reader *r, const struct slot *s, const char *text, size_t len)
{
	const struct json_field *row = s->row;
	uint64_t unused;
	char *copy;

	if (len == 0 && s->kind != KIND_FLAG && row->flags & JSON_EMPTY_NONE) {
		reader_empty(r);
		return 1;
	}
	if (s->kind == JSON_WORD || s->kind == KIND_FLAG)
		return put_word(r, s, text, len);
	if (s->kind == JSON_LETTERS)
		return put_letters(r, s, text, len);
	if (s->kind != JSON_STRING)
		return reader_mismatch(r, s->kind, "a string");
	if (row->words && json_word_value(row->words, text, len, &unused) < 0)
		return unknown_word(r, s, text, len);
	copy = arena_strndup(r->arena, text, len);
	if (!copy)
		return reader_no_memory(r, len);
	*(char **)reader_at(r, s->base, row->offset) = copy;
	return 1;
}
