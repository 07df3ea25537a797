/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sd_notify(3) from the container to whoever started us: a socket in the container's state
 * directory is bound read-only at /run/notify, and the word that the container is ready goes on to
 * NOTIFY_SOCKET, together with the pid to watch.
 * Runs in: parent.
 * Must not happen here: passing on anything but READY=: the rest would be the container's word on
 * our caller's unit.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "store/store.h"

/* In the container. */
#define NOTIFY_ENV "NOTIFY_SOCKET=/run/notify/notify.sock"

/* Is there somebody to tell? */
bool notify_wanted(void);
/* create and run: <root>/<id>/notify, when it is wanted. */
int notify_make_dir(const struct store_dir *d, struct err *e);
/* run and start: the socket in it. *ret_fd is FD_NONE when it is not wanted, or when the container
 * was made without the directory. */
int notify_bind(const struct store_dir *d, int *ret_fd, struct err *e);
/* One datagram, which must be there. READY= goes on with MAINPID=main_pid, and the caller's answer
 * to a barrier is waited for. Is that done? */
bool notify_process(int fd, pid_t main_pid);
/* Blocks until that is done or the process has ended (pidfd may be FD_NONE). */
void notify_wait(int fd, pid_t pid, int pidfd);
