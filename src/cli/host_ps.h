/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's ps, and its lines that belong to a container.
 * Runs in: parent. This is the one command that looks for a program on PATH.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* Runs ps with args (NULL-terminated, without its name); out: stdout and stderr together. */
int host_ps(const char *const *args, struct str *out, struct err *e);
/* The header and the lines whose PID column holds one of pids. */
int ps_filter(const char *listing, const pid_t *pids, size_t n, struct str *out, struct err *e);
