/* SPDX-License-Identifier: Apache-2.0 */
/* What the parent does for init before it may begin. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/errno_class.h"
#include "base/log.h"
#include "base/timeline.h"
#include "netdev/netdev.h"
#include "ns/ns.h"
#include "proc/parent.h"
#include "sched/sched.h"

/*
 * In a user namespace nobody may raise a hard limit, so the parent raises it beforehand. The
 * limits themselves are init's last but one act: a small RLIMIT_NOFILE would stop the set-up.
 */
static int raise_hard_limits(struct parent *p, struct err *e)
{
	const struct spec_rlimits *want = &p->job->process->rlimits;

	for (size_t i = 0; i < want->n; i++) {
		struct rlimit old;
		struct spec_rlimit one = want->v[i];
		struct spec_rlimits list = { .v = &one, .n = 1 };
		int r;

		if (prlimit(p->init_pid, one.resource, NULL, &old) < 0)
			return err_sys(e, errno, "prlimit of init");
		if (one.hard <= old.rlim_max)
			continue;
		one.soft = old.rlim_cur;
		r = sched_set_rlimits(p->init_pid, &list, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* exec: where the container's processes are, or where --cgroup wants it below. */
static int join_cgroup(struct parent *p, struct err *e)
{
	const struct chain_job *job = p->job;
	int r = job->spec->linux->cgroup_delegate ?
			cgroup_follow_init(job->cgroup, p->init_pid, job->target_pid, e) :
			cgroup_join_init(job->cgroup, p->init_pid, p->in_cgroup, job->target_pid, e);

	for (const char *const *s = job->sub_cgroups; r == 0 && s && *s; s++) {
		auto_free char *controllers = strdup(*s);
		char *colon = controllers ? strchr(controllers, ':') : NULL;

		if (!controllers)
			return err_sys(e, ENOMEM, "--cgroup %s", *s);
		if (colon)
			*colon = '\0';
		r = cgroup_join_sub(job->cgroup, p->init_pid, colon ? controllers : NULL,
				    colon ? colon + 1 : *s, e);
		if (r < 0)
			err_wrap(e, "--cgroup %s", *s);
	}
	return r;
}

static int place_in_cgroup(struct parent *p, struct err *e)
{
	struct chain_job *job = p->job;
	int r;

	if (!job->cgroup)
		return 0;
	if (job->script.join)
		return join_cgroup(p, e);
	r = cgroup_join(job->cgroup, p->init_pid, p->in_cgroup, e);
	if (r < 0)
		return r;
	r = cgroup_apply_devices(job->cgroup, job->spec->linux->resources, e);
	if (r < 0 || !job->cgroup_chown)
		return r;
	r = cgroup_chown(job->cgroup, job->cgroup_uid, e);
	/* Without privileges it can be nobody's but the caller's. */
	if (errno_is_privilege(r) && ns_home_is_rootless(job->home, job->proc)) {
		log_debug("the cgroup is not given to user %u", job->cgroup_uid);
		err_init(e);
		r = 0;
	}
	return r;
}

static int write_id_maps(struct parent *p, struct err *e)
{
	const struct spec_linux *l = p->job->spec->linux;
	struct idmap_request req = {
		.pid = p->init_pid,
		.uid = &l->uid_mappings,
		.gid = &l->gid_mappings,
		.privileged = p->job->privileged,
	};

	if (!(p->job->script.new_kinds & KIND_BIT(NS_USER)))
		return 0;
	return idmap_write(p->job->proc, &req, e);
}

static int move_links(struct parent *p, struct err *e)
{
	const struct spec_net_devices *d = &p->job->spec->linux->net_devices;
	auto_fd net = FD_NONE;

	if (p->job->script.join || d->n == 0)
		return 0;
	/* By path: init enters it only later. */
	if (p->job->ns_fd[NS_NETWORK] >= 0)
		return netdev_move(d, p->job->ns_fd[NS_NETWORK], e);
	net = procfs_open_ns(p->job->proc, p->init_pid, "net");
	if (net < 0)
		return err_sys(e, -net, "open the network namespace of init");
	return netdev_move(d, net, e);
}

/* runc gives no score to what exec runs: what only comes from the container is no reason to warn. */
static int set_oom_score(struct parent *p, struct err *e)
{
	const struct chain_job *job = p->job;
	const struct spec_process *of_container = job->spec->process;
	int32_t adj = job->process->oom_score_adj.v;
	int r = sched_set_oom_score_adj(job->proc, p->init_pid, adj, e);

	/* Below the caller's own value needs CAP_SYS_RESOURCE, which no rootless caller has. */
	if (!errno_is_privilege(r) || !ns_home_is_rootless(job->home, job->proc))
		return r;
	err_init(e);
	if (job->script.join && of_container && of_container->oom_score_adj.v == adj)
		log_debug("oom_score_adj %d is not set: operation not permitted", adj);
	else
		log_warn("oom_score_adj %d is not set: operation not permitted", adj);
	return 0;
}

static int apply_process_facts(struct parent *p, struct err *e)
{
	struct chain_job *job = p->job;
	const struct spec_process *proc = job->process;
	const struct spec_intel_rdt *rdt = job->spec->linux->intel_rdt;
	bool user_ns = spec_namespace_find(&job->spec->linux->namespaces, NS_USER) != NULL;
	int r = 0;

	if (user_ns)
		r = raise_hard_limits(p, e);
	if (r == 0 && proc->oom_score_adj.set)
		r = set_oom_score(p, e);
	if (r == 0 && rdt)
		r = intelrdt_apply(rdt, job->id, p->init_pid, e);
	if (r == 0 && job->script.join && proc->exec_cpu_affinity && proc->exec_cpu_affinity->initial)
		r = sched_set_affinity(p->init_pid, proc->exec_cpu_affinity->initial, e);
	return r;
}

int parent_begin(struct parent *p, struct err *e)
{
	static const struct {
		const char *name;
		int (*act)(struct parent *, struct err *);
	} acts[] = {
		{ "writing the id maps", write_id_maps },
		{ "setting limits and scores", apply_process_facts },
		{ "placing it in the cgroup, device rules", place_in_cgroup },
		{ "moving network devices", move_links },
	};
	struct msg_begin m = { 0 };
	struct procfs_self self;
	int r = p->job->on_pid(p->job->data, p->init_pid, p->init_pidfd, e);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(acts); i++) {
		TIMELINE(acts[i].name);
		r = acts[i].act(p, e);
	}
	if (r < 0)
		return r;
	/* Not before the clone: init asks for it much later. */
	procfs_self(p->job->proc, &self);
	m.ignored_signals = self.ignored_signals;
	m.bounding = self.bounding;
	m.uid = self.uid;
	m.gid = self.gid;
	m.no_groups = self.no_groups;
	return chan_send(&p->init, MSG_BEGIN, &m, FD_NONE, e);
}
