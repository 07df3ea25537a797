/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container is to systemd: the unit's names, and the properties that it is given.
 * Runs in: parent.
 * Must not happen here: talking to anybody; asking systemd is bus.h.
 */
#pragma once

#include "cgroup/systemd/value.h"
#include "oci/spec.h"

struct sd_unit {
	const char *name;  /* "libpod-ID.scope", or "a-b.slice" as given */
	const char *slice; /* "machine.slice": as systemd names it */
	const char *label; /* the last part of cgroupsPath, or the id */
	const char *path;  /* "/machine.slice/libpod-ID.scope", below the manager's own cgroup */
	bool is_slice;
};

/* cgroups_path is slice:prefix:name or NULL. */
int sd_unit_parse(struct arena *a, const char *cgroups_path, const char *id, bool rootless,
		  struct sd_unit *ret, struct err *e);
/* "a-b.slice" → "/a.slice/a-b.slice"; "-.slice" → "/". */
int sd_slice_path(struct arena *a, const char *slice, const char **ret, struct err *e);

/* "252.39-1~deb12u2", "v239" → the number; -EINVAL. */
int sd_version(const char *text);
#define SD_VERSION_ANY INT32_MAX /* to check a config before systemd was asked */

struct sd_limits {
	const struct spec_resources *r; /* NULL: none */
	int version;
	bool v2;
};
/* What SetUnitProperties gets. *ret_quota: the CPU quota rounded as systemd does, for the same
 * value in the files; absent when there is none. */
int sd_plan_limits(const struct sd_limits *l, struct sd_props *p, struct opt_i64 *ret_quota,
		   struct err *e);
int sd_plan_unified(const struct sd_limits *l, struct sd_props *p, struct err *e);
/* DevicePolicy and DeviceAllow: systemd applies them again whenever it likes, so they say what our
 * own program says, as well as units can. */
int sd_plan_devices(const struct sd_limits *l, struct sd_props *p, struct err *e);
/* What StartTransientUnit gets before the limits. annotations may be NULL; only those of
 * "org.systemd.property." are looked at. pid 0: none. */
int sd_plan_start(const struct sd_unit *u, const struct sd_limits *l, pid_t pid,
		  const struct kv_list *annotations, struct sd_props *p, struct err *e);
/* The part of sd_plan_limits() for linux.resources.cpu. */
int sd_plan_cpu(const struct sd_limits *l, struct sd_props *p, struct opt_i64 *ret_quota,
		struct err *e);
/* For "cpu.max" too. period 0: systemd's default. */
void sd_add_cpu_quota(const struct sd_limits *l, struct sd_props *p, int64_t *quota,
		      uint64_t period);
bool sd_has_cpu_idle(const struct sd_limits *l);
