/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that the running program was started from, and how to be without it.
 * Runs in: parent, first thing, while there is one thread.
 * Must not happen: a call from a process that has threads (the data are moved under their feet).
 */
#pragma once

#include "base/util.h"

/*
 * Moves the program's own segments into anonymous memory and lets /proc/self/exe (of this process
 * and of those it clones) name the file fd, so that no way leads from here to the program's file.
 * Needs CAP_SYS_RESOURCE, or CAP_CHECKPOINT_RESTORE and a kernel with CONFIG_CHECKPOINT_RESTORE.
 * On failure (-errno) the program runs on and is where it was: another way is needed.
 */
int os_exe_replace(int fd);
