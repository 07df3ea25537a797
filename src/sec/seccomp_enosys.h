/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prologue that answers ENOSYS to system calls newer than the profile.
 * Runs in: parent. Pure: numbers in, instructions out.
 *
 * A profile written before a call existed cannot have judged it; libc falls back on ENOSYS, and
 * breaks on the EPERM that the default action usually is (clone3, faccessat2). "Newer" is: the
 * number is above the largest one that any rule of the profile names, for that architecture.
 */
#pragma once

#include <linux/filter.h>

#include "base/util.h"

#define X32_BIT 0x40000000u
/* In place of a largest number: every number goes on to the filter. */
#define ENOSYS_NO_CEILING UINT32_MAX

struct enosys_arch {
	uint32_t audit_arch;       /* AUDIT_ARCH_* */
	uint32_t largest;          /* the largest number named, or ENOSYS_NO_CEILING */
	uint32_t largest_x32;      /* for AUDIT_ARCH_X86_64: of numbers that have X32_BIT */
	bool multiplexed; /* s390: number 0 stands for calls that the kernel does not know */
};

/* The most instructions that one architecture takes, and what is there once. */
#define ENOSYS_MAX_ARCH 8
#define ENOSYS_MAX_ONCE 1

/* Writes the prologue for n architectures to out, which has room for
 * ENOSYS_MAX_ONCE + n * ENOSYS_MAX_ARCH; returns how many instructions it is. Falls through to
 * what follows. 0 when n is 0. */
size_t seccomp_enosys_build(const struct enosys_arch *archs, size_t n, struct sock_filter *out);
