/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime's own binary, out of the container's reach (CVE-2019-5736).
 * Runs in: parent, before anything is allocated: what is copied here counts against the caller's
 * cgroup, not the container's (runc#4427).
 */
#pragma once

#include "base/err.h"

/*
 * Makes ready that those whom this process clones leave the file of the program before they enter anything
 * (os_exe_leave()): what they run is copied to anonymous memory, their /proc/self/exe becomes an empty sealed memfd.
 * Where that is not allowed, runs this program again from a sealed memfd unless it runs from one
 * already: the same, at the price of one more start. Neither leads to the page cache of the file,
 * which can be written through a read-only descriptor (CVE-2022-0847) or bind mount.
 * Where memfd is forbidden: an unnamed temporary copy, which a container may spoil, but which
 * nobody runs a second time.
 */
int seal_self(char *const argv[], struct err *e);
