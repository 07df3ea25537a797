/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An assembler for seccomp's BPF that writes from the end of the program to its beginning: BPF
 * jumps forward only, so that every target is there, and its distance known, before its jump.
 * Runs in: parent. Pure.
 *
 * Nothing falls through from one piece into another by accident: a piece begins with what was
 * emitted last, and ends in jumps or a return.
 */
#pragma once

#include <linux/filter.h>

#include "base/util.h"

/* The place of an instruction: how many there are from it to the end. */
typedef size_t emit_label;

#define EMIT_RETURNS 8

struct emit {
	struct sock_filter buf[BPF_MAXINSNS]; /* the last n are the program */
	size_t n;
	bool overflow; /* there was more than fits */
	struct {
		uint32_t action;
		emit_label at;
	} returns[EMIT_RETURNS]; /* the nearest of each action */
	size_t n_returns;
};

void emit_init(struct emit *e);
emit_label emit_return(struct emit *e, uint32_t action);
/* Loads the word of struct seccomp_data at that offset; what was emitted before follows. */
emit_label emit_load(struct emit *e, size_t offset);
emit_label emit_and(struct emit *e, uint32_t mask);
/* Test is BPF_JEQ, BPF_JGT or BPF_JGE. Conditional jumps reach 255 instructions; farther, they go
 * by way of a BPF_JA. */
emit_label emit_jump(struct emit *e, uint16_t test, uint32_t k, emit_label yes, emit_label no);
