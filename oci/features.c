/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/features.h"

#include <errno.h>

#include "json/write.h"
#include "oci/fields.h"

/* struct features, and what JSON has that it has not. */
struct features_doc {
	struct features f;
	struct kv_list annotations;
};

#define T struct features_doc
#define SWITCH(name_, m) { (name_), JSON_BOOL, JSON_ALWAYS, JSON_AT(T, f.m) }
#define NAMES(name_, m) { (name_), JSON_LIST, JSON_AT(T, f.m) }
#define END { NULL }

static const struct json_field cgroup[] = {
	SWITCH("v1", cgroup.v1), SWITCH("v2", cgroup.v2), SWITCH("systemd", cgroup.systemd),
	SWITCH("systemdUser", cgroup.systemd_user), SWITCH("rdma", cgroup.rdma), END
};
static const struct json_field seccomp[] = {
	SWITCH("enabled", seccomp.enabled), NAMES("actions", seccomp.actions),
	NAMES("operators", seccomp.operators), NAMES("archs", seccomp.archs),
	NAMES("knownFlags", seccomp.known_flags),
	NAMES("supportedFlags", seccomp.supported_flags), END
};
static const struct json_field apparmor[] = { SWITCH("enabled", apparmor), END };
static const struct json_field selinux[] = { SWITCH("enabled", selinux), END };
static const struct json_field intel_rdt[] = {
	SWITCH("enabled", intel_rdt.enabled), SWITCH("schemata", intel_rdt.schemata),
	SWITCH("monitoring", intel_rdt.monitoring), END
};
static const struct json_field memory_policy[] = {
	NAMES("modes", memory_policy_modes), NAMES("flags", memory_policy_flags), END
};
static const struct json_field idmap[] = { SWITCH("enabled", idmap), END };
static const struct json_field mount_extensions[] = {
	{ "idmap", JSON_OBJECT, JSON_ALWAYS, .child = idmap }, END
};
static const struct json_field net_devices[] = { SWITCH("enabled", net_devices), END };

static const struct json_field os_features[] = {
	NAMES("namespaces", namespaces),
	NAMES("capabilities", capabilities),
	{ "cgroup", JSON_OBJECT, JSON_ALWAYS, .child = cgroup },
	{ "seccomp", JSON_OBJECT, JSON_ALWAYS, .child = seccomp },
	{ "apparmor", JSON_OBJECT, JSON_ALWAYS, .child = apparmor },
	{ "selinux", JSON_OBJECT, JSON_ALWAYS, .child = selinux },
	{ "intelRdt", JSON_OBJECT, JSON_ALWAYS, .child = intel_rdt },
	{ "memoryPolicy", JSON_OBJECT, .child = memory_policy },
	{ "mountExtensions", JSON_OBJECT, JSON_ALWAYS, .child = mount_extensions },
	{ "netDevices", JSON_OBJECT, JSON_ALWAYS, .child = net_devices },
	END
};

static const struct json_field fields_features[] = {
	{ "ociVersionMin", JSON_STRING, JSON_ALWAYS, JSON_AT(T, f.oci_version_min) },
	{ "ociVersionMax", JSON_STRING, JSON_ALWAYS, JSON_AT(T, f.oci_version_max) },
	NAMES("hooks", hooks),
	NAMES("mountOptions", mount_options),
	{ "linux", JSON_OBJECT, JSON_ALWAYS, .child = os_features },
	{ "annotations", KEY_VALUES_AT(T, annotations) },
	NAMES("potentiallyUnsafeConfigAnnotations", unsafe_annotations),
	END
};

int features_emit(const struct features *f, struct str *out, struct err *e)
{
	struct features_doc d = { .f = *f };
	struct json_writer w;

	if (f->annotations) {
		while (f->annotations[d.annotations.n].key)
			d.annotations.n++;
		/* the writer only reads */
		memcpy(&d.annotations.v, &f->annotations, sizeof(d.annotations.v));
	}
	json_writer_init(&w, out, "    ");
	json_write(&w, fields_features, &d);
	return str_failed(out) ? err_sys(e, ENOMEM, "write the features") : 0;
}
