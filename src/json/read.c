/* SPDX-License-Identifier: Apache-2.0 */
#include "json/read.h"

#include <errno.h>
#include <stdlib.h>

#include "json/reader.h"
#include "json/utf8.h"

/* Every event begins here: the token that it is about. */
static struct reader *advance(void *ctx)
{
	struct reader *r = ctx;

	r->before = r->end;
	r->end = r->finishing ? r->len : yajl_get_bytes_consumed(r->yajl);
	return r;
}

static int on_null(void *ctx)
{
	struct reader *r = advance(ctx);
	struct slot s;

	if (r->skipping)
		return 1;
	if (r->n_frames && reader_top(r)->rows) {
		reader_null(r);
		return 1;
	}
	if (reader_slot(r, "null", &s) != SLOT_STORE)
		return 0;
	return reader_mismatch(r, s.kind, "null");
}

static int on_boolean(void *ctx, int v)
{
	struct reader *r = advance(ctx);
	const char *found = v ? "true" : "false";
	struct slot s;

	if (r->skipping)
		return 1;
	switch (reader_slot(r, found, &s)) {
	case SLOT_FAILED:
		return 0;
	case SLOT_SKIP:
		return 1;
	case SLOT_STORE:
		break;
	}
	if (s.kind != JSON_BOOL)
		return reader_mismatch(r, s.kind, found);
	return reader_put_bool(r, &s, v);
}

static int on_number(void *ctx, const char *text, size_t len)
{
	struct reader *r = advance(ctx);
	struct slot s;

	if (r->skipping)
		return 1;
	switch (reader_slot(r, "a number", &s)) {
	case SLOT_FAILED:
		return 0;
	case SLOT_SKIP:
		return 1;
	case SLOT_STORE:
		break;
	}
	if (s.kind != JSON_INT && s.kind != JSON_UINT)
		return reader_mismatch(r, s.kind, "a number");
	return reader_put_number(r, &s, text, len);
}

/* What the kernel takes as a path or a name ends at NUL: a string with one is two strings. */
static int check_string(struct reader *r, const char *s, size_t len)
{
	size_t start;

	if (memchr(s, '\0', len))
		return reader_fail(r, r->before, "a string must not hold NUL");
	if (s >= r->text && s < r->text + r->len)
		return 1; /* nothing was escaped */
	start = reader_token_start(r, r->before) + 1;
	if (r->end > start && !utf8_escapes_paired(r->text + start, r->end - 1 - start))
		return reader_fail(r, r->before, "a \\u escape is half of a surrogate pair");
	return 1;
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
	struct reader *r = advance(ctx);
	struct slot s;

	if (r->skipping)
		return 1;
	switch (reader_slot(r, "a string", &s)) {
	case SLOT_FAILED:
		return 0;
	case SLOT_SKIP:
		return 1;
	case SLOT_STORE:
		break;
	}
	if (!check_string(r, (const char *)text, len))
		return 0;
	return reader_put_string(r, &s, (const char *)text, len);
}

static int on_key(void *ctx, const unsigned char *text, size_t len)
{
	struct reader *r = advance(ctx);

	if (r->skipping)
		return 1;
	return check_string(r, (const char *)text, len) && reader_key(r, (const char *)text, len);
}

static int enter_root(struct reader *r)
{
	struct frame *f = &r->frames[r->n_frames++];

	memset(f, 0, sizeof(*f));
	f->rows = r->root_rows;
	f->base.ptr = r->root;
	return 1;
}

/* An opening bracket. */
static int enter(struct reader *r, bool array)
{
	const char *found = array ? "an array" : "an object";
	struct slot s;

	if (r->n_frames + r->skipping >= JSON_MAX_DEPTH)
		return reader_fail(r, r->before, "nested deeper than %d", JSON_MAX_DEPTH);
	if (r->skipping) {
		r->skipping++;
		return 1;
	}
	if (r->n_frames == 0 && !array)
		return enter_root(r);
	switch (reader_slot(r, found, &s)) {
	case SLOT_FAILED:
		return 0;
	case SLOT_SKIP:
		r->skipping = 1;
		return 1;
	case SLOT_STORE:
		break;
	}
	if (array ? s.kind != JSON_ARRAY && s.kind != JSON_FLAGS
		  : s.kind != JSON_OBJECT && s.kind != JSON_POINTER && s.kind != JSON_MAP)
		return reader_mismatch(r, s.kind, found);
	return reader_open(r, &s);
}

static int on_start_map(void *ctx)
{
	return enter(advance(ctx), false);
}

static int on_start_array(void *ctx)
{
	return enter(advance(ctx), true);
}

static int on_end(void *ctx)
{
	struct reader *r = advance(ctx);

	if (r->skipping) {
		r->skipping--;
		return 1;
	}
	return reader_top(r)->rows ? reader_close_object(r) : reader_close_items(r);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number, /* as text: a double would lose the low bits of a uint64 */
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* What yajl says is "parse error: words\n". */
static int syntax_error(struct reader *r)
{
	unsigned char *text = yajl_get_error(r->yajl, 0, (const unsigned char *)r->text, r->len);
	const char *s = text ? (const char *)text : "not JSON";
	const char *colon = strstr(s, "error: ");
	unsigned n_frames = r->n_frames;
	size_t at = r->end;

	if (colon)
		s = colon + strlen("error: ");
	if (strstr(s, "premature EOF"))
		at = r->len;
	r->n_frames = 0; /* no path: what was being read is not what is wrong */
	reader_fail(r, at, "not valid JSON: %.*s", (int)strcspn(s, "\n"), s);
	r->n_frames = n_frames;
	if (text)
		yajl_free_error(r->yajl, text);
	return -r->e->errnum;
}

static int run(struct reader *r)
{
	yajl_status st;

	st = yajl_parse(r->yajl, (const unsigned char *)r->text, r->len);
	if (st == yajl_status_ok) {
		r->finishing = true;
		st = yajl_complete_parse(r->yajl);
	}
	if (st == yajl_status_ok)
		return 0;
	if (st == yajl_status_client_canceled && err_is_set(r->e))
		return -r->e->errnum;
	return syntax_error(r);
}

/* ---- yajl's memory: an arena of its own, so that a small text costs no system call ---- */

struct piece {
	size_t size;
	_Alignas(max_align_t) char data[];
};

static void *memory_get(void *ctx, size_t size)
{
	struct piece *p = arena_room(ctx, sizeof(*p) + size);

	if (!p)
		return NULL;
	p->size = size;
	return p->data;
}

static void *memory_grow(void *ctx, void *old, size_t size)
{
	struct piece *p = old ? (void *)((char *)old - offsetof(struct piece, data)) : NULL;
	void *new = p && size <= p->size ? old : memory_get(ctx, size);

	if (p && new && new != old)
		memcpy(new, old, p->size);
	return new;
}

static void memory_free(void *ctx, void *old)
{
	(void)ctx, (void)old;
}

#define SCRATCH_FIRST 8192 /* enough for most texts */

/* In memory that ends with the reading, most of it room that is not touched. */
static int read_with(struct reader *r, struct arena *own)
{
	yajl_alloc_funcs memory = { memory_get, memory_grow, memory_free, own };
	size_t saved_limit = r->arena->limit;
	int ret;

	r->scratch = r->scratch_first = arena_room(own, SCRATCH_FIRST);
	r->scratch_size = SCRATCH_FIRST;
	r->yajl = r->scratch ? yajl_alloc(&callbacks, &memory, r) : NULL;
	if (!r->yajl)
		return err_sys(r->e, ENOMEM, "read %s", r->name);
	yajl_config(r->yajl, yajl_dont_validate_strings, 1); /* utf8_check() is stricter */
	if (!saved_limit || saved_limit > r->arena->total + JSON_MAX_MEMORY)
		r->arena->limit = r->arena->total + JSON_MAX_MEMORY;
	ret = run(r);
	r->arena->limit = saved_limit;
	for (unsigned i = 0; i < r->n_frames; i++)
		free(r->frames[i].slots);
	if (r->scratch != r->scratch_first)
		free(r->scratch);
	yajl_free(r->yajl);
	return ret;
}

int json_read(const struct json_field *rows, void *dst, struct arena *a, const char *name,
	      const char *text, size_t len, struct err *e)
{
	struct reader *r;
	struct arena own;
	size_t bad;
	int ret;

	err_init(e);
	if (len > JSON_MAX_BYTES)
		return err_make(e, ERR_CONFIG, EFBIG, "%s: larger than %u MiB", name,
				JSON_MAX_BYTES >> 20);
	arena_init(&own);
	r = arena_room(&own, sizeof(*r));
	if (!r)
		return err_sys(e, ENOMEM, "read %s", name);
	memset(r, 0, offsetof(struct reader, frames));
	r->name = name;
	r->text = text;
	r->len = len;
	r->arena = a;
	r->e = e;
	r->root_rows = rows;
	r->root = dst;
	bad = utf8_check(text, len);
	if (bad < len) {
		reader_fail(r, bad, "not valid UTF-8");
		ret = -e->errnum;
	} else {
		ret = read_with(r, &own);
	}
	arena_fini(&own);
	return ret;
}
