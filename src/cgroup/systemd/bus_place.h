/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the manager of a user listens.
 * Runs in: parent | the agent.
 */
#pragma once

#include "base/util.h"

#define SD_SONAME "libsystemd.so.0"

struct sd_place {
	const char *address, *path; /* one of them, or none: nowhere */
	bool is_private;            /* the manager's own socket, no bus */
};
/* buf: for path. */
struct sd_place sd_user_place(char *buf, size_t size);
