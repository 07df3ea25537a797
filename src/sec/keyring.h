/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session keyring of the container's own.
 * Runs in: init before pivot.
 */
#pragma once

#include "base/err.h"
#include "os/procfs.h"

/* Joins a new session keyring "_ses.<id>" and lets its possessor's user search it, as runc does;
 * label: SELinux label for the key, or NULL. initial: known to be in the initial user namespace; else
 * proc is asked. ENOSYS is no error. */
int keyring_join(const char *id, const char *label, bool initial, struct procfs *proc, struct err *e);
