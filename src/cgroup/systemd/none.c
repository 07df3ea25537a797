/* SPDX-License-Identifier: Apache-2.0 */
/* A build without the systemd driver. */
#include "cgroup/systemd/systemd.h"

int cg_systemd_new(struct cgroup *c, const struct cg_host *h, const struct cgroup_request *req,
		   const char **ret_path, struct err *e)
{
	(void)c, (void)h, (void)req, (void)ret_path;
	return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
			"the systemd cgroup manager is not supported by this build");
}

int cg_systemd_load(struct cgroup *c, const char *owned, struct err *e)
{
	/* The cgroup is a directory all the same: what files can do works. */
	(void)c, (void)owned, (void)e;
	return 0;
}

bool cg_systemd_is_user(const struct cgroup *c)
{
	(void)c;
	return false;
}
