/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed copies of files in memory (memfd_create: Linux 3.17; MFD_EXEC: 6.3).
 * Runs in: parent, first thing.
 */
#pragma once

#include "base/util.h"

/* Copies all of from (nothing: FD_NONE) into a new memfd that nobody can change any more;
 * executable; CLOEXEC. Returns the descriptor or -errno. */
int os_memfd_sealed_copy(const char *name, int from);
/* For kernels or policies without memfd: an unnamed file (O_TMPFILE) in dir, read-only. */
int os_tmpfile_copy(const char *dir, int from);
