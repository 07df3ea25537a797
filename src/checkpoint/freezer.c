/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/freezer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "os/pidfd.h"

/* By a signal, or by who traces it. */
static bool has_stopped_process(struct opened *c)
{
	auto_free pid_t *pids = NULL;
	struct err unheard;
	size_t n = 0;
	char letter;

	if (cgroup_pids(c->cgroup, &pids, &n, &unheard) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (procfs_pid_stat(&c->rt->proc, pids[i], &letter, NULL, NULL) == 0 && (letter == 'T' || letter == 't'))
			return true;
	return false;
}

/* Whether a process was stopped the kernel does not tell while it is frozen (Linux 6.1), and CRIU cannot
 * have it before it is thawed: then it stays so. */
static bool has_to_be_thawed(struct opened *c)
{
	bool paused = c->status == STATUS_PAUSED, stopped;
	struct err unheard;

	if (paused && cgroup_freeze(c->cgroup, false, &unheard) < 0)
		return false;
	stopped = has_stopped_process(c);
	if (paused && !stopped)
		(void)cgroup_freeze(c->cgroup, true, &unheard); /* CRIU does it too */
	return stopped;
}

const char *freezer_for_criu(struct opened *c)
{
	const struct kv_list *p = &c->state.cgroup_paths;
	bool v2 = cgroup_host_is_unified();

	/* A process that was stopped and then frozen by cgroup v1 does not answer to ptrace, and CRIU waits
	 * for it for ever. */
	if (!v2 && has_to_be_thawed(c))
		return NULL;
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i].key, "freezer") || (v2 && !*p->v[i].key))
			return p->v[i].value;
	return NULL;
}

/* Not on a disk, which may take as long. Where the kernel does not tell, it may be. */
static bool may_be_in_ptrace(struct opened *c, pid_t pid)
{
	char path[32], text[256];

	snprintf(path, sizeof(path), "%d/syscall", (int)pid);
	return procfs_read_record(&c->rt->proc, path, text, sizeof(text)) < 0 || atoi(text) == SYS_ptrace;
}

/* Thawed for any other reason, its processes would run away from CRIU. */
static bool is_waiting_for_frozen(struct opened *c, const struct criu *criu)
{
	struct err unheard;
	char letter;

	return procfs_pid_stat(&c->rt->proc, criu->pid, &letter, NULL, NULL) == 0 && letter == 'D' &&
	       may_be_in_ptrace(c, criu->pid) && opened_refresh(c, &unheard) == 0 && c->status == STATUS_PAUSED;
}

/* False: there is no reason to. */
static bool wake(struct opened *c, const struct criu *criu, pid_t pid)
{
	/* Before the look, so that it is the same process whose number this is. */
	auto_fd fd = os_pidfd_open(pid);

	if (criu_traced_state(criu, &c->rt->proc, pid) != 'T')
		return false;
	if (fd >= 0 && os_pidfd_send_signal(fd, SIGCONT) == 0)
		os_pidfd_send_signal(fd, SIGSTOP);
	return true;
}

bool freezer_help_criu(struct opened *c, const struct criu *criu)
{
	auto_free pid_t *pids = NULL;
	struct err unheard;
	bool found = false;
	size_t n = 0;

	if (is_waiting_for_frozen(c, criu))
		return cgroup_freeze(c->cgroup, false, &unheard) == 0;
	if (cgroup_pids(c->cgroup, &pids, &n, &unheard) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		found |= wake(c, criu, pids[i]);
	return found;
}

void freezer_as_before(struct opened *c, enum container_status before)
{
	char text[ERR_TEXT_MAX];
	struct err why;

	err_init(&why);
	if (opened_refresh(c, &why) == 0 && (c->status == before || !c->init_alive))
		return;
	if (err_is_set(&why) || cgroup_freeze(c->cgroup, before == STATUS_PAUSED, &why) < 0) {
		err_format(&why, text, sizeof(text));
		log_warn("the container may be stopped by the freezer: %s", text);
	}
}
