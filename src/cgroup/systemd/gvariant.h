/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of GVariant's text form: gvariant_plain.c has numbers and strings, gvariant.c what holds
 * them and the names of types.
 * Runs in: parent.
 */
#pragma once

#include "cgroup/systemd/value.h"

struct gv_parser {
	struct arena *a;
	const char *text, *at;
	unsigned depth;
	struct err *e;
};

/* Both return NULL and keep the first error. */
void *gv_fail(struct gv_parser *p, const char *why);
void *gv_no_memory(struct gv_parser *p);

/* The length of the word or number at p->at. */
size_t gv_word_len(const struct gv_parser *p);

/* p->at is at the first character. want: the type that the value must have, or NULL to take what it
 * looks like. */
const struct sd_value *gv_number(struct gv_parser *p, const char *want);
const struct sd_value *gv_string(struct gv_parser *p, const char *want);
/* b'...': an array of bytes with a NUL at its end. */
const struct sd_value *gv_byte_string(struct gv_parser *p);
