/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word of a process that whoever may look into it can read, and that the kernel forgets when the process
 * executes a program or ends: where the list of its robust futexes would begin. A mark is no address of a user's,
 * so that the kernel finds no list there.
 * Runs in: parent, init.
 */
#pragma once

#include <sys/types.h>

#include "base/util.h"

/* Another one each nanosecond, never 0. No secret: it tells one process from others that had its number. */
unsigned long os_mark(void);
/* Of the calling process, which has one thread and no robust mutex. */
void os_mark_set(unsigned long mark);
/* 0: it has none, is gone, or may not be looked into. */
unsigned long os_mark_of(pid_t pid);
/* It has a mark of somebody's. A program that sets itself one is not told from that. */
bool os_is_marked(pid_t pid);
