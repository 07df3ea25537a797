/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed copies of programs in memory (memfd_create: Linux 3.17; MFD_EXEC: 6.3).
 * Runs in: parent.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* A memfd without content, which nobody can change any more; CLOEXEC. Descriptor or -errno. */
int os_memfd_empty(const char *name);
/*
 * Copies len bytes of from into a new memfd that nobody can change any more; executable; CLOEXEC. For
 * kernels or policies without memfd: an unnamed file (O_TMPFILE), read-only. Descriptor or -errno.
 */
int os_program_copy(const char *name, int from, off_t at, off_t len);
