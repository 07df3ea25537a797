/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol of the process chain: one table, from which come the enum, the names, the sizes
 * and the checks of who may say what to whom.
 * Runs in: all roles.
 * Must not happen here: anything but data.
 *
 * A create without a stage reads, from top to bottom:
 *
 *   parent                                   init
 *   clone3(), cgroups, id maps, links
 *        --------------- BEGIN ------------>
 *                                            namespaces, mounts, devices
 *        <----------- SOURCES_REQUEST ------             only with binds in a user namespace, from
 *        <------------ SOURCES_ROOT --------             a mount namespace of its own
 *   a helper goes there
 *        ---------------- SOURCE ---------->             for each of them
 *        <------------ IDMAP_REQUEST -------             for each source that an earlier mount
 *        ------------- IDMAP_DONE --------->             provides, in a user namespace
 *        <------------ HOOKS_REQUEST -------             only with prestart, createRuntime
 *   prestart and createRuntime hooks
 *        ------------- HOOKS_DONE --------->
 *                                            createContainer hooks, pivot_root, terminal
 *        <---------------- TTY -------------             only with a terminal
 *                                            labels, capabilities, user
 *        <------------ SECCOMP_FD ----------             only with a listener
 *        ------------- SECCOMP_DONE ------->
 *        <--------------- READY ------------
 *                                            closes the channel; exec fifo or execve
 *
 * Side by side (script.h), init waits for BEGIN only before labels, capabilities, user.
 * With a stage, BEGIN is preceded by the stage's INIT_PID. LOG may come at any moment, ERROR is
 * the last thing that a role says.
 */
#pragma once

#include "base/err.h"

enum role { ROLE_PARENT = 1, ROLE_STAGE = 2, ROLE_INIT = 4 };
#define ROLE_INNER (ROLE_STAGE | ROLE_INIT)

struct msg_none {
	char nothing[1];
};

struct msg_pid {
	int32_t pid;       /* as the parent's pid namespace numbers it */
	int32_t in_cgroup; /* INIT_PID: born in its cgroup (CLONE_INTO_CGROUP) */
};

struct msg_begin {
	uint32_t uid, gid; /* all that the parent has; UINT32_MAX: not the same ones */
	uint32_t no_groups; /* 1: the parent is in no supplementary group */
	uint64_t bounding;        /* the parent's capabilities, or more */
	uint64_t ignored_signals; /* bit sig - 1: what the caller ignores, and init must not hand on */
};

/* The fds column: none, exactly one, or one where the kernel has pidfds. */
enum { MSG_FD_NO, MSG_FD_ONE, MSG_FD_MAYBE };

#define MSG_LOG_MAX 1024
struct msg_log {
	uint8_t level; /* enum log_level */
	char text[MSG_LOG_MAX]; /* NUL-terminated */
};

/*        name           from         to           payload   fds meaning */
#define CHAN_MESSAGES(X) \
	X(INIT_PID,      ROLE_STAGE,  ROLE_PARENT, struct msg_pid,  MSG_FD_MAYBE, "init is cloned, its pidfd attached") \
	X(BEGIN,         ROLE_PARENT, ROLE_INIT,   struct msg_begin, MSG_FD_NO, "cgroups, id maps and links are ready") \
	X(CGROUP_READY,  ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_NO, "my cgroup namespace is made; give me my part of the cgroup") \
	X(DELEGATED,     ROLE_PARENT, ROLE_INIT,   struct msg_none, MSG_FD_NO, "you are in it") \
	X(SOURCES_REQUEST, ROLE_INIT, ROLE_PARENT, struct msg_none, MSG_FD_ONE, "open the sources of binds in this mount namespace, mine") \
	X(SOURCES_ROOT,  ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_ONE, "and with this root, mine") \
	X(SOURCE,        ROLE_PARENT, ROLE_INIT,   struct msg_none, MSG_FD_MAYBE, "the next of them; none: it is yours to open") \
	X(IDMAP_REQUEST, ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_ONE, "map the ids of this mount, I may not") \
	X(IDMAP_DONE,    ROLE_PARENT, ROLE_INIT,   struct msg_none, MSG_FD_NO, "they are mapped") \
	X(HOOKS_REQUEST, ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_NO, "run the hooks of the runtime namespace") \
	X(HOOKS_DONE,    ROLE_PARENT, ROLE_INIT,   struct msg_none, MSG_FD_NO, "they ran") \
	X(TTY,           ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_ONE, "the pty's master") \
	X(SECCOMP_FD,    ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_ONE, "the notify descriptor") \
	X(SECCOMP_DONE,  ROLE_PARENT, ROLE_INIT,   struct msg_none, MSG_FD_NO, "the listener has it") \
	X(READY,         ROLE_INIT,   ROLE_PARENT, struct msg_none, MSG_FD_NO, "all is set up") \
	X(ERROR,         ROLE_INNER,  ROLE_PARENT, struct err,      MSG_FD_NO, "I failed; last message") \
	X(LOG,           ROLE_INNER,  ROLE_PARENT, struct msg_log,  MSG_FD_NO, "a record for people")

enum msg_type {
	MSG_INVALID,
#define X(name, from, to, payload, fds, meaning) MSG_##name,
	CHAN_MESSAGES(X)
#undef X
	MSG_TYPE_MAX
};

/* Every payload fits one packet. */
#define X(name, from, to, payload, fds, meaning) \
	_Static_assert(sizeof(payload) <= 4096, #name " is larger than a packet");
CHAN_MESSAGES(X)
#undef X

struct msg_info {
	const char *name, *meaning;
	uint16_t from, to; /* enum role, or'ed */
	uint16_t size, fds;
};
extern const struct msg_info msg_table[MSG_TYPE_MAX];
