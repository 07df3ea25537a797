/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/join.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/errno_class.h"
#include "ns/ns.h"
#include "os/pidfd.h"
#include "os/setid.h"
#include "os/setns.h"
#include "proc/steps.h"

/* Mount last: with it the root and the working directory change. */
static const enum ns_kind order[] = {
	NS_CGROUP, NS_IPC, NS_UTS, NS_NETWORK, NS_PID, NS_TIME, NS_USER, NS_MOUNT,
};

static int join_one(const int *fd, enum ns_kind kind, struct err *e)
{
	int r = os_setns(fd[kind], ns_table[kind].flag);

	return r < 0 ? err_sys(e, -r, "entering the %s namespace", ns_table[kind].name) : 0;
}

static int container_is_gone(struct err *e)
{
	return err_make(e, ERR_STATE, ESRCH, "container not running");
}

/* All at once by the container's pidfd; *ret_done tells whether this kernel (5.8) can. */
static int join_by_pidfd(const struct chain_job *job, uint32_t kinds, bool *ret_done, struct err *e)
{
	uint64_t flags = 0;
	int r;

	*ret_done = false;
	for (size_t k = 0; k < NS_KIND_MAX; k++)
		if (kinds & KIND_BIT(k))
			flags |= ns_table[k].flag;
	r = os_setns_pidfd(job->target_pidfd, flags);
	if (r == -EINVAL || r == -EBADF)
		return 0; /* before 5.8, or a kind that this kernel lacks */
	*ret_done = true;
	/* An init that is ending has left its namespaces before it is a zombie. */
	if (r == -ESRCH)
		return container_is_gone(e);
	return r < 0 ? err_sys(e, -r, "entering the container's namespaces") : 0;
}

/*
 * Host root may enter everything but keeps fewer rights once it is in another user namespace, so
 * "user" comes late; an unprivileged caller has rights over the other namespaces only after it.
 * What is refused in the first pass is tried again when "user" is done.
 */
static int join_by_fds(const int *fd, uint32_t kinds, struct err *e)
{
	uint32_t left = 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int r;

		if (!(kinds & KIND_BIT(order[i])))
			continue;
		r = join_one(fd, order[i], e);
		if (r == -EPERM && order[i] != NS_USER && (kinds & KIND_BIT(NS_USER))) {
			left |= KIND_BIT(order[i]);
			err_init(e);
			continue;
		}
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int r = left & KIND_BIT(order[i]) ? join_one(fd, order[i], e) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* By number, which was the container's if that one has not ended by now. The mount namespace in any
 * case: an init that is ending has left it, but not the pid namespace, where nobody can be born then. */
static int open_target(const struct chain_job *job, uint32_t kinds, int *fd, struct err *e)
{
	kinds |= KIND_BIT(NS_MOUNT);
	for (size_t k = 0; k < NS_KIND_MAX; k++) {
		if (!(kinds & KIND_BIT(k)))
			continue;
		fd[k] = procfs_open_ns(job->proc, job->target_pid, ns_table[k].link);
		if (fd[k] == -ENOENT || fd[k] == -ESRCH)
			return container_is_gone(e);
		if (fd[k] < 0)
			return err_sys(e, -fd[k], "open the container's %s namespace", ns_table[k].name);
	}
	return os_pidfd_wait(job->target_pidfd, 0) == -ETIMEDOUT ? 0 : container_is_gone(e);
}

static int join_target_by_fds(const struct chain_job *job, uint32_t kinds, struct err *e)
{
	int fd[NS_KIND_MAX], r;

	for (size_t k = 0; k < NS_KIND_MAX; k++)
		fd[k] = FD_NONE;
	r = open_target(job, kinds, fd, e);
	if (r == 0)
		r = join_by_fds(fd, kinds, e);
	for (size_t k = 0; k < NS_KIND_MAX; k++)
		fd_close(fd[k]);
	return r;
}

int join_namespaces(const struct chain_job *job, uint32_t kinds, struct err *e)
{
	bool done;
	int r;

	if (!kinds)
		return 0;
	if (job->target_pidfd < 0)
		return join_by_fds(job->ns_fd, kinds, e);
	r = join_by_pidfd(job, kinds, &done, e);
	return r < 0 || done ? r : join_target_by_fds(job, kinds, e);
}

int join_root(struct chain_job *job, struct err *e)
{
	/* With a mount namespace its root has come along. */
	if (job->root_fd >= 0 && (fchdir(job->root_fd) < 0 || chroot(".") < 0))
		return err_sys(e, errno, "entering the container's root");
	job->root_fd = FD_NONE; /* borrowed */
	return 0;
}

int become_root(struct err *e)
{
	/* EPERM: setgroups is denied in this user namespace; EINVAL: id 0 is not mapped. */
	if (os_setgroups(0, NULL) < 0 && errno != EPERM)
		return err_sys(e, errno, "setgroups");
	if (os_setgid(0) < 0 && errno != EINVAL)
		return err_sys(e, errno, "setresgid");
	if (os_setuid(0) < 0 && errno != EINVAL)
		return err_sys(e, errno, "setresuid");
	return 0;
}

/* exec: the container is there, so nothing is mounted or created; the rest is as in init. */
const struct init_step join_steps[] = {
	{ BEFORE_PIVOT, "waiting for the parent", step_begin },
	{ BEFORE_PIVOT, "entering the namespaces of the container", step_join_namespaces },
	{ AFTER_PIVOT, "becoming root in the user namespace", step_user_namespace_root },
	{ AFTER_PIVOT, "starting a session", step_session },
	{ AFTER_PIVOT, "joining the session keyring", step_keyring },
	{ AFTER_PIVOT, "setting up the terminal", step_terminal },
	{ AFTER_PIVOT, "setting the personality", step_personality },
	{ AFTER_PIVOT, "setting the memory policy", step_memory_policy },
	{ AFTER_PIVOT, "setting the scheduler", step_scheduler },
	{ AFTER_PIVOT, "setting the I/O priority", step_io_priority },
	{ AFTER_PIVOT, "setting the CPU affinity", step_affinity },
	{ AFTER_PIVOT, "handing over stdio", step_own_stdio },
	{ AFTER_PIVOT, "finding the home directory", step_home },
	STEPS_SEAL
	STEPS_LEAVE
};
const size_t join_steps_n = ARRAY_SIZE(join_steps);
