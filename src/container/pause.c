/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "container/opened.h"

int container_pause(struct runtime *rt, const char *id, bool paused, struct err *e)
{
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_LOCKED, e);

	if (r < 0)
		return r;
	if (paused && c.status != STATUS_RUNNING && c.status != STATUS_CREATED)
		r = err_make(e, ERR_STATE, EINVAL, "container not running");
	else if (!paused && c.status != STATUS_PAUSED)
		r = err_make(e, ERR_STATE, EINVAL, "container not paused");
	else
		r = cgroup_freeze(c.cgroup, paused, e);
	opened_fini(&c);
	return r;
}
