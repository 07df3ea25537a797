/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ownership by scope: the cleanup attribute, and the macros that hand a value on.
 * Runs in: anywhere.
 * A cleanup function keeps errno and takes NULL, -EBADF and half-built values.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* An empty descriptor is -EBADF, so that using it by mistake fails with the true cause. */
#define FD_NONE (-EBADF)

void fd_close(int fd);
void cleanup_fd(int *fd);
void cleanup_free(void *p);
void cleanup_file(FILE **f);
void cleanup_dir(DIR **d);

#define auto_fd   __attribute__((cleanup(cleanup_fd))) int
#define auto_free __attribute__((cleanup(cleanup_free)))
#define auto_file __attribute__((cleanup(cleanup_file))) FILE *
#define auto_dir  __attribute__((cleanup(cleanup_dir))) DIR *

/* Hands the descriptor over and leaves the variable empty. */
#define TAKE_FD(fd)                     \
	({                              \
		int *take_fd_ = &(fd);  \
		int take_v_ = *take_fd_; \
		*take_fd_ = FD_NONE;    \
		take_v_;                \
	})

/* Hands the pointer over and leaves the variable NULL. */
#define TAKE_PTR(p)                             \
	({                                      \
		__typeof__(p) *take_pp_ = &(p); \
		__typeof__(p) take_p_ = *take_pp_; \
		*take_pp_ = NULL;               \
		take_p_;                        \
	})
