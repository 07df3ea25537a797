/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of the program that its children need: what init runs until it executes the payload, and all
 * constants that it may be handed. The parent has the whole program, a child that left its file these alone.
 * Runs in: parent.
 */
#pragma once

/* Whole pages, from there to the program's end: code, constants, tables of pointers, variables. NULL where the linker
 * did not part the program (exe_whole.c). */
struct os_exe_parts {
	const char *start;
};
extern const struct os_exe_parts os_exe_needed;
