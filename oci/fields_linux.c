/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

static const struct json_field namespace[] = {
#define T struct spec_namespace
	{ "type", JSON_WORD, JSON_REQUIRED, JSON_AT(T, kind), .words = &words_namespace },
	{ "path", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, path) },
#undef T
	{ NULL }
};
static const struct json_field item_namespace = JSON_OBJECT_ITEM(namespace);

/* A number and, beside it, the bool that says that it was there. */
#define HAS_AT(T, m) \
	.flags = JSON_OPTIONAL, JSON_AT(T, m), .count_offset = offsetof(T, has_##m)

static const struct json_field device[] = {
#define T struct spec_device
	{ "path", JSON_STRING, JSON_REQUIRED, JSON_AT(T, path) },
	{ "type", JSON_WORD, JSON_REQUIRED, JSON_AT(T, type), .words = &words_device_type },
	{ "major", JSON_INT, HAS_AT(T, major) },
	{ "minor", JSON_INT, HAS_AT(T, minor) },
	{ "fileMode", JSON_UINT, JSON_OPT_AT(T, file_mode) },
	{ "uid", JSON_UINT, JSON_OPT_AT(T, uid) },
	{ "gid", JSON_UINT, JSON_OPT_AT(T, gid) },
#undef T
	{ NULL }
};
static const struct json_field item_device = JSON_OBJECT_ITEM(device);

static const struct json_field net_device[] = {
	{ "name", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(struct spec_net_device, name) },
	{ NULL }
};
static const struct json_field item_net_device = JSON_OBJECT_ITEM(net_device);

static const struct json_field intel_rdt[] = {
#define T struct spec_intel_rdt
	{ "closID", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, clos_id) },
	{ "schemata", STRINGS_AT(T, schemata) },
	{ "l3CacheSchema", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, l3_cache_schema) },
	{ "memBwSchema", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, mem_bw_schema) },
	{ "enableMonitoring", JSON_BOOL, JSON_AT(T, enable_monitoring) },
#undef T
	{ NULL }
};

static const struct json_field memory_policy[] = {
#define T struct spec_memory_policy
	{ "mode", JSON_WORD, JSON_REQUIRED, JSON_AT(T, mode), .words = &words_mempolicy_mode },
	{ "nodes", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, nodes) },
	{ "flags", JSON_FLAGS, JSON_AT(T, flags), .words = &words_mempolicy_flag },
#undef T
	{ NULL }
};

static const struct json_field personality[] = {
#define T struct spec_personality
	{ "domain", JSON_WORD, JSON_REQUIRED, JSON_AT(T, domain), .words = &words_personality },
	{ "flags", STRINGS_AT(T, flags) },
#undef T
	{ NULL }
};

static const struct json_field time_offset[] = {
#define T struct spec_time_offset
	{ "secs", JSON_INT, JSON_AT(T, secs) },
	{ "nanosecs", JSON_UINT, JSON_AT(T, nanosecs) },
#undef T
	{ NULL }
};

static const struct json_field time_offsets[] = {
#define T struct spec_time_offsets
	{ "boottime", JSON_POINTER, JSON_POINTER_AT(T, boottime), .child = time_offset },
	{ "monotonic", JSON_POINTER, JSON_POINTER_AT(T, monotonic), .child = time_offset },
#undef T
	{ NULL }
};

const struct json_field fields_linux[] = {
#define T struct spec_linux
	{ "uidMappings", ID_MAPPINGS_AT(T, uid_mappings) },
	{ "gidMappings", ID_MAPPINGS_AT(T, gid_mappings) },
	{ "sysctl", KEY_VALUES_AT(T, sysctl) },
	{ "resources", JSON_POINTER, JSON_POINTER_AT(T, resources), .child = fields_resources },
	{ "cgroupsPath", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, cgroups_path) },
	{ "namespaces", JSON_ARRAY, JSON_LIST_AT(T, namespaces), .child = &item_namespace },
	{ "devices", JSON_ARRAY, JSON_LIST_AT(T, devices), .child = &item_device },
	{ "netDevices", JSON_MAP, JSON_LIST_AT(T, net_devices),
	  .key_offset = offsetof(struct spec_net_device, host_name), .child = &item_net_device },
	{ "seccomp", JSON_POINTER, JSON_POINTER_AT(T, seccomp), .child = fields_seccomp },
	{ "rootfsPropagation", JSON_WORD, JSON_EMPTY_NONE, JSON_AT(T, rootfs_propagation),
	  .words = &words_propagation },
	{ "maskedPaths", STRINGS_AT(T, masked_paths) },
	{ "readonlyPaths", STRINGS_AT(T, readonly_paths) },
	{ "mountLabel", JSON_STRING, JSON_EMPTY_NONE, JSON_AT(T, mount_label) },
	{ "intelRdt", JSON_POINTER, JSON_POINTER_AT(T, intel_rdt), .child = intel_rdt },
	{ "memoryPolicy", JSON_POINTER, JSON_POINTER_AT(T, memory_policy), .child = memory_policy },
	{ "personality", JSON_POINTER, JSON_POINTER_AT(T, personality), .child = personality },
	/* A map of clocks in the spec's Go types: one that nobody knows could not be set. */
	{ "timeOffsets", JSON_POINTER, JSON_CLOSED, JSON_POINTER_AT(T, time_offsets),
	  .child = time_offsets },
#undef T
	{ NULL }
};
