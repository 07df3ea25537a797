/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netdev/netdev.h"
#include "ns/ns.h"
#include "os/setns.h"
#include "proc/join.h"
#include "proc/steps.h"
#include "sec/keyring.h"

static bool entered_user_namespace(const struct init_ctx *ctx)
{
	const struct script *s = &ctx->job->script;

	return (s->new_kinds | s->init_joins | s->stage_joins) & KIND_BIT(NS_USER);
}

static int expect_begin(struct init_ctx *ctx, struct err *e)
{
	struct msg_begin m;
	int r = chan_expect(ctx->parent, MSG_BEGIN, &m, NULL, e);

	if (r < 0)
		return r;
	ctx->ignored_signals = m.ignored_signals;
	/* Who has come into a user namespace has become its root, with all capabilities. */
	ctx->bounding = entered_user_namespace(ctx) ? UINT64_MAX : m.bounding;
	ctx->uid = entered_user_namespace(ctx) ? UINT32_MAX : m.uid;
	ctx->gid = entered_user_namespace(ctx) ? UINT32_MAX : m.gid;
	ctx->no_groups = !entered_user_namespace(ctx) && m.no_groups;
	if (ctx->job->seccomp_slot)
		ctx->job->seccomp = seccomp_slot_view(ctx->job->seccomp_slot);
	return 0;
}

int step_begin(struct init_ctx *ctx, struct err *e)
{
	return ctx->job->script.side_by_side ? 0 : expect_begin(ctx, e);
}

int step_late_begin(struct init_ctx *ctx, struct err *e)
{
	return ctx->job->script.side_by_side ? expect_begin(ctx, e) : 0;
}

int step_user_namespace_root(struct init_ctx *ctx, struct err *e)
{
	return entered_user_namespace(ctx) ? become_root(e) : 0;
}

int step_session(struct init_ctx *ctx, struct err *e)
{
	(void)ctx;
	/* A session of its own: the caller's terminal is out of reach (TIOCSTI, CVE-2017-5226). */
	if (setsid() < 0)
		return err_sys(e, errno, "setsid");
	return 0;
}

int step_join_namespaces(struct init_ctx *ctx, struct err *e)
{
	int r = join_namespaces(ctx->job, ctx->job->script.init_joins, e);

	return r < 0 ? r : join_root(ctx->job, e);
}

/* cgroup and ipc: why not at the clone, script.c says. */
int step_late_namespaces(struct init_ctx *ctx, struct err *e)
{
	uint32_t kinds = ctx->job->script.late_kinds;
	uint64_t flags = 0;
	int r;

	if (kinds & KIND_BIT(NS_CGROUP))
		flags |= ns_table[NS_CGROUP].flag;
	if (kinds & KIND_BIT(NS_IPC))
		flags |= ns_table[NS_IPC].flag;
	r = flags ? os_unshare(flags) : 0;
	return r < 0 ? err_sys(e, -r, "unshare") : 0;
}

/* The namespace's root stays above it, as with crun: what is in it can be named from inside. */
int step_delegated_cgroup(struct init_ctx *ctx, struct err *e)
{
	int r;

	if (!ctx->job->spec->linux->cgroup_delegate)
		return 0;
	r = chan_send(ctx->parent, MSG_CGROUP_READY, NULL, FD_NONE, e);
	return r < 0 ? r : chan_expect(ctx->parent, MSG_DELEGATED, NULL, NULL, e);
}

/* Offsets can be written only while nobody is inside; then init enters by its own link. */
int step_time_namespace(struct init_ctx *ctx, struct err *e)
{
	const struct spec_time_offsets *offsets = ctx->job->spec->linux->time_offsets;
	auto_fd fd = FD_NONE;
	int r;

	if (!(ctx->job->script.late_kinds & KIND_BIT(NS_TIME)))
		return 0;
	r = os_unshare(CLONE_NEWTIME);
	if (r < 0)
		return err_sys(e, -r, "unshare");
	if (offsets) {
		/* An undumpable process's files in /proc belong to the host's root, whom a user
		 * namespace does not know. Nobody else is in this namespace yet. */
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		r = ns_write_time_offsets(ctx->job->proc, offsets, e);
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		if (r < 0)
			return r;
	}
	fd = procfs_open_ns(ctx->job->proc, 0, "time_for_children");
	if (fd < 0)
		return err_sys(e, -fd, "open the new time namespace");
	r = os_setns(fd, CLONE_NEWTIME);
	return r < 0 ? err_sys(e, -r, "setns") : 0;
}

int step_keyring(struct init_ctx *ctx, struct err *e)
{
	struct chain_job *job = ctx->job;
	int key;

	if (!job->new_keyring)
		return 0;
	key = keyring_join(job->id, job->selinux, job->proc, e);
	if (key < 0)
		return key;
	/* What exec joins was made by init. */
	return job->script.join ? 0 : keyring_let_search(key, job->initial_userns, job->proc, e);
}

int step_network(struct init_ctx *ctx, struct err *e)
{
	const struct script *s = &ctx->job->script;

	if (s->late_kinds & KIND_BIT(NS_NETWORK))
		return beside_enter_network(ctx->job->beside, &ctx->got, e);
	return s->new_kinds & KIND_BIT(NS_NETWORK) ? netdev_loopback_up(e) : 0;
}

int step_names(struct init_ctx *ctx, struct err *e)
{
	const struct spec *s = ctx->job->spec;

	if (!s->hostname && !s->domainname)
		return 0;
	return ns_set_hostname(s->hostname, s->domainname, e);
}

int step_sysctls(struct init_ctx *ctx, struct err *e)
{
	if (ctx->job->spec->linux->sysctl.n == 0)
		return 0;
	return ns_write_sysctls(ctx->job->proc, &ctx->job->spec->linux->sysctl, e);
}
