/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU's RPC messages: a request as bytes, and bytes as a response. Protocol buffers, of which only
 * the few fields that a container runtime uses are known here; the numbers are those of criu's
 * images/rpc.proto.
 * Runs in: parent.
 * Must not happen here: believing a length of the peer's before it was compared with what is there.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "oci/spec.h"

enum criu_type {
	CRIU_DUMP = 1, CRIU_RESTORE = 2, CRIU_PRE_DUMP = 4, CRIU_NOTIFY = 6,
	CRIU_FEATURE_CHECK = 9, CRIU_VERSION = 10,
};
const char *criu_type_name(uint64_t type); /* "NOTIFY", for messages */

enum criu_cg_mode {
	CRIU_CG_IGNORE = 0, CRIU_CG_SOFT = 3, CRIU_CG_FULL = 4, CRIU_CG_STRICT = 5, CRIU_CG_DEFAULT = 6,
};

enum criu_network_lock { CRIU_LOCK_IPTABLES = 1, CRIU_LOCK_NFTABLES = 2, CRIU_LOCK_SKIP = 3 };

/* A descriptor that CRIU was started with, for what the images call by that name. */
struct criu_inherit {
	const char *key;
	uint64_t fd;
};
struct criu_inherits {
	struct criu_inherit *v;
	size_t n;
};

struct criu_page_server {
	const char *address;
	uint64_t port;
};

/* What is zero, false, NULL or empty is not sent. */
struct criu_opts {
	uint64_t images_dir_fd, work_dir_fd, pid; /* descriptors of ours: never 0 */
	bool leave_running, ext_unix_sk, tcp_established, tcp_skip_in_flight, tcp_close, evasive_devices,
		shell_job, file_locks, notify_scripts, track_mem, auto_dedup, link_remap, manage_cgroups,
		rst_sibling, lazy_pages, orphan_pts_master;
	uint64_t log_level, empty_ns, network_lock; /* enum criu_network_lock */
	struct opt_u64 cg_mode; /* enum criu_cg_mode */
	const char *log_file, *root, *parent_img, *freeze_cgroup, *config_file, *lsm_profile,
		*lsm_mount_context;
	struct criu_page_server page_server;
	struct kv_list ext_mnt;  /* dump: place -> name; restore: name -> source */
	struct kv_list cg_root;  /* controller -> path */
	struct kv_list join_ns;  /* kind -> file */
	struct strv external;    /* "net[4026532]:extRootNetNS" */
	struct criu_inherits inherit;
};

struct criu_request {
	uint64_t type;
	const struct criu_opts *opts; /* NULL: none */
	bool keep_open;               /* another request follows */
	struct opt_bool notify_success;
	bool mem_track, lazy_pages;   /* CRIU_FEATURE_CHECK: is there that? */
};
void criu_request_encode(const struct criu_request *r, struct str *out);

struct criu_response {
	uint64_t type, success, cr_errno, restored_pid;
	char script[64]; /* CRIU_NOTIFY: what happens now */
	uint64_t notify_pid;
	uint64_t mem_track, lazy_pages;
	uint64_t major, minor, sublevel, from_git;
};
/* 0 or -EBADMSG; texts that are too long are cut. */
int criu_response_decode(const void *data, size_t len, struct criu_response *ret);
