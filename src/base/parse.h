/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict text to number: the whole string, no sign where none belongs, no blanks, range checked.
 * Runs in: anywhere. (Lenient parsing of user ids was CVE-2026-30892.)
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* Decimal digits only; 0, -EINVAL or -ERANGE. */
int parse_u64(const char *s, uint64_t max, uint64_t *ret);
int parse_u32(const char *s, uint32_t *ret);
/* An optional '-' is allowed. */
int parse_i64(const char *s, int64_t *ret);
/* n numbers, or -EINVAL; with blanks before each, as /proc has them; what follows does not matter. */
int parse_numbers(const char *s, unsigned long long *v, size_t n);
/* A user or group id: 0 .. 4294967294. */
int parse_id(const char *s, uint32_t *ret);
/* Bytes with an optional k, m, g, t (1024-based, either case, optional b); -1 when allowed. */
int parse_size(const char *s, bool allow_minus_one, int64_t *ret);
