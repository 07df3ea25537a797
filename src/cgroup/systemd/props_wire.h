/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unit properties between two processes of the runtime. Not GVariant's text: a double would not come
 * back the same, and the reader would be a parser.
 * Runs in: parent | the agent.
 */
#pragma once

#include "base/wire.h"
#include "cgroup/systemd/value.h"

void sd_props_put(struct str *out, const struct sd_props *p);
/* Texts stay where they are. What no sd_props_put() wrote makes in->bad, lack of memory p->failed. */
void sd_props_get(struct wire_in *in, struct arena *a, struct sd_props *p);
