/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <strake/version.h>

#include "base/str.h"
#include "container/container.h"
#include "mount/mount.h"
#include "hooks/hooks.h"
#include "ns/ns.h"
#include "oci/annotations.h"
#include "oci/features.h"
#include "sec/caps.h"
#include "sec/seccomp.h"
#include "sched/sched.h"

static const char *const policy_modes[] = {
	"MPOL_BIND", "MPOL_DEFAULT", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED",
	"MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE", NULL,
};
static const char *const policy_flags[] = {
	"MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES", NULL,
};
/* Keys of config.json's annotations that change what the runtime does. */
static const char *const unsafe_annotations[] = {
	"bundle", "org.criu.config", ANNOTATION_PREFIX, STRAKE_SYSTEMD ? "org.systemd.property." : NULL, NULL,
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int container_features(struct str *out, struct err *e)
{
	const char *hooks[HOOK_KIND_MAX + 1] = { NULL };
	const char *namespaces[NS_KIND_MAX + 1] = { NULL };
	const struct key_value annotations[] = {
		{ (char *)(uintptr_t)"io.github.seccomp.libseccomp.version",
		  (char *)(uintptr_t)seccomp_library_version() },
		{ (char *)(uintptr_t)"org.opencontainers.runc.checkpoint.enabled", (char *)(uintptr_t)"true" },
		{ (char *)(uintptr_t)"org.opencontainers.runc.commit", (char *)(uintptr_t)STRAKE_COMMIT },
		{ (char *)(uintptr_t)"org.opencontainers.runc.version", (char *)(uintptr_t)STRAKE_VERSION },
		{ NULL, NULL },
	};
	struct features f = {
		.oci_version_min = "1.0.0", .oci_version_max = OCI_SPEC_VERSION,
		.hooks = hooks, .mount_options = mount_option_names, .namespaces = namespaces,
		.capabilities = caps_names(),
		.cgroup = {
			.v1 = true, .v2 = true, .systemd = STRAKE_SYSTEMD,
			.systemd_user = STRAKE_SYSTEMD, .rdma = true,
		},
		.seccomp = {
			.enabled = *seccomp_library_version() != '\0',
			.actions = seccomp_action_names, .operators = seccomp_operator_names,
			.archs = seccomp_known_archs(), .known_flags = seccomp_flag_names,
			.supported_flags = seccomp_supported_flags(),
		},
		.apparmor = STRAKE_APPARMOR, .selinux = STRAKE_SELINUX,
		.intel_rdt = { .enabled = true, .schemata = true, .monitoring = true },
		.memory_policy_modes = policy_modes, .memory_policy_flags = policy_flags,
		.idmap = true, .net_devices = true,
		.annotations = annotations, .unsafe_annotations = unsafe_annotations,
	};

	for (size_t i = 0; i < HOOK_KIND_MAX; i++)
		hooks[i] = hook_kind_names[i];
	for (size_t i = 0; i < NS_KIND_MAX; i++)
		namespaces[i] = ns_table[i].name;
	qsort(namespaces, NS_KIND_MAX, sizeof(namespaces[0]), by_name);
	return features_emit(&f, out, e);
}
