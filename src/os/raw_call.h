/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls without errno, for a child that has the memory of a parent that goes on: libc would write
 * its errno over the parent's, between a call of the parent's and its look at why that failed.
 * Runs in: the child of os_clone_beside().
 */
#pragma once

#include <errno.h>

#include "base/util.h"

#if (defined(__x86_64__) && !defined(__ILP32__)) || defined(__aarch64__)
#define OS_HAS_RAW_CALL 1
#else
#define OS_HAS_RAW_CALL 0 /* no child beside the parent, then */
#endif

/* What the kernel returns: -errno when the call fails. */
static inline long os_raw_call(long number, long a, long b, long c)
{
#if OS_HAS_RAW_CALL && defined(__x86_64__)
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return ret;
#elif OS_HAS_RAW_CALL
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
#else
	(void)number;
	(void)a;
	(void)b;
	(void)c;
	return -ENOSYS;
#endif
}
