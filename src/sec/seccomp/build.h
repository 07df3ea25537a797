/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile on its way to a program: what both generators start from.
 * Runs in: parent.
 *
 * seccomp_tree_generate() is ours; seccomp_scmp_generate() is libseccomp's, and decides what ours
 * must mean (tests/unit/sec/test_seccomp_same.c).
 */
#pragma once

#include "base/arena.h"
#include "oci/spec.h"
#include "sec/seccomp.h"
#include "sec/seccomp/library.h"

#define SECCOMP_MAX_ARCHS 32
#define SECCOMP_MAX_ARGS 6

struct seccomp_arch {
	uint32_t token;   /* SCMP_ARCH_*; AUDIT_ARCH_* too, but for x32 */
	/* The largest number that the profile names. 0: none, or no other than 0, and no ceiling: nobody
	 * means all but read(2) to be unknown, and runc sees it so too. */
	uint32_t largest;
	/* Of each name of each rule, in the profile's order: the number here; negative for a call
	 * that this architecture lacks or has behind a multiplexer; __NR_SCMP_ERROR: unknown. */
	int *numbers;
};

struct seccomp_build {
	const struct spec_seccomp *spec;
	struct arena *arena; /* for all that is needed on the way */
	uint32_t default_action;
	struct seccomp_arch archs[SECCOMP_MAX_ARCHS]; /* native first, then the profile's */
	size_t n_archs;
	size_t n_names; /* of all rules */
	bool ceiling;   /* what is above the largest number is ENOSYS */
	bool notify;
};

/* With its data; EPERM where an errno is asked for and none is given. */
uint32_t seccomp_full_action(uint32_t action, struct opt_u32 data);

/* Two conditions on one argument: libseccomp cannot say that in one rule, so each is one. */
bool seccomp_shares_argument(const struct spec_seccomp_rule *rule);

/* ret->filter and ret->n; the rest of ret is untouched. */
int seccomp_tree_generate(const struct seccomp_build *b, struct seccomp_program *ret,
			  struct err *e);
int seccomp_scmp_generate(const struct seccomp_build *b, struct seccomp_program *ret,
			  struct err *e);
