/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent can be asked for: one request, one reply. Both ends are of one build (see
 * os/agent_image.h), so the numbers may change with any commit.
 * Runs in: parent (asks) | the agent (src/agent, a table of the same names).
 */
#pragma once

/* X(identifier): request → what comes with the reply. */
#define OS_AGENT_OPS(X)                                                          \
	X(SD_OPEN)     /* u32 user, u32 ms */                                    \
	X(SD_STRING)   /* text property → text */                                \
	X(SD_START)    /* text unit, properties → u32 unknown, failed or not */  \
	X(SD_STOP)     /* text unit */                                           \
	X(SD_RESET)    /* text unit */                                           \
	X(SD_SET)      /* text unit, properties */                               \
	X(SD_ATTACH)   /* text unit, text cgroup, u32 pid */                     \
	X(NETDEV_MOVE) /* u32 n, n times text name and text new name; the extra descriptor: where to */

enum os_agent_op {
#define X(id) OS_AGENT_##id,
	OS_AGENT_OPS(X)
#undef X
	OS_AGENT_OP_MAX
};
