/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process chain has to do for this config: which namespaces by which way, whether there
 * is a stage, which messages will be said.
 * Runs in: parent. Pure: no system call; tested without root.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "proc/msg.h"

struct script_facts {
	bool join;       /* exec: every namespace of the container exists already */
	bool privileged; /* CAP_SYS_ADMIN where the runtime stands */
	bool no_return;  /* the runtime's pid namespace takes back nobody who left it */
	bool watched;    /* whoever is in its pid namespace may ptrace one of the host's root */
	bool host_hooks; /* prestart or createRuntime hooks are there */
	bool delegate;   /* a part of the container's cgroup is its user's */
	bool terminal;
	bool notify;     /* the seccomp program has a listener */
	bool links;      /* init's network is looked for by BEGIN: for links to move, by who gets its pidfd */
	bool apart;      /* what init sets up needs nothing that the parent does meanwhile */
};

#define SCRIPT_MESSAGES_MAX 12

struct script {
	bool stage;            /* an intermediate process joins first */
	bool join;             /* init is a joiner (exec) */
	bool bare;             /* init is born inside, with nothing of the host in its hands */
	bool unseen;           /* nobody but init looks at what is mounted before the pivot, or finds its namespace
				* meanwhile: a hook would, or who gets its pidfd */
	bool side_by_side;     /* init waits for BEGIN only once all is set up: it needs no more than
				* its cgroup, and that it is born in */
	uint32_t new_kinds;    /* bit enum ns_kind: made at the clone of init */
	uint32_t late_kinds;   /* made by init itself: cgroup, time, ipc in a user namespace; network, and
				* mount with script_delay_mounts(): by a helper meanwhile (beside.h) */
	uint32_t stage_joins;  /* by path or from the container: entered by the stage */
	uint32_t parent_joins; /* pid alone: entered by the parent for its children, then left */
	uint32_t init_joins;   /* entered by init itself */
	enum msg_type messages[SCRIPT_MESSAGES_MAX]; /* in order, both directions, LOG and ERROR aside */
	size_t n_messages;
};

#define KIND_BIT(kind) (1u << (kind))

int script_plan(struct script *s, const struct spec_namespaces *ns, const struct script_facts *f,
		struct err *e);
/* Init will ask for the sources of so many binds, and then for so many id-mapped mounts. */
void script_expect_mounts(struct script *s, size_t sources, size_t idmaps);
/* Whether init may enter its mount namespace once it is born; and that it does. */
bool script_may_delay_mounts(const struct script *s);
void script_delay_mounts(struct script *s);
/* "BEGIN HOOKS_REQUEST HOOKS_DONE READY": for `plan`, tests and debug records. */
size_t script_format(const struct script *s, char *buf, size_t size);
