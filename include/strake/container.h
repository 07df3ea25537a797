/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libstrake: the life of a container, one function for each command of an OCI runtime.
 *
 * All functions return 0 (or a documented non-negative value) on success, -1 on failure with
 * *err filled in (err may be NULL). The calling process must be single-threaded for create, run,
 * exec, checkpoint and restore. Source: runtime-spec 1.3 runtime.md; runc 1.5 for what the spec leaves open.
 */
#ifndef STRAKE_CONTAINER_H
#define STRAKE_CONTAINER_H

#include <signal.h>
#include <sys/types.h>

#include <strake/error.h>
#include <strake/options.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct strake_runtime strake_runtime;

/*
 * First thing in main(), before any descriptor is opened: remembers which descriptors the caller
 * handed in (for preserve_fds) and makes all others close-on-exec; opens /dev/null on fds 0-2
 * that are closed.
 */
void strake_early_init(void);
/*
 * Takes the file of this program out of the container's reach (CVE-2019-5736): whoever enters one runs
 * from memory where the kernel allows it and there is one thread, else the program is run again from a sealed copy.
 * A program that maps its own file afterwards (a symbolizer does) cannot start or enter containers any more: EBUSY.
 * Call it before anything is allocated, for create, run and exec. Returns only when that is done,
 * or -1 when it cannot be done.
 */
int strake_seal_self(char *const argv[], struct strake_error *err);

strake_runtime *strake_runtime_new(const struct strake_runtime_options *options,
				   struct strake_error *err);
void strake_runtime_free(strake_runtime *rt);

typedef void (*strake_log_fn)(void *data, int level, const char *msg);
/* level: 0 debug, 1 info, 2 warning, 3 error. One sink for the process. */
void strake_set_log(strake_log_fn fn, void *data, int lowest_level);

int strake_create(strake_runtime *rt, const char *id, const struct strake_create_options *o,
		  struct strake_error *err);
int strake_start(strake_runtime *rt, const char *id, struct strake_error *err);
/* Foreground: returns the exit status (128+n when signalled); detached: 0. */
int strake_run(strake_runtime *rt, const char *id, const struct strake_create_options *o,
	       struct strake_error *err);
/* As strake_run(). */
int strake_exec(strake_runtime *rt, const char *id, const struct strake_exec_options *o,
		struct strake_error *err);
int strake_kill(strake_runtime *rt, const char *id, int sig, bool all, struct strake_error *err);
int strake_delete(strake_runtime *rt, const char *id, bool force, struct strake_error *err);
int strake_pause(strake_runtime *rt, const char *id, struct strake_error *err);
int strake_resume(strake_runtime *rt, const char *id, struct strake_error *err);

int strake_update(strake_runtime *rt, const char *id, const struct strake_update_options *o,
		  struct strake_error *err);

/* Dumps the container by CRIU; it is deleted unless it was left running or only pre-dumped. */
int strake_checkpoint(strake_runtime *rt, const char *id, const struct strake_checkpoint_options *o,
		      struct strake_error *err);
/* A new container with the processes of the images. Returns as strake_run(). */
int strake_restore(strake_runtime *rt, const char *id, const struct strake_restore_options *o,
		   struct strake_error *err);

/*
 * Adds mounts to a container that runs, or removes them again: text is an array as config.json's
 * mounts. The container's config stays as it was. Linux 5.12; single-threaded callers.
 */
int strake_mounts(strake_runtime *rt, const char *id, bool add, const char *text, size_t len,
		  struct strake_error *err);

/*
 * Gives fn each event as a line of JSON: statistics every interval, and when the OOM killer
 * struck. Returns 0 when the container is gone; fn's negative result ends the call as a failure.
 */
typedef int (*strake_event_fn)(void *data, const char *json);
int strake_events(strake_runtime *rt, const char *id, const struct strake_events_options *o,
		  strake_event_fn fn, void *data, struct strake_error *err);

/* Calls fn once with what is known; fn's negative result ends the call as a failure. */
typedef int (*strake_info_fn)(void *data, const struct strake_info *info);
int strake_state(strake_runtime *rt, const char *id, strake_info_fn fn, void *data,
		 struct strake_error *err);
/* In the order of ids; what cannot be read is given to unreadable (may be NULL) and passed over. Many
 * containers are looked at by up to three threads more, with all signals blocked, which hold nothing on
 * return, but may still be ending; fn is called by the caller's own. */
int strake_list(strake_runtime *rt, enum strake_detail detail, strake_info_fn fn,
		void (*unreadable)(void *data, const char *id, const char *why), void *data,
		struct strake_error *err);
/* The OCI state as JSON (2-space indented, no final newline), heap: free() it. */
char *strake_state_json(strake_runtime *rt, const char *id, struct strake_error *err);
/* All pids of the container (host's view), ascending; heap: free() it. */
int strake_pids(strake_runtime *rt, const char *id, pid_t **ret, size_t *ret_n,
		struct strake_error *err);

/* The default config.json (tab-indented, no final newline), heap: free() it. */
char *strake_spec_json(bool rootless, struct strake_error *err);

#ifdef __cplusplus
}
#endif
#endif
