/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as state.json, ours or runc's. What loads is written, and what was written must load
 * and be written the same again.
 */
#include "oci/state.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s, again;
	struct str first, second;
	struct err e;

	if (state_parse(&s, "state.json", (const char *)data, size, &e) < 0) {
		check_error(&e);
		return 0;
	}
	str_init(&first);
	str_init(&second);
	MUST(state_emit(&s, &first, &e) == 0);
	MUST(state_parse(&again, "again", str_text(&first), first.len, &e) == 0);
	MUST(state_emit(&again, &second, &e) == 0);
	MUST(strcmp(str_text(&first), str_text(&second)) == 0);
	state_fini(&again);
	state_fini(&s);
	str_fini(&first);
	str_fini(&second);
	return 0;
}
