/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptor tables: one row a JSON property, saying where its value lives in a C struct. The
 * same rows read (read.h) and write (write.h).
 * Runs in: anywhere; tables are constant data.
 * Must not happen here: knowing any one document.
 */
#pragma once

#include "base/util.h"

enum json_kind {
	JSON_BOOL,
	JSON_INT,     /* signed, size 4 or 8 */
	JSON_UINT,    /* unsigned, size 1, 2, 4 or 8 */
	JSON_STRING,  /* char *; with words: only those are let in */
	JSON_WORD,    /* one word of a list, kept as its number (unsigned, size 1, 4 or 8) */
	JSON_FLAGS,   /* an array of words, kept as the OR of their numbers */
	JSON_LETTERS, /* a string of one-letter words, kept as the OR of their numbers */
	JSON_OBJECT,  /* a struct in place; offset 0 flattens an object into its parent */
	JSON_POINTER, /* a pointer to a struct of size bytes, NULL when absent */
	JSON_ARRAY,   /* pointer at offset, size_t at count_offset; child: the row of one element */
	JSON_MAP,     /* the same from an object: each element's key is a char * at key_offset */
	JSON_LIST,    /* only written: const char *const *, ended by NULL; absent when NULL */
	JSON_HUNDREDTHS, /* only written: unsigned, 150 is 1.5 */
	JSON_NULL,    /* only written: null, always */
	JSON_FOREIGN, /* only read: whatever it is, is skipped, and the bool becomes true */
};

enum {
	JSON_REQUIRED = 1u << 0,   /* reading: missing is an error; writing: as JSON_ALWAYS */
	JSON_ALWAYS = 1u << 1,     /* written even when zero */
	JSON_OPTIONAL = 1u << 2,   /* a bool at count_offset says whether the value is there */
	JSON_EMPTY_NONE = 1u << 3, /* "" is the same as absent, as Go's omitempty makes it */
	JSON_OMIT_EMPTY = 1u << 4, /* a pointer to a struct with nothing in it is not written */
	JSON_CLOSED = 1u << 5,     /* an object: a key without a row is an error, not passed over */
	JSON_NULLABLE = 1u << 6,   /* a struct in place that is a pointer in Go: a later null empties it */
};

struct json_word {
	const char *name;
	uint64_t value;
};

/* Writing takes the first word that has the value. */
struct json_words {
	const char *what; /* for messages: "rlimit type" */
	const char *refusal; /* in errors, in place of "unknown" */
	const struct json_word *v;
	uint16_t n;
	bool sorted;         /* by strcmp: found by bisection */
	bool ignore_unknown; /* log a warning instead of failing */
};

struct json_field {
	const char *name; /* NULL ends a table */
	uint8_t kind, flags;
	uint16_t offset, count_offset, key_offset;
	uint16_t size;
	uint8_t def; /* JSON_WORD: the value when absent, which is not written */
	union { /* by kind; never both, as every pointer is relocated when the program starts */
		const struct json_field *child; /* rows of an object, the element of an array or a map */
		const struct json_words *words;
	};
};

#define JSON_MEMBER(T, m) (((T *)0)->m)
/* The parts of a row that follow from the member. */
#define JSON_AT(T, m) .offset = offsetof(T, m), .size = sizeof(JSON_MEMBER(T, m))
#define JSON_OPT_AT(T, m)                                                          \
	.offset = offsetof(T, m.v), .count_offset = offsetof(T, m.set),            \
	.size = sizeof(JSON_MEMBER(T, m.v)), .flags = JSON_OPTIONAL
#define JSON_POINTER_AT(T, m) .offset = offsetof(T, m), .size = sizeof(*JSON_MEMBER(T, m))
#define JSON_ITEMS_AT(T, ptr, count)                                               \
	.offset = offsetof(T, ptr), .count_offset = offsetof(T, count),            \
	.size = sizeof(*JSON_MEMBER(T, ptr))
#define JSON_LIST_AT(T, m) JSON_ITEMS_AT(T, m.v, m.n)

#define JSON_WORDS(what_, array, ...)                                              \
	{                                                                          \
		.what = (what_), .v = (array), .n = ARRAY_SIZE(array), __VA_ARGS__ \
	}

/* An element that is a string, and one that is an object of these rows. */
extern const struct json_field json_string_item;
#define JSON_OBJECT_ITEM(rows_) { .name = "", .kind = JSON_OBJECT, .child = (rows_) }

/* 0, or -ENOENT. */
int json_word_value(const struct json_words *w, const char *s, size_t len, uint64_t *ret);
/* NULL when no word has the value. */
const char *json_word_name(const struct json_words *w, uint64_t value);

/* Unsigned fields of any width. */
uint64_t json_load_uint(const void *at, size_t size);
void json_store_uint(void *at, size_t size, uint64_t v);
