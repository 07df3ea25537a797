/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/all_signals.h"
#include "os/exe_parts.h"
#include "os/feature.h"
#include "os/pidfd.h"
#include "os/raw_call.h"

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL /* 5.7 */
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* 5.6 */
#endif

static pid_t clone3_call(const struct os_clone *c, int cgroup, int *pidfd)
{
	struct clone_args args = {
		.flags = c->flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = c->flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	long r;

	if (os_fallback_forced(OS_CLONE3))
		return -ENOSYS;
	if (cgroup >= 0) {
		if (os_fallback_forced(OS_INTO_CGROUP))
			return -EINVAL;
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)(unsigned)cgroup;
	}
	r = syscall(SYS_clone3, &args, sizeof(args));
	return r < 0 ? -errno : (pid_t)r;
}

/* clone(2) has CLONE_PIDFD since 5.2; its flags word has no room for CLONE_NEWTIME. */
static pid_t clone_call(const struct os_clone *c, int *pidfd)
{
	unsigned long flags = (unsigned long)c->flags | (c->flags & CLONE_PARENT ? 0 : SIGCHLD);
	long r;

	if (c->flags & CLONE_NEWTIME)
		return -ENOSYS;
	r = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
	if (r < 0)
		return -errno;
	if (r > 0)
		*pidfd = os_pidfd_open((pid_t)r);
	return (pid_t)r;
}

pid_t os_clone(const struct os_clone *c, int *ret_pidfd, bool *ret_in_cgroup)
{
	int pidfd = FD_NONE;
	bool in_cgroup = c->cgroup >= 0;
	pid_t pid = clone3_call(c, c->cgroup, &pidfd);

	/*
	 * EINVAL: a kernel before 5.7; EBUSY, EOPNOTSUPP: the "no internal process" rule or a
	 * threaded cgroup; EACCES: not delegated that far. A real EINVAL comes back again below.
	 */
	if (in_cgroup && (pid == -EINVAL || pid == -EBUSY || pid == -EOPNOTSUPP || pid == -EACCES ||
			  pid == -E2BIG)) {
		in_cgroup = false;
		pid = clone3_call(c, FD_NONE, &pidfd);
	}
	/* EPERM from a seccomp filter that predates clone3; a true EPERM comes back from clone. */
	if (pid == -ENOSYS || pid == -EPERM) {
		in_cgroup = false;
		pid = clone_call(c, &pidfd);
	}
	if (pid > 0)
		*ret_pidfd = pidfd;
	if (pid >= 0)
		*ret_in_cgroup = in_cgroup;
	return pid;
}

pid_t os_clone_beside(int (*fn)(void *), void *arg, void *stack, size_t size)
{
	sigset_t all, old;
	pid_t pid;
	int saved;

	if (os_fallback_forced(OS_BESIDE) || SANITIZED || !OS_HAS_RAW_CALL)
		return -ENOSYS;
	/* A handler would run on the caller's memory twice. The program, which was parted, has none. */
	os_signals_all(&all);
	if (!os_exe_needed.start && os_signal_mask(SIG_BLOCK, &all, &old) < 0)
		return -errno;
	pid = clone(fn, (char *)stack + size, CLONE_VM, arg);
	saved = errno;
	if (!os_exe_needed.start)
		os_signal_mask(SIG_SETMASK, &old, NULL);
	return pid < 0 ? -saved : pid;
}
