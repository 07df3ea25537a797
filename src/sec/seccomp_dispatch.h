/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prologue that finds the architecture's program, and answers ENOSYS to calls newer than the
 * profile.
 * Runs in: parent. Pure: numbers in, instructions out.
 *
 * A profile written before a call existed cannot have judged it; libc falls back on ENOSYS, and
 * breaks on the EPERM that the default action usually is (clone3, faccessat2). "Newer" is: the
 * number is above the largest one that any rule of the profile names, for that architecture.
 */
#pragma once

#include <linux/filter.h>

#include "base/util.h"

/* x32 is no architecture to the kernel but this bit in x86-64's numbers. */
#define X32_BIT 0x40000000u

/* Which of an architecture's numbers a row is for. */
enum dispatch_half {
	DISPATCH_ALL,
	DISPATCH_X32,    /* those with X32_BIT */
	DISPATCH_NO_X32, /* those without; the others have a row of their own */
};

struct dispatch_arch {
	uint32_t audit_arch; /* AUDIT_ARCH_* */
	enum dispatch_half half;
	uint32_t largest;    /* the largest number named; 0: no ceiling */
	bool multiplexed;    /* s390: number 0 stands for calls that the kernel does not know */
	size_t start;        /* where its program begins, from the prologue's end */
};

/* The most instructions that one row takes, and what is there once. */
#define DISPATCH_MAX_ARCH 8
#define DISPATCH_MAX_ONCE 1

/* Writes the prologue for n rows to out, which has room for
 * DISPATCH_MAX_ONCE + n * DISPATCH_MAX_ARCH; returns how many instructions it is. Numbers of an
 * architecture that has no row kill the thread, as libseccomp does by default. */
size_t seccomp_dispatch_build(const struct dispatch_arch *archs, size_t n, struct sock_filter *out);
