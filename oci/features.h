/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features document (runtime-spec 1.3 features.md, features-linux.md).
 * Runs in: parent. Pure: what a part can do comes in as lists from that part.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "oci/spec.h"

/* Every list is NULL-terminated and sorted as it should be printed; NULL leaves the key out. */
struct features {
	const char *oci_version_min, *oci_version_max;
	const char *const *hooks, *const *mount_options, *const *namespaces, *const *capabilities;
	struct { bool v1, v2, systemd, systemd_user, rdma; } cgroup;
	struct {
		bool enabled;
		const char *const *actions, *const *operators, *const *archs, *const *known_flags,
			*const *supported_flags;
	} seccomp;
	bool apparmor, selinux;
	struct { bool enabled, schemata, monitoring; } intel_rdt;
	const char *const *memory_policy_modes, *const *memory_policy_flags;
	bool idmap, net_devices;
	const struct key_value *annotations; /* ends with key NULL */
	const char *const *unsafe_annotations;
};
/* 4-space indented, no final newline. */
int features_emit(const struct features *f, struct str *out, struct err *e);
