/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes by descriptor (pidfd_open: Linux 5.3, waitid(P_PIDFD): 5.4).
 * Runs in: parent.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "base/util.h"

/* A CLOEXEC pidfd or -errno (-ESRCH: no such process, -ENOSYS: no such call). */
int os_pidfd_open(pid_t pid);
int os_pidfd_send_signal(int pidfd, int sig);
/* Waits until the process is gone (its pidfd polls readable); timeout in ms, -1 for ever.
 * 0, -ETIMEDOUT or -errno. Works for processes that are not children. */
int os_pidfd_wait(int pidfd, int timeout_ms);
/* One call that a zombie fails: none of no pages is asked about. False also where that is not known, be
 * it for want of a right or of CONFIG_MIGRATION. */
bool os_has_memory(pid_t pid);
/* waitid for a child, EINTR handled, by pid. *ret_status as from waitpid(2). */
int os_wait_child(pid_t pid, int *ret_status);
