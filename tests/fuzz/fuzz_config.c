/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as config.json, process.json, resources and state.json. What loads is validated and
 * written, and what was written must load and be written the same again.
 * Run: fuzz_config -max_len=65536 CORPUS_DIR
 */
#include <stdlib.h>

#include "oci/emit.h"
#include "oci/load.h"
#include "oci/state.h"
#include "oci/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A failure always says why, in a shape that the chain would take. */
static void check_error(const struct err *e)
{
	if (!err_is_valid(e))
		abort();
}

static void emit(const struct spec *s, struct str *out)
{
	struct err e;

	str_init(out);
	if (spec_emit(s, NULL, out, &e) < 0)
		abort();
}

static void config(const char *text, size_t len)
{
	struct spec s, again;
	struct str first, second;
	struct err e;

	if (spec_load(&s, "config.json", text, len, &e) < 0) {
		check_error(&e);
		return;
	}
	if (spec_validate(&s, &e) < 0)
		check_error(&e);
	emit(&s, &first);
	spec_fini(&s);
	if (spec_load(&again, "again", str_text(&first), first.len, &e) < 0)
		abort();
	emit(&again, &second);
	spec_fini(&again);
	if (strcmp(str_text(&first), str_text(&second)) != 0)
		abort();
	str_fini(&first);
	str_fini(&second);
}

static void parts(const char *text, size_t len)
{
	struct spec_process *p;
	struct spec_resources *r;
	struct arena a;
	struct err e;

	arena_init(&a);
	if (spec_load_process(&a, "process.json", text, len, &p, &e) < 0)
		check_error(&e);
	else if (spec_validate_process(p, &e) < 0)
		check_error(&e);
	if (spec_load_resources(&a, "resources.json", text, len, &r, &e) < 0)
		check_error(&e);
	arena_fini(&a);
}

static void state(const char *text, size_t len)
{
	struct state s, again;
	struct str out;
	struct err e;

	if (state_parse(&s, "state.json", text, len, &e) < 0) {
		check_error(&e);
		return;
	}
	str_init(&out);
	if (state_emit(&s, &out, &e) < 0 ||
	    state_parse(&again, "again", str_text(&out), out.len, &e) < 0)
		abort();
	state_fini(&again);
	state_fini(&s);
	str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	config(text, size);
	parts(text, size);
	state(text, size);
	return 0;
}
