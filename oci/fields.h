/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptor tables of config.json, in the order in which runc writes the properties.
 * Runs in: parent.
 * Must not happen here: anything; constant data.
 */
#pragma once

#include "json/field.h"
#include "oci/words.h"

extern const struct json_field fields_spec[];      /* struct spec */
extern const struct json_field fields_process[];   /* struct spec_process */
extern const struct json_field fields_mount[];     /* struct spec_mount */
extern const struct json_field fields_linux[];     /* struct spec_linux */
extern const struct json_field fields_resources[]; /* struct spec_resources */
extern const struct json_field fields_seccomp[];   /* struct spec_seccomp */
extern const struct json_field fields_hooks[];     /* struct spec_hooks */
extern const struct json_field fields_vm[];        /* struct spec_vm */

/* Elements that several tables have. */
extern const struct json_field item_id_mapping; /* struct spec_idmap */
extern const struct json_field item_key_value;  /* struct key_value, as the value of a map */
extern const struct json_field item_u32;

/* Members of all structs that are a list: {v, n}. */
#define STRINGS_AT(T, m) .kind = JSON_ARRAY, JSON_LIST_AT(T, m), .child = &json_string_item
#define KEY_VALUES_AT(T, m)                                                              \
	.kind = JSON_MAP, JSON_LIST_AT(T, m), .key_offset = offsetof(struct key_value, key), \
	.child = &item_key_value
#define ID_MAPPINGS_AT(T, m) .kind = JSON_ARRAY, JSON_LIST_AT(T, m), .child = &item_id_mapping
