/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a JSON text the value of a path is, for errors that were found after reading.
 * Runs in: parent, on failure only: the text is scanned anew, so that reading need not remember.
 */
#pragma once

#include <stddef.h>

struct json_position {
	size_t line, column; /* from 1, in bytes, as json_read() counts them */
};

/*
 * text: what json_read() has taken. path as in its errors: mounts[1].options[0], sysctl["a.b"];
 * what is behind the path (a blank, a colon) does not matter. Of a path that leads to something
 * absent, the position is that of the last object or array that is there.
 */
struct json_position json_locate(const char *text, size_t len, const char *path);
