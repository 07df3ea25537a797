/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session keyring of the container's own.
 * Runs in: init before pivot.
 */
#pragma once

#include "base/err.h"
#include "os/procfs.h"

/* Joins the session keyring "_ses.<id>", which is made if need be. label: SELinux label for the key, or NULL. Its
 * number; 0: this kernel has no keyrings. */
int keyring_join(const char *id, const char *label, struct procfs *proc, struct err *e);
/* Lets its possessor's user search it, as runc does once it is made. initial: known to be in the initial user
 * namespace; else proc is asked. */
int keyring_let_search(int key, bool initial, struct procfs *proc, struct err *e);
/* Only text: is this /proc/self/uid_map that of the initial user namespace (everything, onto itself)? */
bool keyring_map_is_initial(const char *uid_map);
