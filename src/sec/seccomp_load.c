/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/seccomp.h>

#include "base/cleanup.h"
#include "os/seccomp_raw.h"
#include "sec/seccomp.h"

void seccomp_program_fini(struct seccomp_program *p)
{
	if (!p)
		return;
	free(p->filter);
	*p = (struct seccomp_program){ 0 };
}

int seccomp_program_load(const struct seccomp_program *p, int *ret_listener, struct err *e)
{
	uint32_t flags = p->flags | (p->notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
	int fd;

	if (!p->filter) {
		*ret_listener = FD_NONE;
		return 0;
	}
	fd = os_seccomp_load(flags, p->filter, p->n);
	if (fd == -EACCES)
		return err_sys(e, EACCES, "error loading seccomp filter into kernel (neither "
			       "CAP_SYS_ADMIN nor noNewPrivileges)");
	if (fd == -EBUSY)
		return err_sys(e, EBUSY,
			       "error loading seccomp filter into kernel (a filter with a "
			       "listener is loaded already)");
	if (fd < 0)
		return err_sys(e, -fd, "error loading seccomp filter into kernel");
	*ret_listener = p->notify ? fd : FD_NONE;
	return 0;
}
