/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and texts one after the other in a run of bytes, for two processes of one build on one
 * machine.
 * Runs in: parent | the agent.
 * Failure is sticky: read freely, ask wire_done() once at the end.
 */
#pragma once

#include "base/str.h"

void wire_put_u32(struct str *out, uint32_t v);
void wire_put_u64(struct str *out, uint64_t v);
/* Any bytes but NUL. */
void wire_put_text(struct str *out, const char *text);

struct wire_in {
	const char *at, *end;
	bool bad; /* what was asked for was not there */
};
/* 0 when it is not there. */
uint32_t wire_get_u32(struct wire_in *in);
uint64_t wire_get_u64(struct wire_in *in);
/* Within the bytes, with its NUL; "" when it is not there. */
const char *wire_get_text(struct wire_in *in);
/* Everything was there, and nothing is left. */
bool wire_done(const struct wire_in *in);
