/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles that nobody would write, the same ones each time. */
#pragma once

#include "oci/spec.h"

/* A sequence of numbers from a seed (xorshift64). */
struct random {
	uint64_t state;
};
uint32_t random_below(struct random *r, uint32_t n);
/* One that profiles compare with, or next to it. */
uint64_t random_value(struct random *r);

/* What they name, NULL-terminated. */
extern const char *const random_names[];

/* A few rules for a few names: all actions, operators, two conditions on one argument, names with
 * and without a multiplexer, unknown ones, any set of architectures of this byte order. */
struct spec_seccomp random_profile(struct arena *a, struct random *r);
