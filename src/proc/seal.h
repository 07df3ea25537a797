/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime's own binary, out of the container's reach (CVE-2019-5736).
 * Runs in: parent, before anything is allocated: what is copied here counts against the caller's
 * cgroup, not the container's (runc#4427).
 */
#pragma once

#include "base/err.h"

/*
 * Runs this program again from a sealed memfd (27 us for 200 KB) unless it runs from one already.
 * A memfd also withstands writes to the page cache through read-only descriptors (CVE-2022-0847),
 * which a read-only bind mount does not. Where memfd is forbidden: an unnamed temporary copy,
 * which a container may spoil, but which nobody runs a second time.
 */
int seal_self(char *const argv[], struct err *e);
