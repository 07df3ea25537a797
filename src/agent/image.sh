#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the C file that carries the agent in the runtime's file: os/agent_image.h.
#
#   image.sh AGENT OUTPUT.c
set -eu
id=$(sha256sum <"$1")
id=${id%% *}
cat >"$2" <<END
#include "os/agent_image.h"

const char os_agent_id[OS_AGENT_ID_LEN + 1] = "$id";

__asm__(".pushsection " OS_AGENT_SECTION ",\"\",%note\n"
	".balign 4\n"
	".long 7, 2f - 1f, 0x5354524b\n"
	".asciz \"strake\"\n"
	".balign 4\n"
	"1: .ascii \"$id\"\n"
	".incbin \"$1\"\n"
	"2: .balign 4\n"
	".popsection\n");
END
