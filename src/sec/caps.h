/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability sets.
 * Runs in: init after pivot; names are for `features` and `exec --cap` (parent).
 * Must not happen in drop and apply: allocation.
 *
 * None of the functions takes NULL. What a config without process.capabilities means is the
 * caller's decision: give an empty struct for "no capabilities"; runc (1.2 and later) skips both
 * steps, so that root keeps what it has and any other user loses all at execve.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

/* All names that the running kernel knows, in order of number, NULL-terminated. */
const char *const *caps_names(void);
/* "CAP_CHOWN" -> its number, or -ENOENT. Case matters not; the prefix may be missing. */
int caps_number(const char *name);
/* Bits beyond the kernel's last capability are cleared, each with a warning. */
void caps_clip(struct spec_caps *c);

/* Step 1, while still root: drops of the bounding set what has a name here; keeps capabilities over setresuid to
 * another user. */
int caps_drop_bounding(const struct spec_caps *c, uid_t user, struct err *e);
/* And what a later kernel has more. had: the set as it was before, or any bits more. */
int caps_drop_newer(const struct spec_caps *c, uint64_t had, struct err *e);
/* Step 2, after setresuid to user: effective, permitted, inheritable, then ambient; clears keepcaps.
 * Inheritable is what the config says and nothing else (CVE-2022-29162). What the
 * runtime does not have is left out with a warning, and ambient that cannot be raised warns, as in runc. */
int caps_apply(const struct spec_caps *c, uid_t user, struct err *e);
