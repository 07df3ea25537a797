/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values and lists of unit properties, as D-Bus carries them.
 * Runs in: parent.
 * Must not happen here: talking to anybody. A list is built, printed and compared without a bus.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct sd_value {
	char type;       /* b y n q i u x t d s o g, 'a' array, 'r' struct, 'e' dict entry, 'v' */
	const char *sig; /* the complete type: "t", "a(ss)" */
	union {
		uint64_t u; /* b y q u t */
		int64_t i;  /* n i x */
		double d;
		const char *s;
	};
	const struct sd_value **items; /* of a, r, e and (one) v */
	size_t n;
};

struct sd_prop {
	const char *name;
	const struct sd_value *value;
};
struct sd_props {
	struct arena *a;
	struct sd_prop *v;
	size_t n, size;
	bool failed; /* out of memory; asked once, at the end */
};

#define SD_INFINITY UINT64_MAX

void sd_props_init(struct sd_props *p, struct arena *a);
void sd_add(struct sd_props *p, const char *name, const struct sd_value *v);
void sd_add_bool(struct sd_props *p, const char *name, bool v);
void sd_add_u64(struct sd_props *p, const char *name, uint64_t v);
void sd_add_str(struct sd_props *p, const char *name, const char *v);
/* "as" with one string. */
void sd_add_list(struct sd_props *p, const char *name, const char *v);
/* "au" with one number. */
void sd_add_pid(struct sd_props *p, const char *name, uint32_t pid);
/* "ay": a CPU or node list such as "0-3,7" as bits, the lowest byte first. */
int sd_add_bits(struct sd_props *p, const char *name, const char *list, struct err *e);

/* A container value with room for max items of type sig each; NULL when out of memory. */
struct sd_value *sd_value_new(struct arena *a, char type, const char *sig, size_t max);
struct sd_value *sd_string(struct arena *a, char type, const char *s);
/* "NAME=VALUE\n" for each, in GVariant's text form. */
void sd_props_text(const struct sd_props *p, struct str *out);

/* One value in GVariant's text form ("uint64 5", "['a', 'b']", "@as []"); the whole text. */
int sd_value_parse(struct arena *a, const char *text, const struct sd_value **ret, struct err *e);
/* The length of the first complete type in sig; 0 when there is none. */
size_t sd_type_len(const char *sig);
