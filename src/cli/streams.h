/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard streams of a command. O_NONBLOCK is a property of what the caller opened, and anybody
 * who has it open may have set it: what cannot be written or read yet is waited for.
 * Runs in: parent.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* 0, or -errno. */
int stream_write_all(int fd, const void *buf, size_t len);
/*
 * A JSON document from a pipe, a terminal or the like, in the heap, NUL-terminated (free() it); -EFBIG beyond
 * max bytes. An object ends where it is closed: who waits for the command may keep the pipe open. Anything else
 * is read to its end.
 */
int stream_read_document(int fd, size_t max, char **ret, size_t *ret_len);
