/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of the program that its children need: what init runs until it executes the payload, and all
 * constants that it may be handed. The parent has the whole program, a child that left its file these alone.
 * Runs in: parent.
 */
#pragma once

/* Whole pages; all zero where the linker did not part the program (exe_whole.c). */
struct os_exe_parts {
	const char *start, *end; /* code, and right behind it constants */
	const char *data;        /* from here on: tables of pointers, then all variables */
};
extern const struct os_exe_parts os_exe_needed;
