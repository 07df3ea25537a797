/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets by a path, however long that is.
 * Runs in: parent.
 */
#pragma once

/* Connects a socket of this type (SOCK_STREAM, SOCK_DGRAM) to the one at path; the descriptor or -errno. */
int os_unix_connect(int type, const char *path);
