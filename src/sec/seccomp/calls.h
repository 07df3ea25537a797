/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a profile for one architecture, by system call number.
 * Runs in: parent.
 *
 * On i386, s390, ppc, mips and others socket calls and System V IPC also go through a multiplexer
 * (socketcall, ipc) whose first argument says which one is meant: a rule for "socket" is then one
 * for number 359 and one for socketcall with argument 0 equal to 1, in the place of what the rule
 * itself says about argument 0.
 */
#pragma once

#include "sec/seccomp/build.h"

/* One test of an argument, normalised: (argument & mask) op value. */
struct condition {
	uint32_t arg;
	int op; /* SCMP_CMP_*, but MASKED_EQ is EQ */
	uint64_t mask, value;
};

#define CALLS_ABSENT 0x80000000u

/* What one rule says about one number. */
struct call_rule {
	uint32_t nr;    /* CALLS_ABSENT and above: of a call that is not there */
	uint32_t action;
	uint32_t first, n; /* of the conditions, which must all hold; none: always */
};

/* All rules for one number. */
struct call_group {
	const struct calls *calls;
	const struct call_rule *rules; /* in the order of adding */
	size_t n;
};

struct calls {
	struct call_rule *rules; /* by number, then in the order of adding */
	size_t n_rules, rules_room;
	struct condition *conditions;
	size_t n_conditions, conditions_room;
	struct call_group *groups; /* by number */
	size_t n_groups;
};

/* ret is empty; it must stay where it is, as its groups point to it. What it has is in the build's arena. Rules that
 * say what the default says are left out. */
int calls_collect(const struct seccomp_build *b, const struct seccomp_arch *arch,
		  struct calls *ret, struct err *e);

static inline const struct condition *call_conditions(const struct call_group *g,
						      const struct call_rule *r)
{
	return g->calls->conditions + r->first;
}

/* The first rule without conditions, which wins over all others, before and after; or NULL. */
const struct call_rule *call_group_unconditional(const struct call_group *g);
/*
 * True when libseccomp gives the rules the meaning that they have. Of several rules it does not
 * - where two of different actions can hold at once: it has an order of its own, or refuses them;
 * - where one asks for less or more: of "<= 0x100000001" and "< 0x7fffffff" neither finds
 *   0x80000000;
 * - where one has "not equal" among its conditions: what follows it may apply to others;
 * - where one asks for equal, one for not equal, and either has more conditions: "a == 0 and
 *   c == 0" is forgotten beside "c != 0".
 * All but the first are mistakes (seen in 2.5.4), but what profiles have been tested with.
 */
bool call_group_is_plain(const struct call_group *g);
