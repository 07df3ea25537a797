/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/helper.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "os/exe.h"
#include "os/pidfd.h"

void helper_guard(pid_t caller, bool hidden)
{
	pid_t parent;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	parent = getppid();
	if (parent != caller && parent != 0) /* 0: in another pid namespace */
		_exit(1);
	if (hidden)
		prctl(PR_SET_DUMPABLE, 0);
}

int helper_begin(pid_t caller, struct err *e)
{
	int r;

	err_init(e);
	r = os_exe_leave(e);
	log_set_sink(NULL, NULL); /* the caller's is in what was left */
	helper_guard(caller, geteuid() == 0);
	return r;
}

void helper_end(int words, int r, const struct err *e)
{
	if (r < 0)
		(void)io_write_all(words, e, sizeof(*e));
	_exit(r < 0);
}

void helper_say_done(int words)
{
	const struct err none = { 0 };

	(void)io_write_all(words, &none, sizeof(none));
}

int helper_listen(int words, struct err *e)
{
	bool said = io_read_full(words, e, sizeof(*e)) == sizeof(*e), done = said && !err_is_set(e);

	if (said && err_is_valid(e))
		return -e->errnum;
	err_init(e);
	return done;
}

int helper_wait(int words, pid_t pid, const char *what, struct err *e)
{
	int status = 0, r = helper_listen(words, e);

	os_wait_child(pid, &status);
	return r < 0 ? r : status == 0 ? 0 : err_make(e, ERR_CHILD, ECHILD, "%s died", what);
}
