/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that the running program was started from, and how children come to be without it (CVE-2019-5736).
 * Runs in: prepare: parent, while there is one thread | copy: parent | leave: child.
 * Must not happen: leaving in a process that has threads (the data are moved under their feet); a child that
 * enters a pid namespace with strangers in it while it is dumpable and has not left (CVE-2016-9962).
 */
#pragma once

#include "base/err.h"

/*
 * Asks whether children may leave: that takes CAP_CHECKPOINT_RESTORE (Linux 5.9) or CAP_SYS_ADMIN over the user
 * namespace, CONFIG_CHECKPOINT_RESTORE, and a policy that lets written memory be run.
 * fd: an empty file, the children's /proc/self/exe, taken over on success. argv: main()'s own, as the kernel put it there.
 * A program that the linker did not part is copied at once.
 * On failure (-errno) the program runs on as it was: another way is needed.
 */
int os_exe_prepare(int fd, char *const argv[]);
/*
 * Copies what children run (os/exe_parts.h) of the program's own segments into anonymous memory: before a child is
 * cloned that is to leave, and so that the container does not pay for it. The child puts it in its place: where another
 * CPU runs in the same memory, a child of os_clone_beside(), that would have to be told of each change.
 * Nothing, where nothing was prepared or all is done. -errno.
 */
int os_exe_copy(struct err *e);
/*
 * Around a clone whose child is among strangers at once: they can read its command line, which is no more than the
 * program's name once it has left. In a library's process it does nothing.
 */
void os_exe_hide_arguments(bool hide);
/* In the program, which stays while a container runs, and clones nobody any more who is to leave. In a library's process
 * it does nothing. */
void os_exe_drop(void);
/*
 * In a child, before it enters anything of a container: no way leads from here on to the program's file, neither
 * /proc/PID/exe nor a mapping. Nothing, where nothing was prepared (the program runs from a sealed copy) or
 * it was left already. -errno, also where nothing was copied.
 */
int os_exe_leave(struct err *e);
