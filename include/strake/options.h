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
};

/* create, run, (later) restore. */
struct strake_create_options {
	size_t size;
	const char *bundle;         /* directory with config.json; NULL: the current one */
	const char *config;         /* another file than <bundle>/config.json; NULL: that */
	const char *console_socket; /* AF_UNIX stream socket that gets the pty's master */
	const char *pidfd_socket;   /* AF_UNIX stream socket that gets init's pidfd */
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
	const char *console_socket, *pidfd_socket, *pid_file;
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
