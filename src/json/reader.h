/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the JSON reader: what read.c (the parser's events) and reader.c (places, frames,
 * values) share. Nobody else includes it.
 * Runs in: parent.
 *
 * Elements of arrays and maps of unknown length are collected on one scratch stack; an inner
 * array is finished, moved to the arena and popped before its outer one goes on. The stack
 * moves as it grows, so a place in it is an offset.
 */
#pragma once

#include <yajl/yajl_parse.h>

#include "json/read.h"

/* A struct being filled: at ptr, or on the scratch stack when ptr is NULL. */
struct base {
	char *ptr;
	size_t off;
};

struct frame {
	const struct json_field *row;  /* of the value that opened the frame */
	const struct json_field *rows; /* objects: the table */
	const struct json_field *cur;  /* objects: the row of the last key; NULL when unknown */
	unsigned next;                 /* objects: where to look first for the next key */
	uint64_t seen, cased, given;   /* objects: rows whose key came; came in another case; whose
					* value was not null */
	uint64_t gone;                 /* objects: rows that a later spelling emptied */
	bool over;                     /* objects: the value of another spelling of cur is there */
	bool again;                    /* objects, maps: it is this one: what it does not name, stays */
	struct base base;              /* objects: the struct; others: the struct that holds them */
	size_t start;                  /* offset in the text, before the opening token */
	size_t items, n;               /* arrays, maps: where the elements begin, how many */
	size_t scratch_used;           /* arrays, maps: to go back to; items is that, aligned */
	char *key;                     /* maps: the last key */
	uint32_t *slots;               /* maps: a hash of the keys, once there are many */
	size_t n_slots;
};

struct reader {
	const char *name, *text;
	size_t len;
	struct arena *arena;
	struct err *e;
	yajl_handle yajl;
	bool finishing;     /* in yajl_complete_parse(): the text is used up */
	size_t before, end; /* the last token lies between; white space and , : come first */
	unsigned skipping;  /* open containers of a value that nobody wants */
	unsigned n_frames;
	char *scratch, *scratch_first; /* the first is of the arena of yajl's */
	size_t scratch_used, scratch_size;
	const struct json_field *root_rows;
	void *root;
	struct frame frames[JSON_MAX_DEPTH];
};

/* Beyond enum json_kind: one element of JSON_FLAGS. */
#define KIND_FLAG 0xffu

/* Where the value that comes now belongs. */
struct slot {
	const struct json_field *row;
	struct base base;
	unsigned kind;
};
enum slot_result { SLOT_FAILED, SLOT_SKIP, SLOT_STORE };

/* There must be one: n_frames is not 0. */
static inline struct frame *reader_top(struct reader *r)
{
	return &r->frames[r->n_frames - 1];
}

/* Where the token after offset begins. */
size_t reader_token_start(const struct reader *r, size_t offset);
/* All return 0, which makes yajl stop, after having set r->e. */
int reader_fail(struct reader *r, size_t offset, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same words as a failure at the current token would have, to the log. */
void reader_warn(struct reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
int reader_mismatch(struct reader *r, unsigned kind, const char *found);
int reader_no_memory(struct reader *r, size_t wanted);

enum slot_result reader_slot(struct reader *r, const char *found, struct slot *s);
/* The key that came last has no value after all, or null: what becomes of that of its earlier spelling. */
void reader_empty(struct reader *r);
void reader_null(struct reader *r);
int reader_open(struct reader *r, const struct slot *s);
int reader_close_object(struct reader *r);
int reader_close_items(struct reader *r);
int reader_key(struct reader *r, const char *s, size_t len);

int reader_put_bool(struct reader *r, const struct slot *s, bool v);
int reader_put_number(struct reader *r, const struct slot *s, const char *text, size_t len);
int reader_put_string(struct reader *r, const struct slot *s, const char *text, size_t len);
/* Sets the bool that says that the value is there, when it has one. */
void reader_mark(const struct reader *r, const struct slot *s);
/* The address of a field, valid until the scratch stack grows. */
void *reader_at(const struct reader *r, struct base b, size_t offset);
