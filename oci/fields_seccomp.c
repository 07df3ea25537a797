/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

static const struct json_field arg[] = {
#define T struct spec_seccomp_arg
	{ "index", JSON_UINT, JSON_REQUIRED, JSON_AT(T, index) },
	{ "value", JSON_UINT, JSON_REQUIRED, JSON_AT(T, value) },
	{ "valueTwo", JSON_UINT, JSON_AT(T, value_two) },
	{ "op", JSON_WORD, JSON_REQUIRED, JSON_AT(T, op), .words = &words_seccomp_operator },
#undef T
	{ NULL }
};
static const struct json_field item_arg = JSON_OBJECT_ITEM(arg);

static const struct json_field rule[] = {
#define T struct spec_seccomp_rule
	{ "names", STRINGS_AT(T, names), .flags = JSON_REQUIRED },
	{ "action", JSON_WORD, JSON_REQUIRED, JSON_AT(T, action), .words = &words_seccomp_action },
	{ "errnoRet", JSON_UINT, JSON_OPT_AT(T, errno_ret) },
	{ "args", JSON_ARRAY, JSON_ITEMS_AT(T, args, n_args), .child = &item_arg },
#undef T
	{ NULL }
};
static const struct json_field item_rule = JSON_OBJECT_ITEM(rule);

static const struct json_field item_architecture = {
	.name = "", .kind = JSON_STRING, .size = sizeof(char *), .words = &words_seccomp_arch
};

const struct json_field fields_seccomp[] = {
#define T struct spec_seccomp
	{ "defaultAction", JSON_WORD, JSON_REQUIRED, JSON_AT(T, default_action),
	  .words = &words_seccomp_action },
	{ "defaultErrnoRet", JSON_UINT, JSON_OPT_AT(T, default_errno_ret) },
	{ "architectures", JSON_ARRAY, JSON_LIST_AT(T, architectures),
	  .child = &item_architecture },
	{ "flags", JSON_FLAGS, JSON_OPTIONAL, JSON_AT(T, flags),
	  .count_offset = offsetof(T, has_flags), .words = &words_seccomp_flag },
	{ "listenerPath", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, listener_path) },
	{ "listenerMetadata", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, listener_metadata) },
	{ "syscalls", JSON_ARRAY, JSON_ITEMS_AT(T, rules, n_rules), .child = &item_rule },
#undef T
	{ NULL }
};
