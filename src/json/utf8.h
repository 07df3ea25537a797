/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. yajl's own
 * check lets the first two through.
 * Runs in: anywhere. Nothing here allocates.
 */
#pragma once

#include "base/util.h"

/* The length of the sequence that text, left > 0 bytes of it, begins with; 0 when it is not valid. */
size_t utf8_sequence(const char *text, size_t left);
/* The offset of the first byte that is not part of valid UTF-8; len when there is none. */
size_t utf8_check(const char *text, size_t len);
/*
 * The same for the \u escapes in the raw text of a JSON string: true when every surrogate is
 * one of a pair. yajl writes '?' for a lone one.
 */
bool utf8_escapes_paired(const char *raw, size_t len);
