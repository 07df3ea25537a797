/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled seccomp program beside the config that it was compiled from, so that exec need not
 * do it again: half a millisecond for an engine's profile, of which exec would have to wait.
 * Runs in: parent.
 * Must not happen here: believing a file that is not whole, or of another config, version or generator.
 */
#pragma once

#include "sec/seccomp.h"
#include "store/store.h"

/* After create's compiling. Not to be had is no failure: exec compiles. */
void filter_file_write(const struct store_dir *dir, const char *config, size_t len,
		       const struct seccomp_program *p);
/* False: there is none that can be believed. *ret is the caller's, for seccomp_program_fini(). */
bool filter_file_read(const struct store_dir *dir, const char *config, size_t len,
		      struct seccomp_program *ret);
