/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles built by hand, for the seccomp tests. */
#pragma once

#include "oci/spec.h"

/* Whitespace-separated names. In the arena. */
struct strv profile_names(struct arena *a, const char *text);
/* An allow list with the shape of the engines' default one: some 300 names in one rule, clone and
 * personality by argument, clone3 as ENOSYS, three x86 architectures. */
struct spec_seccomp profile_engine(struct arena *a);

#define OPT_U32(n) ((struct opt_u32){ .set = true, .v = (n) })
