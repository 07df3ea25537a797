/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/fields.h"
#include "oci/spec.h"

/* The groups of config-vm.md are flat in struct spec_vm. */
#define T struct spec_vm

static const struct json_field hypervisor[] = {
	{ "path", JSON_STRING, JSON_REQUIRED, JSON_AT(T, hypervisor_path) },
	{ "parameters", STRINGS_AT(T, hypervisor_parameters) },
	{ NULL }
};

static const struct json_field kernel[] = {
	{ "path", JSON_STRING, JSON_REQUIRED, JSON_AT(T, kernel_path) },
	{ "parameters", STRINGS_AT(T, kernel_parameters) },
	{ "initrd", JSON_STRING, JSON_AT(T, kernel_initrd) },
	{ NULL }
};

static const struct json_field image[] = {
	{ "path", JSON_STRING, JSON_REQUIRED, JSON_AT(T, image_path) },
	{ "format", JSON_STRING, JSON_REQUIRED, JSON_AT(T, image_format) },
	{ NULL }
};

static const struct json_field iomem[] = {
	{ "firstGFN", JSON_UINT, JSON_AT(struct spec_vm_iomem, first_gfn) },
	{ "firstMFN", JSON_UINT, JSON_REQUIRED, JSON_AT(struct spec_vm_iomem, first_mfn) },
	{ "nrMFNs", JSON_UINT, JSON_REQUIRED, JSON_AT(struct spec_vm_iomem, nr_mfns) },
	{ NULL }
};
static const struct json_field item_iomem = JSON_OBJECT_ITEM(iomem);

static const struct json_field hw_config[] = {
	{ "deviceTree", JSON_STRING, JSON_AT(T, hw_device_tree) },
	{ "vcpus", JSON_UINT, JSON_OPT_AT(T, hw_vcpus) },
	{ "memory", JSON_UINT, JSON_OPT_AT(T, hw_memory) },
	{ "dtdevs", STRINGS_AT(T, hw_dtdevs) },
	{ "iomems", JSON_ARRAY, JSON_ITEMS_AT(T, hw_iomems, n_hw_iomems), .child = &item_iomem },
	{ "irqs", JSON_ARRAY, JSON_ITEMS_AT(T, hw_irqs, n_hw_irqs), .child = &item_u32 },
	{ NULL }
};

const struct json_field fields_vm[] = {
	{ "hypervisor", JSON_OBJECT, .child = hypervisor },
	{ "kernel", JSON_OBJECT, JSON_REQUIRED, .child = kernel },
	{ "image", JSON_OBJECT, .child = image },
	{ "hwConfig", JSON_OBJECT, .child = hw_config },
	{ NULL }
};
