/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/timeline.h"
#include "os/clone.h"
#include "os/exe.h"
#include "proc/job.h"
#include "ns/ns.h"
#include "proc/fds.h"
#include "proc/join.h"

/*
 * Who has entered the container's cgroup namespace is outside of it himself, and where cgroup2 is
 * mounted with nsdelegate, as systemd does, the kernel then hides all of it from him (ENOENT): the
 * parent moves init.
 */
static bool born_in_cgroup(const struct chain_job *job)
{
	return job->cgroup && !job->script.bare && !(job->script.stage_joins & KIND_BIT(NS_CGROUP));
}

static int clone_init(struct chain_job *job, struct chan *to_parent, struct chan *init_end,
		      struct err *e)
{
	struct os_clone c = {
		.flags = CLONE_PARENT, /* so that init is the parent's child, then the engine's */
		.cgroup = born_in_cgroup(job) ? cgroup_clone_fd(job->cgroup) : FD_NONE,
	};
	struct msg_pid m = { 0 };
	bool in_cgroup = false;
	int pidfd = FD_NONE;
	pid_t pid;

	for (size_t k = 0; k < NS_KIND_MAX; k++)
		if (job->script.new_kinds & KIND_BIT(k))
			c.flags |= ns_table[k].flag;
	pid = os_clone(&c, &pidfd, &in_cgroup);
	if (pid == 0) {
		chan_close(to_parent);
		init_main(job, init_end);
	}
	if (pid < 0)
		return err_sys(e, -pid, "clone");
	m.pid = pid;
	m.in_cgroup = in_cgroup;
	return chan_send(to_parent, MSG_INIT_PID, &m, pidfd, e);
}

/* What init is born with, the container can look at (CVE-2016-9962). */
static int put_away_the_host(struct chain_job *job, struct chan *to_parent, struct chan *init_end,
			     struct err *e)
{
	int *const keep[] = { &to_parent->fd, &init_end->fd, &job->proc->host, &job->proc->own };

	int r = join_root(job, e);

	if (r < 0)
		return r;
	procfs_confine(job->proc);
	job->target_pidfd = FD_NONE;
	return fds_gather(job->extra_fds, keep, ARRAY_SIZE(keep), e);
}

static int enter(struct chain_job *job, struct err *e)
{
	TIMELINE("entering namespaces");
	int r = join_namespaces(job, job->script.stage_joins, e);

	return r == 0 && (job->script.stage_joins & KIND_BIT(NS_USER)) ? become_root(e) : r;
}

void stage_main(struct chain_job *job, struct chan *to_parent, struct chan *init_end)
{
	struct err e;
	int r = os_exe_leave(&e);

	timeline_role(TIMELINE_STAGE);
	log_set_sink(chan_log_sink, to_parent);
	if (r == 0)
		r = enter(job, &e);
	if (r == 0 && job->script.bare)
		r = put_away_the_host(job, to_parent, init_end, &e);
	if (r == 0)
		r = clone_init(job, to_parent, init_end, &e);
	if (r < 0)
		chan_send_error(to_parent, &e);
	_exit(r < 0 ? 1 : 0);
}
