/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyctl(2), as much as a session keyring needs.
 * Runs in: init before pivot.
 */
#pragma once

#include "base/util.h"

/* KEYCTL_JOIN_SESSION_KEYRING: makes or joins the keyring of that name; its serial or -errno. */
int os_keyctl_join_session(const char *name);
/* KEYCTL_DESCRIBE: "type;uid;gid;perm;description", NUL-terminated; -EFBIG when buf is small. */
int os_keyctl_describe(int key, char *buf, size_t size);
int os_keyctl_setperm(int key, uint32_t perm);
