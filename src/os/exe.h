/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that the running program was started from, and how to be without it.
 * Runs in: replace: parent, first thing, while there is one thread | open: parent.
 * Must not happen: replacing in a process that has threads (the data are moved under their feet).
 */
#pragma once

#include <sys/stat.h>

#include "base/err.h"

/*
 * Moves the program's own segments into anonymous memory and lets /proc/self/exe (of this process
 * and of those it clones) name the file fd, so that no way leads from here to the program's file.
 * Needs CAP_SYS_RESOURCE, or CAP_CHECKPOINT_RESTORE and a kernel with CONFIG_CHECKPOINT_RESTORE.
 * On failure (-errno) the program runs on and is where it was: another way is needed.
 * exe: the program's file, open for reading; own: what fstat(2) says of it, to know it again.
 */
int os_exe_replace(int fd, int exe, const struct stat *own);
/*
 * The program's file, read-only and CLOEXEC, also after it was replaced; for a moment and for what
 * is no container's. *ret_name, in static memory, is for errors.
 */
int os_exe_open(const char **ret_name, struct err *e);
