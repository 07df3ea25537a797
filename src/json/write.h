/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs into JSON text, by the rows that read them; and the plain writer below that.
 * Runs in: parent.
 * Must not happen here: output. The text goes to a struct str, whose failure is sticky.
 */
#pragma once

#include "base/str.h"
#include "json/field.h"

/* Shapes as Go's json.MarshalIndent: "k": v with indent; "k":v on one line without. */
struct json_writer {
	struct str *out;
	const char *indent; /* the text of one level; NULL or "" for one line */
	unsigned depth;
	bool comma;         /* something was written at this level */
	bool keyed;         /* a key was written and waits for its value */
};

void json_writer_init(struct json_writer *w, struct str *out, const char *indent);
/* bracket: '{' or '['; in an object every value needs its key first. */
void json_open(struct json_writer *w, char bracket);
void json_close(struct json_writer *w, char bracket);
void json_key(struct json_writer *w, const char *key);
void json_string(struct json_writer *w, const char *s);
void json_uint(struct json_writer *w, uint64_t v);
void json_int(struct json_writer *w, int64_t v);
void json_bool(struct json_writer *w, bool v);
void json_hundredths(struct json_writer *w, uint64_t v); /* 150 is 1.5 */
void json_null(struct json_writer *w);

/* One object. What is absent is left out. */
void json_write(struct json_writer *w, const struct json_field *rows, const void *src);
