/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libstrake: what the commands take. Plain data; zero every struct, set .size = sizeof, then the
 * fields. Strings are borrowed for the time of the call. A field that is added later lies beyond
 * an older caller's .size and is read as zero.
 */
#ifndef STRAKE_OPTIONS_H
#define STRAKE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is common to all calls of one program. */
struct strake_runtime_options {
	size_t size;
	const char *root;      /* state directory, absolute; NULL: the default rule */
	bool systemd_cgroup;   /* cgroupsPath is slice:prefix:name */
	int rootless;          /* -1 auto, 0 false, 1 true */
	const char *program;   /* name in messages and of the default root; NULL: "strake" */
	const char *cgroup_manager; /* "cgroupfs", "systemd" or "disabled"; NULL: by systemd_cgroup */
};

/* create and run. */
struct strake_create_options {
	size_t size;
	const char *bundle;         /* directory with config.json; NULL: the current one */
	const char *config;         /* another file than <bundle>/config.json; NULL: that */
	const char *console_socket; /* AF_UNIX stream socket that gets the pty's master; relative to the bundle */
	const char *pidfd_socket;   /* AF_UNIX stream socket that gets init's pidfd; relative to the bundle */
	const char *pid_file;
	bool no_pivot;
	bool no_new_keyring;
	unsigned preserve_fds;      /* fds 3 .. 3+n-1 (after LISTEN_FDS) go to the container */
	/* run only */
	bool detach;
	bool keep;                  /* do not delete after the process has ended */
	bool no_subreaper;
};

struct strake_exec_options {
	size_t size;
	const char *process;        /* path of a process.json; NULL: from the flags below */
	const char *const *args;    /* NULL-terminated command; only without process */
	const char *console_socket, *pidfd_socket, *pid_file; /* relative to the working directory */
	const char *cwd;
	const char *const *env;     /* NULL-terminated "k=v", added to the container's */
	const char *user;           /* "uid[:gid]" */
	const char *const *additional_gids; /* NULL-terminated decimal ids */
	const char *const *caps;    /* NULL-terminated names, added */
	const char *process_label, *apparmor;
	const char *const *cgroups; /* NULL-terminated "[controller[,controller]:]path" */
	bool tty, detach;
	int no_new_privs;           /* -1: as the config says; 0, 1 */
	bool ignore_paused;
	unsigned preserve_fds;
};

/*
 * New limits. A NULL pointer leaves what it stands for as it is; so does 0, but for cpu_burst,
 * cpu_idle and pids_limit. -1 is "unlimited" for memory and pids.
 */
struct strake_update_options {
	size_t size;
	const char *resources;      /* a LinuxResources object as JSON: all numbers come from it */
	size_t resources_len;
	const uint16_t *blkio_weight;
	const uint64_t *cpu_period, *cpu_burst, *cpu_shares, *cpu_rt_period;
	const int64_t *cpu_quota, *cpu_rt_runtime, *cpu_idle;
	const char *cpuset_cpus, *cpuset_mems;
	const int64_t *memory, *memory_reservation, *memory_swap;
	const int64_t *pids_limit;
	const char *l3_cache_schema, *mem_bw_schema; /* with resources too */
};

struct strake_events_options {
	size_t size;
	bool stats_only;     /* the statistics, once */
	int64_t interval_ns; /* between two statistics; > 0 unless stats_only */
};

/* CRIU's images of a container, and what it must accept on the way. */
struct strake_checkpoint_options {
	size_t size;
	const char *image_path;       /* directory for the images; NULL: "checkpoint" in the current one */
	const char *work_path;        /* directory for CRIU's log and the like; NULL: image_path */
	const char *parent_path;      /* an earlier pre-dump's, relative to image_path */
	bool leave_running, pre_dump; /* either leaves the container as it is */
	bool tcp_established, tcp_skip_in_flight, link_remap, ext_unix_sk, shell_job, file_locks;
	bool lazy_pages;              /* stays and serves the memory to a restore elsewhere */
	const int *status_fd;         /* lazy_pages: gets a zero byte once that works; then closed */
	const char *page_server;      /* "address:port" of a server that gets the memory */
	const char *manage_cgroups;   /* "soft", "full", "strict", "ignore" */
	const char *const *empty_ns;  /* NULL-terminated: "network" */
	bool auto_dedup;
	const char *network_lock;     /* how connections are held meanwhile: "iptables", "nftables", "skip" */
};

struct strake_restore_options {
	size_t size;
	const char *image_path, *work_path; /* as above */
	const char *bundle, *console_socket, *pid_file; /* as for create */
	bool no_new_keyring, detach, no_subreaper;
	bool tcp_established, tcp_close, ext_unix_sk, shell_job, file_locks, lazy_pages, auto_dedup;
	const char *manage_cgroups;
	const char *const *empty_ns;
	const char *lsm_profile;       /* "type:name" */
	const char *lsm_mount_context;
	const char *network_lock;
};

/* How much a list tells of each container: the less, the cheaper. */
enum strake_detail {
	STRAKE_DETAIL_ID,   /* nothing but the id */
	STRAKE_DETAIL_ROW,  /* all but rootfs and annotations */
	STRAKE_DETAIL_FULL,
};

/* One container as `state` and `list` show it. Strings belong to the call that gave it. */
struct strake_info {
	const char *id, *status, *bundle, *rootfs, *created, *owner;
	int64_t pid; /* 0 when stopped */
	size_t n_annotations;
	const char *const *annotation_keys, *const *annotation_values;
};

#ifdef __cplusplus
}
#endif
#endif
