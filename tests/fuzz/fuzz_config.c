/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as config.json, process.json and resources. What loads is validated and written, and
 * what was written must load and be written the same again.
 */
#include "oci/emit.h"
#include "oci/load.h"
#include "oci/validate.h"
#include "tests/fuzz/fuzz.h"

static void emit(const struct spec *s, struct str *out)
{
	struct err e;

	str_init(out);
	MUST(spec_emit(s, NULL, out, &e) == 0);
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
	MUST(spec_load(&again, "again", str_text(&first), first.len, &e) == 0);
	emit(&again, &second);
	spec_fini(&again);
	MUST(strcmp(str_text(&first), str_text(&second)) == 0);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	config(text, size);
	parts(text, size);
	return 0;
}
