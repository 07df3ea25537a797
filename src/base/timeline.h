/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the time of a command goes: spans of the parent, the stage and init, for Perfetto and
 * chrome://tracing.
 * Runs in: all roles; the parent starts it before anything is cloned and writes the file.
 * Off, which is the rule, a span costs the look at one pointer.
 *
 * The spans are in memory that all roles share until execve. Names are copied: what a process
 * that may be the container's next wrote there is text, never a pointer.
 */
#pragma once

#include "base/util.h"

struct timeline;
extern struct timeline *timeline; /* NULL: off */

enum timeline_role { TIMELINE_PARENT, TIMELINE_STAGE, TIMELINE_INIT, TIMELINE_ROLE_MAX };

/* 0 or -errno. */
int timeline_start(void);
/* Which role the caller has from now on. */
void timeline_role(enum timeline_role role);
/* All spans as JSON; the memory goes. 0 or -errno. */
int timeline_finish(int fd);

/* A span from since (timeline_now()) to now. */
int64_t timeline_now(void);
void timeline_add(const char *name, int64_t since);

struct timeline_span {
	const char *name;
	int64_t since;
};

static inline struct timeline_span timeline_span(const char *name)
{
	struct timeline_span s = { .name = timeline ? name : NULL };

	if (s.name)
		s.since = timeline_now();
	return s;
}

static inline void timeline_end(struct timeline_span *s)
{
	if (s->name && timeline)
		timeline_add(s->name, s->since);
}

/* From here to the end of the scope. */
#define TIMELINE(name)                                         \
	__attribute__((cleanup(timeline_end), unused))         \
	struct timeline_span timeline_here_ = timeline_span(name)
