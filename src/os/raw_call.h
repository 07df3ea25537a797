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
static inline long os_raw_call5(long number, long a, long b, long c, long d, long e)
{
#if OS_HAS_RAW_CALL && defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) :
			 "rcx", "r11", "memory");
	return ret;
#elif OS_HAS_RAW_CALL
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
#else
	(void)number;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	(void)e;
	return -ENOSYS;
#endif
}

static inline long os_raw_call(long number, long a, long b, long c)
{
	return os_raw_call5(number, a, b, c, 0, 0);
}
