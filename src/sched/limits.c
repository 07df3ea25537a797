/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel lets one process have: resource limits, and a place in the OOM killer's list. */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include "sched/sched.h"

int sched_set_rlimits(pid_t pid, const struct spec_rlimits *r, struct err *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct rlimit limit = { .rlim_cur = r->v[i].soft, .rlim_max = r->v[i].hard };

		if (prlimit(pid, r->v[i].resource, &limit, NULL) < 0)
			return err_sys(e, errno, "error setting rlimit type %d", r->v[i].resource);
	}
	return 0;
}

int sched_set_oom_score_adj(struct procfs *proc, pid_t pid, int32_t adj, struct err *e)
{
	char path[40], text[16];
	int r;

	if (pid)
		snprintf(path, sizeof(path), "%d/oom_score_adj", (int)pid);
	else
		snprintf(path, sizeof(path), "self/oom_score_adj");
	snprintf(text, sizeof(text), "%d", adj);
	r = procfs_write(proc, path, text);
	return r < 0 ? err_sys(e, -r, "failed to update oom_score_adj to %d", adj) : 0;
}
