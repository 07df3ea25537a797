/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptors that the caller handed in.
 * Runs in: parent, first thing in main(); close: init, last thing.
 * Must not happen before fds_early_init(): opening anything, or a hole in --preserve-fds would
 * be filled by a descriptor of our own and leak into the container.
 */
#pragma once

#include "base/err.h"

/* Fds 0-2 that are closed become the host's /dev/null; counts the open ones from 3 on without a
 * hole; marks all from 3 on close-on-exec (CVE-2024-21626). */
void fds_early_init(void);
/* How many there are from 3 on without a hole. */
unsigned fds_inherited(void);
/* LISTEN_FDS when LISTEN_PID is this process, else 0 (sd_listen_fds(3)). */
unsigned fds_listen(void);
/* n: how many from 3 on shall go to the container; a hole is an error that names it. */
int fds_check_preserved(unsigned n, struct err *e);
/* Init before execve: the n from 3 on survive, all others are closed now. */
int fds_leave(unsigned n, struct err *e);
/* Moves the descriptors (those of them that are open) behind the extra ones, close-on-exec, and
 * closes all others. */
int fds_gather(unsigned extra, int *const keep[], size_t n, struct err *e);
/* Before a re-execution of ourselves: what came in goes on, wherever it stands; the n of ours, which
 * were opened since, do not. */
void fds_keep_inherited(const int ours[], size_t n);
