/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

const struct json_field item_key_value = {
	.name = "", .kind = JSON_STRING, JSON_AT(struct key_value, value)
};
const struct json_field item_u32 = { .name = "", .kind = JSON_UINT, .size = sizeof(uint32_t) };

static const struct json_field root[] = {
#define T struct spec_root
	{ "path", JSON_STRING, JSON_REQUIRED, JSON_AT(T, path) },
	{ "readonly", JSON_BOOL, JSON_AT(T, readonly) },
#undef T
	{ NULL }
};

static const struct json_field item_mount = JSON_OBJECT_ITEM(fields_mount);

const struct json_field fields_spec[] = {
#define T struct spec
	{ "ociVersion", JSON_STRING, JSON_REQUIRED, JSON_AT(T, oci_version) },
	{ "process", JSON_POINTER, JSON_POINTER_AT(T, process), .child = fields_process },
	{ "root", JSON_POINTER, JSON_POINTER_AT(T, root), .child = root },
	{ "hostname", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, hostname) },
	{ "domainname", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, domainname) },
	{ "mounts", JSON_ARRAY, JSON_LIST_AT(T, mounts), .child = &item_mount },
	{ "hooks", JSON_OBJECT, JSON_NULLABLE, JSON_AT(T, hooks), .child = fields_hooks },
	{ "annotations", KEY_VALUES_AT(T, annotations) },
	{ "linux", JSON_POINTER, JSON_OMIT_EMPTY, JSON_POINTER_AT(T, linux),
	  .child = fields_linux },
	{ "solaris", JSON_FOREIGN, JSON_AT(T, has_foreign) },
	{ "windows", JSON_FOREIGN, JSON_AT(T, has_foreign) },
	{ "vm", JSON_POINTER, JSON_POINTER_AT(T, vm), .child = fields_vm },
	{ "zos", JSON_FOREIGN, JSON_AT(T, has_foreign) },
	{ "freebsd", JSON_FOREIGN, JSON_AT(T, has_foreign) },
#undef T
	{ NULL }
};
