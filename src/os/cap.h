/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability sets by raw system calls: libcap allocates and remembers, init must do neither.
 * Runs in: any role.
 * Sets are masks: bit n is capability n of linux/capability.h.
 */
#pragma once

#include "base/util.h"

struct os_caps {
	uint64_t effective, permitted, inheritable;
};

/* The highest capability that the kernel knows; found by asking, so that no /proc is needed. */
int os_cap_last(void);
/* capget(2) and capset(2) of the calling thread; 0 or -errno. */
int os_cap_get(struct os_caps *ret);
int os_cap_set(const struct os_caps *c);
/* 1 when cap is in the bounding set, 0 when not, -EINVAL when the kernel has no such cap. */
int os_cap_bounding_has(int cap);
int os_cap_bounding_drop(int cap);
/* PR_CAP_AMBIENT (Linux 4.3); -EINVAL before. */
int os_cap_ambient_clear(void);
int os_cap_ambient_raise(int cap);
/* PR_SET_KEEPCAPS: permitted survives setresuid(2) away from 0. */
int os_cap_keep(bool keep);
