/* SPDX-License-Identifier: Apache-2.0 */
/* In place of seccomp.c when built without libseccomp (-Dseccomp=disabled). */
#include <errno.h>

#include "sec/seccomp.h"

int seccomp_compile(const struct spec_seccomp *s, struct seccomp_program *ret, struct err *e)
{
	(void)s;
	(void)ret;
	return err_make(e, ERR_UNSUPPORTED, EOPNOTSUPP,
			"seccomp: config provided but seccomp not supported by this build");
}

const char *const *seccomp_known_archs(void)
{
	static const char *const none[] = { NULL };

	return none;
}

const char *seccomp_library_version(void)
{
	return "";
}
