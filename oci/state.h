/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept in <root>/<id>/state.json, and the OCI state that `state` and hooks see.
 * Runs in: parent (hooks in the container get text that the parent prepared).
 * Must not happen here: files; store/ reads and writes them.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/spec.h"

/* runtime.md "State"; creating is never shown for long. */
enum container_status {
	STATUS_CREATING, STATUS_CREATED, STATUS_RUNNING, STATUS_PAUSED, STATUS_STOPPED
};
const char *status_name(enum container_status s);

/*
 * Keys as runc's state.json has them where the meaning is the same, so that its readers find
 * what they look for; the rest is below "strake". Everything lives in arena.
 */
struct state {
	struct arena arena;
	char *id;                    /* "id" */
	char *bundle, *rootfs;       /* absolute; also "config.labels": ["bundle=..."], "config.rootfs" */
	int64_t init_pid;            /* "init_process_pid"; 0 before the clone */
	uint64_t init_start;         /* "init_process_start": field 22 of /proc/PID/stat, clock ticks */
	char *created;               /* "created": RFC 3339 with nanoseconds, UTC */
	bool rootless;               /* "rootless" */
	struct kv_list cgroup_paths; /* "cgroup_paths": controller -> path; key "" is v2 */
	struct kv_list namespace_paths; /* "namespace_paths": NEWNS, NEWPID, ... -> /proc/PID/ns/x */
	struct kv_list namespaces;   /* "config.namespaces": NEWPID -> the path joined, or NULL */
	struct spec_idmaps uid_mappings, gid_mappings; /* "config.uid_mappings" */
	struct strv external_descriptors; /* "external_descriptors": targets of fds 0-2 */
	struct kv_list annotations;  /* the config's, so that state needs no config */

	/* strake.* */
	bool creating;               /* create has not finished; a dead one is for delete --force */
	int64_t creator_pid;         /* the command that is creating, with its start time */
	uint64_t creator_start;
	char *cgroup_manager;        /* "cgroupfs", "systemd", "none" */
	char *cgroup_owned;          /* what destroy may remove: see cgroup/cgroup.h */
	uint32_t owner_uid;          /* who created it */
	bool keyring;                /* it has a session keyring of its own; exec joins it */
	bool private_pidns;          /* killing init kills all */
	bool needs_config;           /* delete must read the snapshot: poststop hooks, intelRdt */
	bool has_poststart;          /* so must start */

	/* Only written, for a runc that takes over: "config.seccomp", "config.Hooks", "config.intel_rdt". */
	const struct spec_seccomp *seccomp;
	const struct spec_hooks *hooks;
	const struct spec_intel_rdt *intel_rdt;
};

void state_init(struct state *s);
void state_fini(struct state *s);
int state_parse(struct state *s, const char *name, const char *text, size_t len, struct err *e);
/* JSON, one line. */
int state_emit(const struct state *s, struct str *out, struct err *e);

/* The OCI state: what `state` prints and hooks read. */
struct oci_state {
	const char *id, *bundle, *rootfs, *created, *owner; /* rootfs, created, owner: NULL leaves it out */
	enum container_status status;
	int64_t pid; /* 0 is written too */
	const struct kv_list *annotations;
	bool oom_killed; /* not in the spec; false leaves it out */
};
/* indent: spaces a level, 0 for one line. No final newline. */
int oci_state_emit(const struct oci_state *s, unsigned indent, struct str *out, struct err *e);

/* seccomp.md "The Container Process State", sent to listenerPath: {ociVersion, fds, pid, metadata, state}. */
int oci_process_state_emit(const struct oci_state *s, int64_t pid, const char *metadata,
			   struct str *out, struct err *e);

/* The runtime-spec version that this runtime implements. */
#define OCI_SPEC_VERSION "1.3.0"
