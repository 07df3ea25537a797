/* SPDX-License-Identifier: Apache-2.0 */
/* A struct and rows with one of every kind, for the tests of the reader and the writer. */
#pragma once

#include "json/field.h"

struct pair {
	char *key, *value;
};
struct thing {
	char *key; /* in a map */
	char *name;
	uint32_t n;
	char **tags;
	size_t n_tags;
	uint64_t soft;
};
struct sample {
	bool flag;
	struct { bool set, v; } maybe;
	int32_t i32;
	int64_t i64;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	struct { bool set; int64_t v; } opt;
	char *text, *none;
	uint32_t word;
	uint32_t mask;
	bool has_mask;
	uint8_t letters;
	uint64_t soft; /* words that are only warned of */
	char def;
	struct thing inner;
	struct thing *pointer;
	char **strings;
	size_t n_strings;
	uint32_t *numbers;
	size_t n_numbers;
	struct thing *things;
	size_t n_things;
	struct pair *map;
	size_t n_map;
	struct thing *thing_map;
	size_t n_thing_map;
	char *flat;
	bool foreign;
};

static const struct json_word sample_word_list[] = { { "one", 1 }, { "two", 2 }, { "four", 4 }, { "uno", 1 } };
static const struct json_words sample_words = JSON_WORDS("number word", sample_word_list);
static const struct json_word soft_list[] = { { "A", 1 }, { "B", 2 }, { "C", 4 } };
static const struct json_words soft_words = JSON_WORDS("letter word", soft_list, .sorted = true,
							.ignore_unknown = true);
static const struct json_word letter_list[] = { { "r", 1 }, { "w", 2 } };
static const struct json_words letter_words = JSON_WORDS("access", letter_list);
static const struct json_word def_list[] = { { "a", 'a' }, { "b", 'b' } };
static const struct json_words def_words = JSON_WORDS("type", def_list);

static const struct json_field thing_rows[] = {
#define T struct thing
	{ "name", JSON_STRING, JSON_REQUIRED, JSON_AT(T, name) },
	{ "n", JSON_UINT, JSON_AT(T, n) },
	{ "tags", JSON_ARRAY, JSON_ITEMS_AT(T, tags, n_tags), .child = &json_string_item },
	{ "soft", JSON_FLAGS, JSON_AT(T, soft), .words = &soft_words },
#undef T
	{ NULL }
};
static const struct json_field thing_item = JSON_OBJECT_ITEM(thing_rows);
static const struct json_field number_item = { .name = "", .kind = JSON_UINT, .size = 4 };
static const struct json_field pair_item = { .name = "", .kind = JSON_STRING,
					     JSON_AT(struct pair, value) };

#define T struct sample
static const struct json_field flat_rows[] = {
	{ "flat", JSON_STRING, JSON_AT(T, flat) },
	{ NULL }
};

static const struct json_field sample_rows[] = {
	{ "flag", JSON_BOOL, JSON_AT(T, flag) },
	{ "maybe", JSON_BOOL, JSON_OPT_AT(T, maybe) },
	{ "i32", JSON_INT, JSON_AT(T, i32) },
	{ "i64", JSON_INT, JSON_AT(T, i64) },
	{ "u16", JSON_UINT, JSON_AT(T, u16) },
	{ "u32", JSON_UINT, JSON_AT(T, u32) },
	{ "u64", JSON_UINT, JSON_AT(T, u64) },
	{ "opt", JSON_INT, JSON_OPT_AT(T, opt) },
	{ "text", JSON_STRING, JSON_AT(T, text) },
	{ "none", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, none) },
	{ "word", JSON_WORD, JSON_AT(T, word), .words = &sample_words },
	{ "mask", JSON_FLAGS, JSON_OPTIONAL, JSON_AT(T, mask), .count_offset = offsetof(T, has_mask),
	  .words = &sample_words },
	{ "letters", JSON_LETTERS, JSON_AT(T, letters), .words = &letter_words },
	{ "soft", JSON_FLAGS, JSON_AT(T, soft), .words = &soft_words },
	{ "def", JSON_WORD, JSON_EMPTY_NONE, JSON_AT(T, def), .words = &def_words, .def = 'a' },
	{ "inner", JSON_OBJECT, JSON_AT(T, inner), .child = thing_rows },
	{ "pointer", JSON_POINTER, JSON_POINTER_AT(T, pointer), .child = thing_rows },
	{ "strings", JSON_ARRAY, JSON_ITEMS_AT(T, strings, n_strings), .child = &json_string_item },
	{ "numbers", JSON_ARRAY, JSON_ITEMS_AT(T, numbers, n_numbers), .child = &number_item },
	{ "things", JSON_ARRAY, JSON_ITEMS_AT(T, things, n_things), .child = &thing_item },
	{ "map", JSON_MAP, JSON_ITEMS_AT(T, map, n_map), .key_offset = offsetof(struct pair, key),
	  .child = &pair_item },
	{ "thingMap", JSON_MAP, JSON_ITEMS_AT(T, thing_map, n_thing_map),
	  .key_offset = offsetof(struct thing, key), .child = &thing_item },
	{ "group", JSON_OBJECT, .child = flat_rows },
	{ "foreign", JSON_FOREIGN, JSON_AT(T, foreign) },
	{ NULL }
};
#undef T
