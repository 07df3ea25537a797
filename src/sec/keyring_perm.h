/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what the kernel says about a key and about a user namespace.
 * Runs in: init before pivot. Only text here, no system call.
 */
#pragma once

#include "base/util.h"

/* The permissions in "type;uid;gid;perm;description"; -EBADMSG. */
int keyring_parse_perm(const char *description, uint32_t *ret);
/* Is this /proc/self/uid_map that of the initial user namespace (everything, onto itself)? */
bool keyring_map_is_initial(const char *uid_map);
