/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

static const struct json_field device_rule[] = {
#define T struct spec_device_rule
	{ "allow", JSON_BOOL, JSON_REQUIRED, JSON_AT(T, allow) },
	{ "type", JSON_WORD, JSON_EMPTY_NONE, JSON_AT(T, type), .words = &words_rule_type,
	  .def = 'a' },
	{ "major", JSON_INT, JSON_OPT_AT(T, major) },
	{ "minor", JSON_INT, JSON_OPT_AT(T, minor) },
	{ "access", JSON_LETTERS, JSON_AT(T, access), .words = &words_rule_access },
#undef T
	{ NULL }
};
static const struct json_field item_device_rule = JSON_OBJECT_ITEM(device_rule);

static const struct json_field memory[] = {
#define T struct spec_memory
	{ "limit", JSON_INT, JSON_OPT_AT(T, limit) },
	{ "reservation", JSON_INT, JSON_OPT_AT(T, reservation) },
	{ "swap", JSON_INT, JSON_OPT_AT(T, swap) },
	{ "kernel", JSON_INT, JSON_OPT_AT(T, kernel) },
	{ "kernelTCP", JSON_INT, JSON_OPT_AT(T, kernel_tcp) },
	{ "swappiness", JSON_UINT, JSON_OPT_AT(T, swappiness) },
	{ "disableOOMKiller", JSON_BOOL, JSON_OPT_AT(T, disable_oom_killer) },
	{ "useHierarchy", JSON_BOOL, JSON_OPT_AT(T, use_hierarchy) },
	{ "checkBeforeUpdate", JSON_BOOL, JSON_OPT_AT(T, check_before_update) },
#undef T
	{ NULL }
};

static const struct json_field cpu[] = {
#define T struct spec_cpu
	{ "shares", JSON_UINT, JSON_OPT_AT(T, shares) },
	{ "quota", JSON_INT, JSON_OPT_AT(T, quota) },
	{ "burst", JSON_UINT, JSON_OPT_AT(T, burst) },
	{ "period", JSON_UINT, JSON_OPT_AT(T, period) },
	{ "realtimeRuntime", JSON_INT, JSON_OPT_AT(T, realtime_runtime) },
	{ "realtimePeriod", JSON_UINT, JSON_OPT_AT(T, realtime_period) },
	{ "cpus", JSON_STRING, JSON_AT(T, cpus) },
	{ "mems", JSON_STRING, JSON_AT(T, mems) },
	{ "idle", JSON_INT, JSON_OPT_AT(T, idle) },
#undef T
	{ NULL }
};

/* limit is REQUIRED in the schema, but a pointer that may be left out in the spec's Go types. */
static const struct json_field pids[] = {
	{ "limit", JSON_INT, JSON_OPT_AT(struct spec_resources, pids_limit) },
	{ NULL }
};

static const struct json_field weight_device[] = {
#define T struct spec_blkio_weight_device
	{ "major", JSON_INT, JSON_REQUIRED, JSON_AT(T, major) },
	{ "minor", JSON_INT, JSON_REQUIRED, JSON_AT(T, minor) },
	{ "weight", JSON_UINT, JSON_OPT_AT(T, weight) },
	{ "leafWeight", JSON_UINT, JSON_OPT_AT(T, leaf_weight) },
#undef T
	{ NULL }
};
static const struct json_field item_weight_device = JSON_OBJECT_ITEM(weight_device);

static const struct json_field throttle[] = {
#define T struct spec_blkio_throttle
	{ "major", JSON_INT, JSON_REQUIRED, JSON_AT(T, major) },
	{ "minor", JSON_INT, JSON_REQUIRED, JSON_AT(T, minor) },
	{ "rate", JSON_UINT, JSON_ALWAYS, JSON_AT(T, rate) },
#undef T
	{ NULL }
};
static const struct json_field item_throttle = JSON_OBJECT_ITEM(throttle);

static const struct json_field block_io[] = {
#define T struct spec_blkio
#define THROTTLES_AT(m) .kind = JSON_ARRAY, JSON_LIST_AT(T, m), .child = &item_throttle
	{ "weight", JSON_UINT, JSON_OPT_AT(T, weight) },
	{ "leafWeight", JSON_UINT, JSON_OPT_AT(T, leaf_weight) },
	{ "weightDevice", JSON_ARRAY, JSON_ITEMS_AT(T, weight_devices, n_weight_devices),
	  .child = &item_weight_device },
	{ "throttleReadBpsDevice", THROTTLES_AT(read_bps) },
	{ "throttleWriteBpsDevice", THROTTLES_AT(write_bps) },
	{ "throttleReadIOPSDevice", THROTTLES_AT(read_iops) },
	{ "throttleWriteIOPSDevice", THROTTLES_AT(write_iops) },
#undef THROTTLES_AT
#undef T
	{ NULL }
};

static const struct json_field hugepage_limit[] = {
#define T struct spec_hugepage_limit
	{ "pageSize", JSON_STRING, JSON_REQUIRED, JSON_AT(T, page_size) },
	{ "limit", JSON_UINT, JSON_REQUIRED, JSON_AT(T, limit) },
#undef T
	{ NULL }
};
static const struct json_field item_hugepage_limit = JSON_OBJECT_ITEM(hugepage_limit);

static const struct json_field net_priority[] = {
#define T struct spec_net_priority
	{ "name", JSON_STRING, JSON_REQUIRED, JSON_AT(T, name) },
	{ "priority", JSON_UINT, JSON_REQUIRED, JSON_AT(T, priority) },
#undef T
	{ NULL }
};
static const struct json_field item_net_priority = JSON_OBJECT_ITEM(net_priority);

static const struct json_field network[] = {
#define T struct spec_network
	{ "classID", JSON_UINT, JSON_OPT_AT(T, class_id) },
	{ "priorities", JSON_ARRAY, JSON_ITEMS_AT(T, priorities, n_priorities),
	  .child = &item_net_priority },
#undef T
	{ NULL }
};

static const struct json_field rdma[] = {
#define T struct spec_rdma
	{ "hcaHandles", JSON_UINT, JSON_OPT_AT(T, hca_handles) },
	{ "hcaObjects", JSON_UINT, JSON_OPT_AT(T, hca_objects) },
#undef T
	{ NULL }
};
static const struct json_field item_rdma = JSON_OBJECT_ITEM(rdma);

const struct json_field fields_resources[] = {
#define T struct spec_resources
	{ "devices", JSON_ARRAY, JSON_ITEMS_AT(T, devices, n_devices), .child = &item_device_rule },
	{ "memory", JSON_POINTER, JSON_POINTER_AT(T, memory), .child = memory },
	{ "cpu", JSON_POINTER, JSON_POINTER_AT(T, cpu), .child = cpu },
	{ "pids", JSON_OBJECT, .child = pids },
	{ "blockIO", JSON_POINTER, JSON_POINTER_AT(T, block_io), .child = block_io },
	{ "hugepageLimits", JSON_ARRAY, JSON_ITEMS_AT(T, hugepage_limits, n_hugepage_limits),
	  .child = &item_hugepage_limit },
	{ "network", JSON_POINTER, JSON_POINTER_AT(T, network), .child = network },
	{ "rdma", JSON_MAP, JSON_ITEMS_AT(T, rdma, n_rdma),
	  .key_offset = offsetof(struct spec_rdma, device), .child = &item_rdma },
	{ "unified", KEY_VALUES_AT(T, unified) },
#undef T
	{ NULL }
};
