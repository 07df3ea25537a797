/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp(2) (Linux 3.17).
 * Runs in: init loads; any role may ask for flags.
 */
#pragma once

#include <linux/filter.h>

#include "base/util.h"

/* Newer than the oldest headers that we build with (4.17, 5.0, 5.19). */
#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif
#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* The listener's descriptor (CLOEXEC) when flags ask for one, else 0; or -errno. */
int os_seccomp_load(uint32_t flags, const struct sock_filter *filter, unsigned short n);
/* Does the kernel take these flags together? Loads nothing. */
bool os_seccomp_flags_known(uint32_t flags);
/* Does the kernel know this action (SECCOMP_RET_*, without data)? */
bool os_seccomp_action_known(uint32_t action);
