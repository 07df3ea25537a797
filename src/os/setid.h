/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setgroups(2), setresgid(2) and setresuid(2) for the calling thread, in one system call each. A libc
 * sets the ids of all threads; musl blocks and unblocks the signals for that, also where there is one.
 * Runs in: stage | init, which have one thread.
 */
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_setresuid32 /* ids had 16 bits once, on 32-bit machines */
#define OS_SETID(name) SYS_##name##32
#else
#define OS_SETID(name) SYS_##name
#endif

static inline int os_setgroups(size_t n, const gid_t *v)
{
	return (int)syscall(OS_SETID(setgroups), n, v);
}

/* Real, effective and saved. */
static inline int os_setgid(gid_t gid)
{
	return (int)syscall(OS_SETID(setresgid), gid, gid, gid);
}

static inline int os_setuid(uid_t uid)
{
	return (int)syscall(OS_SETID(setresuid), uid, uid, uid);
}
