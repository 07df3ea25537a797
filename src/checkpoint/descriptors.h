/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.json among the images: what fds 0-2 of the container's process were, so that those who
 * restore it can put theirs in the place of pipes.
 * Runs in: parent.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "oci/spec.h"

#define DESCRIPTORS_FILE "descriptors.json"

int descriptors_write(int images_fd, const struct strv *descriptors, struct err *e);
/* In a. */
int descriptors_read(int images_fd, const char *path, struct arena *a, struct strv *ret, struct err *e);
