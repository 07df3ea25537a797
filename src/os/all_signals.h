/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals by raw system calls. A libc keeps some for itself: its sigfillset(3) leaves them out, its
 * sigaction(2) refuses them and a mask that it tells is without them. glibc has 32 and 33; musl has 34 too,
 * which is SIGRTMIN to everybody else.
 * Runs in: parent | init | a child after vfork().
 */
#pragma once

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"

/* As a fresh process has it. */
static inline void os_signal_default(int sig)
{
	static const char zeros[64]; /* SIG_DFL, no flags, no mask */

	syscall(SYS_rt_sigaction, sig, zeros, NULL, (size_t)(_NSIG / 8));
}

/* All but 32 and 33: who blocks those lets a setuid(2) of another thread wait. */
static inline void os_signals_all(sigset_t *ret)
{
	const size_t bits = 8 * sizeof(unsigned long);
	unsigned long *words = (void *)ret;

	sigfillset(ret);
	words[33 / bits] |= 1UL << 33 % bits;
}

/* Of the calling thread. */
static inline int os_signal_mask(int how, const sigset_t *set, sigset_t *old)
{
	return (int)syscall(SYS_rt_sigprocmask, how, set, old, (size_t)(_NSIG / 8));
}

/* Neither handled nor ignored, as nohup(1) has SIGHUP and a shell SIGINT of what runs in the background. (One that is
 * blocked comes by a signalfd though it is ignored.) */
static inline bool os_signal_is_default(int sig)
{
	struct sigaction sa;

	return sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL;
}
