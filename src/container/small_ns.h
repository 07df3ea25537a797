/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a mount namespace of few mounts is (os/mount_ns.h): looked for once a boot, and remembered by an extended
 * attribute of the directory that all containers' states are in.
 * Runs in: parent.
 */
#pragma once

#include "os/procfs.h"

/* os_small_ns_open(); negative when there is none, or none that could be remembered. */
int small_ns_open(const char *root, struct procfs *p);
