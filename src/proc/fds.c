/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/util.h"
#include "os/fd.h"

#define FIRST_EXTRA 3
#define COUNT_MAX 4096

static unsigned inherited;

void fds_early_init(void)
{
	struct pollfd p[FIRST_EXTRA + 1];
	unsigned n = 0;

	/* One question for the first four, of which the last is the first that may be extra. */
	for (int fd = 0; fd <= FIRST_EXTRA; fd++)
		p[fd] = (struct pollfd){ .fd = fd };
	if (poll(p, ARRAY_SIZE(p), 0) == 1 && p[FIRST_EXTRA].revents == POLLNVAL) {
		inherited = 0;
		os_cloexec_from(FIRST_EXTRA);
		return;
	}
	/* The lowest free number is taken, so this fills 0, 1, 2 in turn. Without /dev/null they
	 * stay closed: opening something else there would hand a stranger's file to the payload. */
	for (int fd = 0; fd < FIRST_EXTRA; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			break;
	while (n < COUNT_MAX && fcntl((int)(FIRST_EXTRA + n), F_GETFD) >= 0)
		n++;
	inherited = n;
	os_cloexec_from(FIRST_EXTRA);
}

unsigned fds_inherited(void)
{
	return inherited;
}

unsigned fds_listen(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint32_t p, n;

	if (!pid || !fds || parse_u32(pid, &p) < 0 || parse_u32(fds, &n) < 0)
		return 0;
	return (pid_t)p == getpid() ? n : 0;
}

int fds_check_preserved(unsigned n, struct err *e)
{
	if (n > inherited)
		return err_make(e, ERR_USAGE, EBADF,
				"unable to stat preserved-fd %u (of %u): descriptor %u is not open",
				inherited, n, FIRST_EXTRA + inherited);
	return 0;
}

int fds_leave(unsigned n, struct err *e)
{
	int r = os_close_from(FIRST_EXTRA + n);

	if (r < 0)
		return err_sys(e, -r, "closing the descriptors from %u on", FIRST_EXTRA + n);
	for (unsigned i = 0; i < n; i++) {
		r = os_set_cloexec((int)(FIRST_EXTRA + i), false);
		if (r < 0)
			return err_sys(e, -r, "preserving descriptor %u", FIRST_EXTRA + i);
	}
	return 0;
}

int fds_gather(unsigned extra, int *const keep[], size_t n, struct err *e)
{
	int place = FIRST_EXTRA + (int)extra, next = place;
	int r;

	/* First out of the way: one may stand where another is to go. */
	for (size_t i = 0; i < n; i++) {
		int fd = *keep[i] < 0 ? FD_NONE : fcntl(*keep[i], F_DUPFD_CLOEXEC, place + (int)n);

		if (*keep[i] >= 0 && fd < 0)
			return err_sys(e, errno, "dup");
		*keep[i] = fd;
	}
	for (size_t i = 0; i < n; i++) {
		if (*keep[i] < 0)
			continue;
		if (dup3(*keep[i], next, O_CLOEXEC) < 0)
			return err_sys(e, errno, "dup3");
		*keep[i] = next++;
	}
	r = os_close_from((unsigned)next);
	os_forget_left(); /* they are closed, and their numbers are others' */
	return r < 0 ? err_sys(e, -r, "closing the descriptors from %d on", next) : 0;
}

/* Is anything open behind the first hole? The size counts descriptors since Linux 6.2. */
static bool others_are_open(size_t n_ours)
{
	struct stat st;

	return stat("/proc/self/fd", &st) < 0 || st.st_size == 0 ||
	       (size_t)st.st_size > FIRST_EXTRA + inherited + n_ours;
}

void fds_keep_inherited(const int ours[], size_t n)
{
	auto_dir dir = NULL;
	struct dirent *ent;

	for (unsigned i = 0; i < inherited; i++)
		os_set_cloexec((int)(FIRST_EXTRA + i), false);
	/* A shell's process substitution is at 63, and is named on our command line. */
	dir = others_are_open(n) ? opendir("/proc/self/fd") : NULL;
	while (dir && (ent = readdir(dir))) {
		uint32_t fd;
		bool skip = parse_u32(ent->d_name, &fd) < 0 || fd < FIRST_EXTRA || (int)fd == dirfd(dir);

		for (size_t i = 0; i < n; i++)
			skip = skip || (int)fd == ours[i];
		if (!skip)
			os_set_cloexec((int)fd, false);
	}
}
