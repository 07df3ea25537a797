/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lifecycle: one function a command, one file each.
 * Runs in: parent.
 * Must not happen here: printing, parsing command lines, looking inside a feature.
 *
 * The option structs are the public ones (include/strake/options.h is data and no code).
 */
#pragma once

#include <strake/options.h>

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "ns/ns.h"
#include "oci/state.h"
#include "os/exe_parts.h"
#include "os/procfs.h"

struct runtime {
	char *root;       /* absolute */
	bool root_is_default;
	enum cgroup_manager cgroup_manager; /* of containers that are created */
	uid_t euid;
	struct ns_home home; /* the user namespace that we are in */
	const char *program;
	struct procfs proc;
};

/* The program ends after its command, and with it all that is open and allocated; who links the library wants it back.
 * (In a program that was not parted, a sanitizer's for one, it is given back, too.) */
static inline bool is_about_to_end(void)
{
	return os_exe_needed.start != NULL;
}

/* rt_init decides the defaults; rt_fini takes a half-built one. */
int rt_init(struct runtime *rt, const struct strake_runtime_options *o, struct err *e);
void rt_fini(struct runtime *rt);

int container_create(struct runtime *rt, const char *id, const struct strake_create_options *o,
		     struct err *e);
int container_start(struct runtime *rt, const char *id, struct err *e);
/* *ret_exit: the process's status, 128+n when signalled; 0 when detached. */
int container_run(struct runtime *rt, const char *id, const struct strake_create_options *o,
		  int *ret_exit, struct err *e);
int container_exec(struct runtime *rt, const char *id, const struct strake_exec_options *o,
		   int *ret_exit, struct err *e);
int container_kill(struct runtime *rt, const char *id, int sig, bool all, struct err *e);
int container_delete(struct runtime *rt, const char *id, bool force, struct err *e);
int container_pause(struct runtime *rt, const char *id, bool paused, struct err *e);
int container_update(struct runtime *rt, const char *id, const struct strake_update_options *o,
		     struct err *e);
/* text: an array as config.json's mounts. */
int container_mounts(struct runtime *rt, const char *id, bool add, const char *text, size_t len,
		     struct err *e);
/* Calls fn with each event as one line of JSON until the container is gone. */
int container_events(struct runtime *rt, const char *id, const struct strake_events_options *o,
		     int (*fn)(void *data, const char *json), void *data, struct err *e);
int container_pids(struct runtime *rt, const char *id, pid_t **ret, size_t *ret_n, struct err *e);

/* What `state` shows; state_fini(&i->state) afterwards. */
struct container_info {
	struct state state;
	enum container_status status;
	int64_t pid; /* 0 when stopped */
	bool oom_killed; /* stopped, and the OOM killer struck in it; container_list() leaves it out */
};
int container_info(struct runtime *rt, const char *id, struct container_info *i, struct err *e);
/* fn for each readable container in the order of ids, unreadable for the rest. What the detail leaves
 * out may be empty in i. */
int container_list(struct runtime *rt, enum strake_detail detail,
		   int (*fn)(void *data, const struct container_info *i),
		   void (*unreadable)(void *data, const char *id, const struct err *why), void *data,
		   struct err *e);

/* features.c: collects what the parts can do. */
struct str;
int container_features(struct str *out, struct err *e);
