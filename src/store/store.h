/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <root>/<id>/: state.json, config.json (the snapshot), exec.fifo, brief, seccomp.bpf.
 * Runs in: parent.
 * Must not happen here: believing what is read without a check of its owner and type.
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "base/err.h"
#include "oci/state.h"

/* A container's directory, locked or not. */
struct store_dir {
	int fd;   /* the directory; O_RDONLY | O_DIRECTORY */
	int lock; /* flock'ed; -EBADF when not locked */
	char *path; /* absolute, for messages and hooks; heap */
	uid_t owner; /* the caller's effective user: of the directory and of all that is in it */
	dev_t dev;   /* of the directory */
	ino_t ino;
};
#define STORE_DIR_NONE { .fd = -EBADF, .lock = -EBADF, .path = NULL }
void store_dir_close(struct store_dir *d); /* unlocks; also takes an empty one */

/* runc's rule: [A-Za-z0-9_+.-]+, not "." or "..", at most 1024 bytes; runc's words. */
int store_check_id(const char *id, struct err *e);
/* $XDG_RUNTIME_DIR/strake when set, not empty, and (euid != 0, or in a user namespace with USER
 * not "root"); otherwise /run/strake. name is the program's ("strake"). In a. */
int store_default_root(struct arena *a, const char *name, char **ret, struct err *e);

/* self: the caller's effective user, whose all of it must be. Makes <root> (0700, parents too) and <root>/<id> (0711),
 * locked; EEXIST: "container with given ID already exists" (ERR_EXISTS). */
int store_create(const char *root, uid_t self, const char *id, struct store_dir *ret, struct err *e);
/* ENOENT: "container does not exist" (ERR_NOT_FOUND). A directory without state.json opens. */
int store_open(const char *root, uid_t self, const char *id, struct store_dir *ret, struct err *e);
/* Exclusive lock for whoever changes the container; waits up to the deadline (ms), then
 * -ETIMEDOUT. The directory may be gone when the lock is had: then ERR_NOT_FOUND. */
int store_lock(struct store_dir *d, int timeout_ms, struct err *e);
/* Lets others work with it for a while; store_lock() takes it back and looks whether it is gone. */
void store_unlock(struct store_dir *d);
/* Removes all that is in it (flat, plus the known sub-directories), then itself. */
int store_remove(struct store_dir *d, struct err *e);

int store_write_state(const struct store_dir *d, const struct state *s, struct err *e); /* 0600, atomic */
/* The same in two steps: what takes time, and what others see. */
int store_prepare_state(const struct store_dir *d, const struct state *s, struct err *e);
int store_publish_state(const struct store_dir *d, struct err *e);
/* -ENOENT (ERR_NOT_FOUND, "container does not exist") without state.json. */
int store_read_state(const struct store_dir *d, struct state *s, struct err *e);
/* The same as text (heap), for what another program keeps in it. */
int store_read_state_text(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e);
int store_write_config(const struct store_dir *d, const char *text, size_t len, struct err *e);
/* *ret (heap) is NULL when there is none. */
int store_read_config(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e);
/* seccomp.bpf: what config.json's profile was compiled to. *ret (heap) is NULL when there is none. */
int store_write_filter(const struct store_dir *d, const char *data, size_t len, struct err *e);
int store_read_filter(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e);
/* resources.json: linux.resources as `update` left them; 0600, atomic. */
int store_write_resources(const struct store_dir *d, const char *text, size_t len, struct err *e);
/* *ret (heap) is NULL when there was no update. */
int store_read_resources(const struct store_dir *d, char **ret, size_t *ret_len, struct err *e);

int store_make_fifo(const struct store_dir *d, uint32_t uid, uint32_t gid, struct err *e); /* exec.fifo 0622 */
bool store_has_fifo(const struct store_dir *d);
int store_remove_fifo(const struct store_dir *d);

#define STATE_FILE "state.json"

/* The containers' directories, in the order of names; fini frees them and closes rootfd. root missing: none. */
struct store_names {
	struct dirent **v;
	size_t n;
	int rootfd; /* FD_NONE when others may write to root: then a name in it may be anybody's */
};
int store_names_read(const char *root, uid_t self, struct store_names *ret, struct err *e);
void store_names_fini(struct store_names *s);

/*
 * What `list` shows, as the text of a symbolic link: read with one system call where state.json takes
 * four and a parser. Nobody but `list` goes by it. It is there only for containers whose life an
 * inhabited cgroup proves, and only as long as state.json is the one that it was written after. That
 * a container is created it says only where init's mark says so too: whoever starts it may know of no brief.
 */
struct store_brief {
	int64_t pid;
	uint64_t mark; /* os/mark.h: of the init that waits for start; 0: the container was started */
	uint32_t owner_uid;
	const char *created, *cgroup, *bundle; /* in text */
	char text[PATH_MAX];
};
/* s is written already. */
void store_write_brief(const struct store_dir *d, const struct state *s, uint64_t mark);
void store_drop_brief(const struct store_dir *d);
bool store_read_brief(int rootfd, const char *id, struct store_brief *ret);
bool store_entry_has_fifo(int rootfd, const char *id);

/* path as the working directory has it now, heap; *ret stays NULL when path is NULL or "". */
int store_absolute_pid_file(const char *path, char **ret, struct err *e);
/* The pid file: digits only; ".NAME" O_EXCL, then rename (clients.md 5.5). path absolute. */
int store_write_pid_file(const char *path, pid_t pid, struct err *e);
