/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole reads and writes on descriptors, EINTR handled; paths are relative to a descriptor.
 * Runs in: parent | stage | init. In init give descriptors that were opened safely, never a
 * path of the rootfs: those go through os/safe_path.h.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* 0, or -errno. */
int io_write_all(int fd, const void *buf, size_t len);
/* Reads until EOF or size; returns the bytes read or -errno. */
ssize_t io_read_full(int fd, void *buf, size_t size);
/* Reads all of fd into the heap, NUL-terminated (free() it); -EFBIG beyond max bytes. */
int io_read_alloc(int fd, size_t max, char **ret, size_t *ret_len);
/* The same of a regular file whose size was looked at already. */
int io_read_sized(int fd, size_t size, size_t max, char **ret, size_t *ret_len);

/*
 * A file that the kernel writes on the spot, in one read: what comes out of a seq_file is cut where
 * its page is full, so a text below half a page is whole when no record of it is longer than
 * that. Not for paths and mounts (self/cgroup, mountinfo). Bytes read, or -errno.
 */
ssize_t io_read_record(int fd, void *buf, size_t size);

/* Small files (procfs, cgroupfs): the text without its final newline; -EFBIG when cut. */
int io_read_file(int dirfd, const char *path, char *buf, size_t size);
/* One write(2) of the whole text to an existing file, as kernel interfaces want it. */
int io_write_file(int dirfd, const char *path, const char *text);
/* New content under a name at once: ".NAME.new" beside it, then rename. No fsync. One writer at a
 * time. */
int io_replace_file(int dirfd, const char *name, const void *buf, size_t len, mode_t mode);
/* The same in two steps: what takes time, and what others see. Nothing is left of the first where the second fails. */
int io_prepare_file(int dirfd, const char *name, const void *buf, size_t len, mode_t mode);
int io_publish_file(int dirfd, const char *name);
/* A new file; -EEXIST when there is one. */
int io_create_file(int dirfd, const char *name, const void *buf, size_t len, mode_t mode);
