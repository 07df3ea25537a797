/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyctl(2), as much as a session keyring needs.
 * Runs in: init before pivot.
 */
#pragma once

#include "base/util.h"

/* KEYCTL_JOIN_SESSION_KEYRING: makes or joins the keyring of that name; its serial or -errno. */
int os_keyctl_join_session(const char *name);
int os_keyctl_setperm(int key, uint32_t perm);
