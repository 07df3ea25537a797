/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What execve means by ENOENT of a file that is there (the program that is to run it is not), and by
 * ENOEXEC.
 * Runs in: init, once execve has failed.
 * Must not happen here: anything before that: this opens what the container says, with what the
 * payload's filter and user leave.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether exe names an interpreter (an ELF's loader; "#!" and a carriage return) that is not there; its
 * name in ret. */
bool missing_interpreter(const char *exe, char *ret, size_t size);
/* Whether it can be told why the kernel does not know exe's format; the words in ret. */
bool unfit_program(const char *exe, char *ret, size_t size);
