/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "sec/seccomp.h"
#include "sec/seccomp/library.h"

const char *seccomp_library_version(void)
{
	static char text[40];
	const struct scmp_version *v;
	struct err e;

	/* Absent, it is as good as not built in: seccomp_compile() says why. */
	if (scmp_load(&e) < 0)
		return text;
	v = scmp.version();
	if (v)
		snprintf(text, sizeof(text), "%u.%u.%u", v->major, v->minor, v->micro);
	return text;
}
