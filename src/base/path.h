/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths as text. Nothing here touches a file system.
 * Runs in: anywhere.
 */
#pragma once

#include "base/arena.h"
#include "base/util.h"

static inline bool path_is_absolute(const char *p)
{
	return p && p[0] == '/';
}

/* Lexical clean-up as Go's path.Clean: no "//", "." or "x/.."; "" becomes ".". In the arena. */
char *path_clean(struct arena *a, const char *p);
/* dir + "/" + p, cleaned; an absolute p is still put below dir. */
char *path_join(struct arena *a, const char *dir, const char *p);
/* True when cleaned p is dir itself or lies below it (both absolute and clean). */
bool path_is_below(const char *p, const char *dir);
/* The last component; "/" for the root. Points into p. */
const char *path_base(const char *p);
