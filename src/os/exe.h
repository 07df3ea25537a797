/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that the running program was started from, and how children come to be without it (CVE-2019-5736).
 * Runs in: prepare: parent, first thing, while there is one thread | leave: child.
 * Must not happen: preparing in a process that has threads (the data are moved under their feet); a child that
 * enters a pid namespace with strangers in it while it is dumpable and has not left (CVE-2016-9962).
 */
#pragma once

/*
 * Moves what children run (os/exe_parts.h) of the program's own segments into anonymous memory, and asks whether
 * they may leave: that takes CAP_CHECKPOINT_RESTORE (Linux 5.9) or CAP_SYS_ADMIN over the user namespace,
 * CONFIG_CHECKPOINT_RESTORE, and a policy that lets written memory be run.
 * fd: an empty file, the children's /proc/self/exe; on success it is taken over, and stays open.
 * exe: the program's file, open for reading. argv: main()'s own, as the kernel put it there.
 * On failure (-errno) the program runs on as it was: another way is needed.
 */
int os_exe_prepare(int fd, int exe, char *const argv[]);
/*
 * In a child, before it enters anything of a container: no way leads from here on to the program's file, neither
 * /proc/PID/exe nor a mapping. Nothing, where nothing was prepared (the program runs from a sealed copy) or
 * it was left already. -errno.
 */
int os_exe_leave(void);
