/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config model: runtime-spec 1.3's config.json as plain typed structs.
 * Runs in: parent builds it (oci/load.c), every role reads it, nobody writes it afterwards.
 * No JSON spelling below this line: names became enums, masks and numbers at load.
 *
 * Everything lives in spec.arena. Strings are UTF-8 and hold no NUL. Optional numbers are opt_*;
 * an absent object is a NULL pointer, an absent array has n = 0.
 * Source: runtime-spec 1.3 config.md, config-linux.md, config-vm.md.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/util.h"

struct opt_bool { bool set, v; };
struct opt_i32 { bool set; int32_t v; };
struct opt_u16 { bool set; uint16_t v; };
struct opt_u32 { bool set; uint32_t v; };
struct opt_i64 { bool set; int64_t v; };
struct opt_u64 { bool set; uint64_t v; };

/* A list of strings; v[n] is NULL, so that it can be an argv. v is NULL when the key is absent. */
struct strv {
	char **v;
	size_t n;
};

/* A JSON object of strings, in the order of the file. */
struct key_value {
	char *key, *value;
};
struct kv_list {
	struct key_value *v;
	size_t n;
};

/* ---- config.md ---- */

struct spec_root {
	char *path; /* as written: absolute, or relative to the bundle */
	bool readonly;
};

/* config.md "IDMapping" (user namespaces and idmapped mounts). */
struct spec_idmap {
	uint32_t container_id, host_id, size;
};
struct spec_idmaps {
	struct spec_idmap *v;
	size_t n;
};

struct spec_mount {
	char *destination;   /* as written; relative is taken from "/" with a warning */
	char *type, *source; /* NULL when absent */
	struct strv options; /* in order; turned into flags by mount/options.c */
	struct spec_idmaps uid_mappings, gid_mappings;
};
struct spec_mounts {
	struct spec_mount *v;
	size_t n;
};

struct spec_console_size {
	uint64_t height, width; /* character cells */
};

struct spec_user {
	uint32_t uid, gid;
	struct opt_u32 umask;
	uint32_t *additional_gids;
	size_t n_additional_gids;
	char *username; /* Windows only; kept for completeness */
	bool keep_groups; /* by annotation: the caller's stay, whatever additional_gids says */
};

/* Bit n is capability n of linux/capability.h. */
struct spec_caps {
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct spec_rlimit {
	int resource; /* RLIMIT_* */
	uint64_t soft, hard;
};
struct spec_rlimits {
	struct spec_rlimit *v;
	size_t n;
};

struct spec_scheduler {
	uint32_t policy; /* SCHED_* */
	int32_t nice, priority;
	uint64_t flags; /* SCHED_FLAG_* */
	uint64_t runtime, deadline, period; /* nanoseconds */
};

struct spec_ioprio {
	uint32_t class; /* IOPRIO_CLASS_*: 1 rt, 2 be, 3 idle */
	int32_t priority; /* 0 (highest) .. 7 */
};

struct spec_cpu_affinity {
	char *initial, *final; /* cpu lists such as "0-3,7"; NULL when absent */
};

struct spec_process {
	bool terminal;
	struct spec_console_size *console_size;
	char *cwd;
	struct strv env, args;
	char *command_line; /* Windows only; kept for completeness */
	struct spec_user user;
	struct spec_rlimits rlimits;
	char *apparmor_profile;
	char *selinux_label;
	struct spec_caps *capabilities; /* NULL: absent */
	bool no_new_privileges;
	struct opt_i32 oom_score_adj;
	struct spec_scheduler *scheduler;
	struct spec_ioprio *io_priority;
	struct spec_cpu_affinity *exec_cpu_affinity;
};

struct spec_hook {
	char *path;       /* absolute */
	struct strv args; /* args.v[0] is argv[0]; absent: path */
	struct strv env;  /* absent: see hooks/hooks.h */
	struct opt_i64 timeout; /* seconds, > 0 */
};
struct spec_hook_list {
	struct spec_hook *v;
	size_t n;
};

enum hook_kind {
	HOOK_PRESTART, HOOK_CREATE_RUNTIME, HOOK_CREATE_CONTAINER,
	HOOK_START_CONTAINER, HOOK_POSTSTART, HOOK_POSTSTOP, HOOK_KIND_MAX
};
struct spec_hooks {
	struct spec_hook_list list[HOOK_KIND_MAX];
	const char *output[2]; /* by annotation: files for stdout and stderr; NULL: captured */
};

/* ---- config-linux.md ---- */

enum ns_kind {
	NS_MOUNT, NS_PID, NS_NETWORK, NS_UTS, NS_IPC, NS_USER, NS_CGROUP, NS_TIME, NS_KIND_MAX
};
struct spec_namespace {
	enum ns_kind kind;
	char *path; /* NULL: a new one */
};
struct spec_namespaces {
	struct spec_namespace *v;
	size_t n;
};

struct spec_time_offset {
	int64_t secs;
	uint32_t nanosecs;
};
struct spec_time_offsets {
	struct spec_time_offset *boottime, *monotonic; /* NULL when absent */
};

struct spec_device {
	char type;  /* 'c', 'b', 'u' (as 'c') or 'p' */
	char *path; /* absolute, in the container */
	int64_t major, minor; /* must be there unless type is 'p' */
	bool has_major, has_minor;
	struct opt_u32 file_mode, uid, gid;
};
struct spec_devices {
	struct spec_device *v;
	size_t n;
};

struct spec_net_device {
	char *host_name; /* the key: the name in the runtime's network namespace */
	char *name;      /* the name in the container; NULL: the same */
};
struct spec_net_devices {
	struct spec_net_device *v;
	size_t n;
};

/* -1 as major or minor, or not set, is "any". */
struct spec_device_rule {
	bool allow;
	char type; /* 'a' all (also when absent), 'c', 'b' */
	struct opt_i64 major, minor;
	uint8_t access; /* DEV_ACCESS_*; 0 when the key is absent or empty */
};
#define DEV_ACCESS_READ  1u
#define DEV_ACCESS_WRITE 2u
#define DEV_ACCESS_MKNOD 4u

struct spec_memory {
	struct opt_i64 limit, reservation, swap, kernel, kernel_tcp; /* bytes, -1 is unlimited */
	struct opt_u64 swappiness; /* 0 .. 100 */
	struct opt_bool disable_oom_killer, use_hierarchy, check_before_update;
};

struct spec_cpu {
	struct opt_u64 shares, period, realtime_period, burst; /* microseconds but for shares */
	struct opt_i64 quota, realtime_runtime, idle;
	char *cpus, *mems; /* NULL when absent; "" is legal */
};

struct spec_blkio_weight_device {
	int64_t major, minor;
	struct opt_u16 weight, leaf_weight;
};
struct spec_blkio_throttle {
	int64_t major, minor;
	uint64_t rate; /* bytes or operations a second */
};
struct spec_blkio_throttles {
	struct spec_blkio_throttle *v;
	size_t n;
};
struct spec_blkio {
	struct opt_u16 weight, leaf_weight; /* 10 .. 1000 */
	struct spec_blkio_weight_device *weight_devices;
	size_t n_weight_devices;
	struct spec_blkio_throttles read_bps, write_bps, read_iops, write_iops;
};

struct spec_hugepage_limit {
	char *page_size; /* "2MB", "1GB" */
	uint64_t limit;  /* bytes */
};
struct spec_net_priority {
	char *name;
	uint32_t priority;
};
struct spec_network {
	struct opt_u32 class_id;
	struct spec_net_priority *priorities;
	size_t n_priorities;
};
struct spec_rdma {
	char *device; /* the key */
	struct opt_u32 hca_handles, hca_objects;
};

struct spec_resources {
	struct spec_device_rule *devices;
	size_t n_devices;
	struct spec_memory *memory;
	struct spec_cpu *cpu;
	struct opt_i64 pids_limit; /* 0: see spec_drop_old_pids(); negative: unlimited */
	struct spec_blkio *block_io;
	struct spec_hugepage_limit *hugepage_limits;
	size_t n_hugepage_limits;
	struct spec_network *network;
	struct spec_rdma *rdma;
	size_t n_rdma;
	struct kv_list unified;
};

struct spec_intel_rdt {
	char *clos_id, *l3_cache_schema, *mem_bw_schema;
	struct strv schemata;
	bool enable_monitoring;
};

struct spec_memory_policy {
	uint32_t mode;  /* MPOL_* */
	uint32_t flags; /* MPOL_F_* */
	char *nodes;    /* a node list such as "0-1"; NULL when absent */
};

struct spec_personality {
	uint64_t domain; /* PER_LINUX or PER_LINUX32 */
	struct strv flags; /* none are defined by the spec */
};

/* Values are the kernel's SECCOMP_RET_* without data. */
struct spec_seccomp_arg {
	uint32_t index; /* 0 .. 5 */
	uint64_t value, value_two; /* value_two only for SCMP_CMP_MASKED_EQ */
	int op; /* enum scmp_compare's numbers: NE 1, LT 2, LE 3, EQ 4, GE 5, GT 6, MASKED_EQ 7 */
};
struct spec_seccomp_rule {
	struct strv names;
	uint32_t action;
	struct opt_u32 errno_ret;
	struct spec_seccomp_arg *args;
	size_t n_args;
};
struct spec_seccomp {
	uint32_t default_action;
	struct opt_u32 default_errno_ret;
	struct strv architectures; /* "SCMP_ARCH_*": known names only */
	uint32_t flags; /* SECCOMP_FILTER_FLAG_* */
	bool has_flags; /* the key was there, even as [] */
	char *listener_path, *listener_metadata;
	struct spec_seccomp_rule *rules;
	size_t n_rules;
	/* by annotation */
	bool fail_unknown;    /* a system call that the library does not know is an error */
	const char *bpf_data; /* base64 of a filter that takes the place of all above; or NULL */
};

struct spec_linux {
	struct spec_idmaps uid_mappings, gid_mappings;
	struct kv_list sysctl;
	struct spec_resources *resources;
	char *cgroups_path;
	/* By annotation, relative and clean, or NULL: the part of the unit that holds the container, and
	 * the part of the container's cgroup that its user gets. */
	const char *cgroup_subgroup, *cgroup_delegate;
	const char *cgroup_v1_at; /* by annotation, clean: the mount that is to be systemd's v1 hierarchy */
	struct spec_namespaces namespaces;
	struct spec_devices devices;
	struct spec_net_devices net_devices;
	struct spec_seccomp *seccomp;
	unsigned long rootfs_propagation; /* MS_* [| MS_REC]; 0: absent */
	struct strv masked_paths, readonly_paths;
	char *mount_label;
	const char *mount_label_kind; /* by annotation: the option that has it; NULL: "context" */
	struct spec_intel_rdt *intel_rdt;
	struct spec_memory_policy *memory_policy;
	struct spec_personality *personality;
	struct spec_time_offsets *time_offsets;
};

/* ---- config-vm.md: parsed, so that nothing is unknown; refused by validate.c ---- */

struct spec_vm_iomem {
	uint64_t first_gfn, first_mfn, nr_mfns;
};
struct spec_vm {
	char *hypervisor_path;
	struct strv hypervisor_parameters;
	char *kernel_path;
	struct strv kernel_parameters;
	char *kernel_initrd;
	char *image_path, *image_format;
	char *hw_device_tree;
	struct opt_u32 hw_vcpus;
	struct opt_u64 hw_memory;
	struct strv hw_dtdevs;
	struct spec_vm_iomem *hw_iomems;
	size_t n_hw_iomems;
	uint32_t *hw_irqs;
	size_t n_hw_irqs;
};

struct spec {
	struct arena arena; /* owns everything below */
	char *oci_version;
	struct spec_root *root;
	struct spec_mounts mounts;
	struct spec_process *process; /* NULL: absent */
	char *hostname, *domainname;
	struct spec_hooks hooks;
	struct kv_list annotations;
	struct spec_linux *linux; /* never NULL after load: an absent object is an empty one */
	struct spec_vm *vm;
	bool has_foreign; /* windows, solaris, zos or freebsd sections were there: ignored */
};

/* Takes NULL. */
void spec_fini(struct spec *s);

/* NULL when there is none. */
const char *spec_annotation(const struct kv_list *annotations, const char *key);
/* The first namespace of that kind, or NULL. */
const struct spec_namespace *spec_namespace_find(const struct spec_namespaces *ns, enum ns_kind kind);
