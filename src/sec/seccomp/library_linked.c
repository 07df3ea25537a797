/* SPDX-License-Identifier: Apache-2.0 */
/* In place of library.c in the static program: libseccomp is linked in, the linker fills the table. */
#include "os/exe_cold.h"
#include "sec/seccomp/library.h"

struct libseccomp scmp = { SECCOMP_FUNCTIONS(OS_LIBRARY_LINKED) };

int scmp_load(struct err *e)
{
	/* A sealed program comes without it, which saves most containers a sixth of the copy. */
	return os_exe_load(&os_exe_seccomp, e);
}
