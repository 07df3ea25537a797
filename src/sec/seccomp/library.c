/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp/library.h"

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
