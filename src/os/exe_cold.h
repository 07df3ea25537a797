/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of the program that no command that enters a container runs: sealing leaves them out.
 * Runs in: parent.
 * Must not happen: a call of what is in them after sealing without os_exe_load().
 */
#pragma once

#include "base/err.h"

/* Whole pages; all zero where the linker did not part the program (exe_hot.c). */
struct os_exe_range {
	const char *start, *end;
};
extern const struct os_exe_range os_exe_cold;
extern const struct os_exe_range os_exe_seccomp; /* libseccomp, a part of os_exe_cold */

/* Brings r back from the program's file, if sealing left it out. Not from a thread: what is in it may be in use
 * by another that was first. */
int os_exe_load(const struct os_exe_range *r, struct err *e);
