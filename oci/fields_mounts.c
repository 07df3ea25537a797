/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

static const struct json_field id_mapping[] = {
#define T struct spec_idmap
	{ "containerID", JSON_UINT, JSON_REQUIRED, JSON_AT(T, container_id) },
	{ "hostID", JSON_UINT, JSON_REQUIRED, JSON_AT(T, host_id) },
	{ "size", JSON_UINT, JSON_REQUIRED, JSON_AT(T, size) },
#undef T
	{ NULL }
};
const struct json_field item_id_mapping = JSON_OBJECT_ITEM(id_mapping);

const struct json_field fields_mount[] = {
#define T struct spec_mount
	{ "destination", JSON_STRING, JSON_REQUIRED, JSON_AT(T, destination) },
	{ "type", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, type) },
	{ "source", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, source) },
	{ "options", STRINGS_AT(T, options) },
	{ "uidMappings", ID_MAPPINGS_AT(T, uid_mappings) },
	{ "gidMappings", ID_MAPPINGS_AT(T, gid_mappings) },
#undef T
	{ NULL }
};
