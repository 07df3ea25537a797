/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's ELF file, in a note of the runtime's own file that is never mapped: os/exe.c copies
 * what is mapped for each container. A note, because every tool that strips lets notes be.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"

/* Section ".strake.agent": an ELF note by "strake", whose content is the identity, then the file. */
#define OS_AGENT_SECTION ".strake.agent"
#define OS_AGENT_ID_LEN  64

/* SHA-256 of the agent that this program was built with: src/agent/image.py. */
extern const char os_agent_id[OS_AGENT_ID_LEN + 1];

/* A sealed copy of the agent in exe, which must have that identity; executable, CLOEXEC.
 * where: exe's name, for errors. */
int os_agent_image(int exe, const char *where, const char *id, struct err *e);
