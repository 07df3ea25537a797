/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values in the notations that runc's flags take, and Go's words when they are wrong.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"

/* strconv.ParseUint and ParseInt, base 10: 0, or -errno with their words in e. */
int go_uint(const char *s, uint64_t *ret, struct err *e);
int go_int(const char *s, int64_t *ret, struct err *e);
/* units.RAMInBytes: "64m", "1.5 GiB"; 1024-based. */
int go_size(const char *s, int64_t *ret, struct err *e);
/* time.ParseDuration in nanoseconds: "5s", "1h2m", "-1.5ms"; 0 or -EINVAL, without words. */
int go_duration(const char *s, int64_t *ret);
