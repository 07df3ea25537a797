/* SPDX-License-Identifier: Apache-2.0 */
/*
 * socketcall and ipc: calls of several architectures that stand for many.
 * Runs in: parent.
 */
#pragma once

#include "base/util.h"

struct multiplexers {
	uint32_t token;      /* SCMP_ARCH_* */
	int socketcall, ipc; /* their numbers, negative where there is none */
};

/* A call behind a multiplexer. */
struct multiplexed {
	uint32_t nr;       /* the multiplexer's */
	uint32_t selector; /* its first argument */
	int direct;        /* the number of the call itself (Linux 4.3, 5.1), negative: none */
};

void multiplexers_init(struct multiplexers *m, uint32_t token);
/* number is what libseccomp makes of the name: -101 is socketcall's 1, -201 ipc's 1. */
bool multiplexed_find(const struct multiplexers *m, int number, struct multiplexed *ret);
