/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

static const struct json_field hook[] = {
#define T struct spec_hook
	{ "path", JSON_STRING, JSON_REQUIRED, JSON_AT(T, path) },
	{ "args", STRINGS_AT(T, args) },
	{ "env", STRINGS_AT(T, env) },
	{ "timeout", JSON_INT, JSON_OPT_AT(T, timeout) },
#undef T
	{ NULL }
};
static const struct json_field item_hook = JSON_OBJECT_ITEM(hook);

#define HOOKS_AT(kind_) \
	.kind = JSON_ARRAY, JSON_LIST_AT(struct spec_hooks, list[kind_]), .child = &item_hook

const struct json_field fields_hooks[] = {
	{ "prestart", HOOKS_AT(HOOK_PRESTART) },
	{ "createRuntime", HOOKS_AT(HOOK_CREATE_RUNTIME) },
	{ "createContainer", HOOKS_AT(HOOK_CREATE_CONTAINER) },
	{ "startContainer", HOOKS_AT(HOOK_START_CONTAINER) },
	{ "poststart", HOOKS_AT(HOOK_POSTSTART) },
	{ "poststop", HOOKS_AT(HOOK_POSTSTOP) },
	{ NULL }
};
