/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp/library.h"

#include <stdio.h>

#include "sec/seccomp.h"

#define SONAME "libseccomp.so.2"

struct libseccomp scmp;

OS_LIBRARY_NOTE(seccomp_note, SONAME, "seccomp", "linux.seccomp: system call filters");

static const char *const names[] = { SECCOMP_FUNCTIONS(OS_LIBRARY_NAME) };
static struct os_library library = {
	.soname = SONAME,
	.names = names,
	.table = &scmp,
	.n = ARRAY_SIZE(names),
};

int scmp_load(struct err *e)
{
	return os_library_load(&library, "linux.seccomp needs", e);
}

const char *seccomp_library_version(void)
{
	static char text[40];
	const struct scmp_version *v;
	struct err e;

	/* Absent, it is as good as not built in: seccomp_compile() says why. */
	if (os_library_load(&library, "the version needs", &e) < 0)
		return text;
	v = scmp.version();
	if (v)
		snprintf(text, sizeof(text), "%u.%u.%u", v->major, v->minor, v->micro);
	return text;
}
