/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text into a struct, driven by descriptor rows: no tree, unknown keys cost nothing.
 * Runs in: parent.
 * Must not happen here: guessing. Whatever is not exactly right is one error with its place.
 *
 * null is the same as absent, as Go's encoding/json has it; a key in upper case where lower is
 * meant is taken as it takes it, with a warning, and the later of "cpu" and "CPU" is read over the
 * earlier (runc's own tests have both): objects and maps are merged, null takes a pointer, a list or a
 * map away. But for a list, which is replaced: Go's keeps in an element what the earlier list had there.
 * One spelling that comes twice is refused: which of two wins differs between parsers, and that is how
 * checks get bypassed.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "json/field.h"

#define JSON_MAX_DEPTH 64
/* Of text; and of what is made from it, which a hostile text can make far larger. */
#define JSON_MAX_BYTES (16u * 1024 * 1024)
#define JSON_MAX_MEMORY (64u * 1024 * 1024)

/*
 * text[0..len) must be one object. Fills in *dst, which must be zeroed; strings and arrays live
 * in a. On failure *dst is half-built. name is for messages:
 * "config.json:41:17: mounts[1].destination: expected a string, found a number".
 */
int json_read(const struct json_field *rows, void *dst, struct arena *a, const char *name,
	      const char *text, size_t len, struct err *e);
