/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in the two quotings that readers of runc's output know.
 * Runs in: parent.
 */
#pragma once

#include "base/str.h"

/* As Go's %q: "a\tb", what is not printable as \x01, \u200b, \U000e0001. */
void quote_go(struct str *out, const char *s);
/* A JSON string as Go's encoder writes it: <, > and & escaped, bad UTF-8 becomes \ufffd. */
void quote_json(struct str *out, const char *s);
/* Characters, not bytes: what a column of text is measured in. */
size_t text_width(const char *s);
