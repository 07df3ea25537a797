/* SPDX-License-Identifier: Apache-2.0 */
#include "json/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/log.h"
#include "base/str.h"

size_t reader_token_start(const struct reader *r, size_t offset)
{
	bool separator = offset > 0 && !strchr("{[", r->text[offset - 1]);

	for (; offset < r->len; offset++) {
		char c = r->text[offset];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if ((c != ',' && c != ':') || !separator)
			break;
		separator = false;
	}
	return offset;
}

/* mounts[1].destination; a map's key is quoted, since it may hold a dot. */
static void add_path(const struct reader *r, struct str *b)
{
	for (unsigned i = 0; i < r->n_frames; i++) {
		const struct frame *f = &r->frames[i];

		if (f->rows && f->cur)
			str_addf(b, "%s%s", b->len ? "." : "", f->cur->name);
		else if (f->key)
			str_addf(b, "[\"%.64s\"]", f->key);
		else if (!f->rows && f->n)
			str_addf(b, "[%zu]", f->n - 1);
	}
	if (b->len)
		str_add(b, ": ");
}

int reader_fail(struct reader *r, size_t offset, const char *fmt, ...)
{
	size_t start = reader_token_start(r, offset), line = 1, line_start = 0;
	auto_str path;
	auto_str msg;
	char *text = NULL;
	va_list ap;

	str_init(&path);
	str_init(&msg);
	for (size_t i = 0; i < start; i++) {
		if (r->text[i] == '\n') {
			line++;
			line_start = i + 1;
		}
	}
	add_path(r, &path);
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	err_make(r->e, ERR_CONFIG, EINVAL, "%s:%zu:%zu: %.512s%s", r->name, line,
		 start - line_start + 1, str_text(&path), text ? text : "");
	free(text);
	return 0;
}

void reader_warn(struct reader *r, const char *fmt, ...)
{
	struct err warning, *saved = r->e;
	char text[256], line[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->e = &warning;
	reader_fail(r, r->before, "%s", text);
	r->e = saved;
	err_format(&warning, line, sizeof(line));
	log_warn("%s", line);
}

int reader_no_memory(struct reader *r, size_t wanted)
{
	if (wanted > JSON_MAX_MEMORY || r->arena->total + wanted > r->arena->limit)
		return reader_fail(r, r->before, "needs more than %u MiB", JSON_MAX_MEMORY >> 20);
	err_sys(r->e, ENOMEM, "read %s", r->name);
	return 0;
}

int reader_mismatch(struct reader *r, unsigned kind, const char *found)
{
	static const char *const expected[] = {
		[JSON_BOOL] = "true or false",
		[JSON_INT] = "an integer", [JSON_UINT] = "an integer",
		[JSON_STRING] = "a string", [JSON_WORD] = "a string", [JSON_FLAGS] = "an array",
		[JSON_LETTERS] = "a string", [JSON_OBJECT] = "an object",
		[JSON_POINTER] = "an object", [JSON_ARRAY] = "an array", [JSON_MAP] = "an object",
	};

	return reader_fail(r, r->before, "expected %s, found %s",
			   kind == KIND_FLAG ? "a string" : expected[kind], found);
}

void *reader_at(const struct reader *r, struct base b, size_t offset)
{
	return (b.ptr ? b.ptr : r->scratch + b.off) + offset;
}

/* Zeroed room at the top of the scratch stack. */
static int push_item(struct reader *r, size_t size, size_t *ret_off)
{
	size_t need = r->scratch_used + size;

	if (need > JSON_MAX_MEMORY)
		return reader_no_memory(r, need);
	if (need > r->scratch_size) {
		size_t n = need * 2;
		bool first = r->scratch == r->scratch_first;
		char *p = realloc(first ? NULL : r->scratch, n);

		if (!p)
			return reader_no_memory(r, 0);
		if (first)
			memcpy(p, r->scratch_first, r->scratch_used);
		r->scratch = p;
		r->scratch_size = n;
	}
	memset(r->scratch + r->scratch_used, 0, size);
	*ret_off = r->scratch_used;
	r->scratch_used += size;
	return 1;
}

static enum slot_result object_slot(struct reader *r, struct frame *f, struct slot *s)
{
	uint64_t bit;

	if (!f->cur)
		return SLOT_SKIP;
	bit = UINT64_C(1) << (f->cur - f->rows);
	/* As with Go, the later of "cpu" and "CPU" is read over the earlier, and so is all in it. */
	f->over = f->again || f->given & bit;
	f->given |= bit;
	s->row = f->cur;
	s->base = f->base;
	s->kind = s->row->kind;
	if (s->kind != JSON_FOREIGN)
		return SLOT_STORE;
	*(bool *)reader_at(r, s->base, s->row->offset) = true;
	return SLOT_SKIP;
}

enum slot_result reader_slot(struct reader *r, const char *found, struct slot *s)
{
	struct frame *f;

	if (r->n_frames == 0) {
		reader_mismatch(r, JSON_OBJECT, found);
		return SLOT_FAILED;
	}
	f = reader_top(r);
	if (f->rows)
		return object_slot(r, f, s);
	f->n++;
	if (f->row->kind == JSON_FLAGS) {
		*s = (struct slot){ f->row, f->base, KIND_FLAG };
		return SLOT_STORE;
	}
	*s = (struct slot){ .row = f->row->child, .kind = f->row->child->kind };
	if (!push_item(r, f->row->size, &s->base.off))
		return SLOT_FAILED;
	if (f->key)
		*(char **)reader_at(r, s->base, f->row->key_offset) = f->key;
	return SLOT_STORE;
}

void reader_mark(const struct reader *r, const struct slot *s)
{
	if (s->row->flags & JSON_OPTIONAL)
		*(bool *)reader_at(r, s->base, s->row->count_offset) = true;
}

int reader_open(struct reader *r, const struct slot *s)
{
	struct frame *f = &r->frames[r->n_frames];
	const struct json_field *row = s->row;
	bool again = reader_top(r)->over;

	memset(f, 0, sizeof(*f));
	f->row = row;
	f->start = r->before;
	f->base = s->base;
	if (row->kind == JSON_OBJECT || row->kind == JSON_POINTER) {
		f->rows = row->child;
		f->again = again;
	}
	if (row->kind == JSON_OBJECT) {
		if (f->base.ptr)
			f->base.ptr += row->offset;
		else
			f->base.off += row->offset;
	} else if (row->kind == JSON_POINTER) {
		f->base.ptr = again ? *(void **)reader_at(r, s->base, row->offset) : NULL;
		f->again = f->base.ptr;
		if (!f->base.ptr)
			f->base.ptr = arena_alloc(r->arena, row->size);
		if (!f->base.ptr)
			return reader_no_memory(r, row->size);
		*(void **)reader_at(r, s->base, row->offset) = f->base.ptr;
	} else {
		if (row->kind == JSON_FLAGS && again)
			json_store_uint(reader_at(r, s->base, row->offset), row->size, 0);
		f->again = row->kind == JSON_MAP && again;
		f->scratch_used = r->scratch_used;
		f->items = r->scratch_used = (r->scratch_used + 15) & ~(size_t)15;
		reader_mark(r, s);
	}
	r->n_frames++;
	return 1;
}

static int missing(struct reader *r, size_t where, const struct json_field *row)
{
	bool has_words = row->kind == JSON_STRING || row->kind == JSON_WORD || row->kind == JSON_FLAGS ||
			 row->kind == JSON_LETTERS;

	if (has_words && row->words && row->words->refusal)
		return reader_fail(r, where, "%s %s: required property is missing",
				   row->words->refusal, row->words->what);
	return reader_fail(r, where, "required property is missing");
}

int reader_close_object(struct reader *r)
{
	struct frame *f = reader_top(r);

	for (const struct json_field *row = f->rows; row->name; row++) {
		uint64_t bit = UINT64_C(1) << (row - f->rows);

		if (f->given & bit || (f->again && !(f->gone & bit)))
			continue;
		if (row->flags & JSON_REQUIRED) {
			f->cur = row;
			return missing(r, f->start, row);
		}
		if (row->def)
			json_store_uint(reader_at(r, f->base, row->offset), row->size, row->def);
	}
	r->n_frames--;
	return 1;
}

/* ---- keys ---- */

static const char *item_key(const struct reader *r, const struct frame *f, size_t i)
{
	return *(char **)(r->scratch + f->items + i * f->row->size + f->row->key_offset);
}

static size_t hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h;
}

/* The slot that holds key, or the empty one where it belongs. */
static uint32_t *find_slot(const struct reader *r, const struct frame *f, const char *key)
{
	size_t i = hash(key) & (f->n_slots - 1);

	while (f->slots[i] && strcmp(item_key(r, f, f->slots[i] - 1), key) != 0)
		i = (i + 1) & (f->n_slots - 1);
	return &f->slots[i];
}

static int grow_slots(struct reader *r, struct frame *f)
{
	free(f->slots);
	f->n_slots = f->n_slots ? f->n_slots * 4 : 64;
	f->slots = calloc(f->n_slots, sizeof(*f->slots));
	if (!f->slots)
		return reader_no_memory(r, 0);
	for (size_t i = 0; i < f->n; i++)
		*find_slot(r, f, item_key(r, f, i)) = (uint32_t)i + 1;
	return 1;
}

/* The elements before this one are in the set; this one will be element n. */
static int map_key(struct reader *r, struct frame *f, const char *s, size_t len)
{
	uint32_t *slot;

	f->key = arena_strndup(r->arena, s, len);
	if (!f->key)
		return reader_no_memory(r, len);
	if (f->n * 2 >= f->n_slots && !grow_slots(r, f))
		return 0;
	slot = find_slot(r, f, f->key);
	if (*slot)
		return reader_fail(r, r->before, "duplicate key");
	*slot = (uint32_t)f->n + 1;
	return 1;
}

/* Of a map that is another spelling's too: what that has and this one has not. */
static int add_earlier_items(struct reader *r, struct frame *f)
{
	const struct json_field *row = f->row;
	char *items = *(char **)reader_at(r, f->base, row->offset);
	size_t n = *(size_t *)reader_at(r, f->base, row->count_offset), off;

	for (size_t i = 0; i < n; i++, items += row->size) {
		if (f->slots && *find_slot(r, f, *(char **)(items + row->key_offset)))
			continue;
		if (!push_item(r, row->size, &off))
			return 0;
		memcpy(r->scratch + off, items, row->size);
		f->n++;
	}
	return 1;
}

/* One element more than counted: a list of strings is ended by NULL. */
int reader_close_items(struct reader *r)
{
	struct frame *f = reader_top(r);
	const struct json_field *row = f->row;
	size_t bytes;
	void *items;

	if (f->again && !add_earlier_items(r, f))
		return 0;
	bytes = row->size * f->n;
	if (row->kind != JSON_FLAGS) {
		items = arena_alloc(r->arena, bytes + row->size);
		if (!items)
			return reader_no_memory(r, bytes + row->size);
		if (bytes)
			memcpy(items, r->scratch + f->items, bytes);
		*(void **)reader_at(r, f->base, row->offset) = items;
		*(size_t *)reader_at(r, f->base, row->count_offset) = f->n;
	}
	r->scratch_used = f->scratch_used;
	free(f->slots);
	r->n_frames--;
	return 1;
}

static const struct json_field *find_row(struct frame *f, const char *s, size_t len)
{
	const struct json_field *row = f->rows + f->next;

	/* most files keep the order of the tables: begin after the last one, then from the top */
	for (int pass = 0; pass < 2; pass++, row = f->rows) {
		for (; row->name; row++) {
			if (row->name[0] == s[0] && strncmp(row->name, s, len) == 0 &&
			    row->name[len] == '\0') {
				f->next = (unsigned)(row - f->rows) + 1;
				return row;
			}
		}
	}
	return NULL;
}

/* Go's encoding/json takes "pagesize" for "pageSize", and people have configs that need it. */
static const struct json_field *find_row_of_any_case(struct reader *r, struct frame *f,
						     const char *s, size_t len)
{
	for (const struct json_field *row = f->rows; row->name; row++) {
		if (strncasecmp(row->name, s, len) != 0 || row->name[len] != '\0')
			continue;
		f->cur = row;
		reader_warn(r, "the key is written \"%.*s\"", (int)len, s);
		return row;
	}
	return NULL;
}

int reader_key(struct reader *r, const char *s, size_t len)
{
	struct frame *f = reader_top(r);
	uint64_t bit, *seen = &f->seen;

	if (!f->rows)
		return map_key(r, f, s, len);
	f->cur = len ? find_row(f, s, len) : NULL;
	if (!f->cur && len) {
		f->cur = find_row_of_any_case(r, f, s, len);
		seen = &f->cased;
	}
	if (!f->cur && f->row && f->row->flags & JSON_CLOSED)
		return reader_fail(r, r->before, "unknown key \"%.*s\"", (int)len, s);
	if (!f->cur)
		return 1;
	bit = UINT64_C(1) << (f->cur - f->rows);
	if (*seen & bit)
		return reader_fail(r, r->before, "duplicate key");
	*seen |= bit;
	return 1;
}
