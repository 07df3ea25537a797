/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/exe.h"
#include "os/memfd.h"
#include "proc/fds.h"

/* An unnamed copy: no link leads to it. Anybody may run such a file, but then it is theirs. */
static bool is_unnamed(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 0;
}

/* As the copy is, by execveat(2): else nobody has to look at it first. */
static bool run_by_descriptor(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	return name && str_starts(name, "/dev/fd/");
}

/* Children leave it for an empty file: whoever executes or opens theirs finds nothing. */
static int prepare_to_leave(char *const argv[])
{
	auto_fd empty = os_memfd_empty("strake");
	int r = empty < 0 ? empty : os_exe_prepare(empty, argv);

	if (r == 0)
		(void)TAKE_FD(empty);
	return r == -EALREADY ? 0 : r;
}

int seal_self(char *const argv[], struct err *e)
{
	auto_fd exe = FD_NONE, copy = FD_NONE;
	bool by_descriptor = run_by_descriptor();
	struct stat st;

	if (!by_descriptor && prepare_to_leave(argv) == 0)
		return 0;
	exe = openat(AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (exe < 0 || fstat(exe, &st) < 0)
		return err_sys(e, errno, "open /proc/self/exe");
	if (is_unnamed(&st))
		return 0; /* whatever it was run by: never a copy of a copy */
	if (by_descriptor && prepare_to_leave(argv) == 0)
		return 0;
	copy = os_program_copy("strake", exe, 0, st.st_size);
	if (copy < 0)
		return err_sys(e, -copy, "making a sealed copy of the runtime's own binary");
	fds_keep_inherited((const int[]){ exe, copy }, 2);
	syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	return err_sys(e, errno, "running the sealed copy of the runtime's own binary");
}
