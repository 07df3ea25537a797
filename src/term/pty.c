/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/safe_path.h"
#include "term/term.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* 4.13 */
#endif

/* include/uapi/linux/major.h: TTYAUX_MAJOR and UNIX98_PTY_SLAVE_MAJOR */
#define PTMX_DEV makedev(5, 2)
#define SLAVE_MAJOR 136

static bool on_devpts(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC;
}

/* The link of that kind lies on devpts and is what it says: nothing that an image put there. */
static bool is_terminal_device(int fd, bool slave)
{
	struct stat st;

	if (!on_devpts(fd) || fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
		return false;
	return slave ? major(st.st_rdev) == SLAVE_MAJOR : st.st_rdev == PTMX_DEV;
}

/*
 * First the file system, then a name in it that is neither a link nor mounted over: in devpts only
 * the kernel makes nodes, so nothing is opened that could do something by being opened.
 */
static int open_ptmx(int root, struct err *e)
{
	auto_fd dir = safe_open(root, "dev/pts", O_PATH | O_DIRECTORY, 0), fd = FD_NONE;

	if (dir < 0)
		return err_sys(e, -dir, "open /dev/pts for the container's terminal");
	if (!on_devpts(dir))
		return err_make(e, ERR_CONFIG, ENXIO,
				"process.terminal: /dev/pts is not a devpts mount in the container");
	fd = safe_open_nofollow(dir, "ptmx", O_RDWR | O_NOCTTY, true);
	if (fd < 0)
		return err_sys(e, -fd, "open /dev/pts/ptmx");
	if (!is_terminal_device(fd, false))
		return err_make(e, ERR_CONFIG, ENXIO, "/dev/pts/ptmx is not a real ptmx device");
	return TAKE_FD(fd);
}

/* By the master's descriptor: /dev/pts/N by name was CVE-2025-52565. */
static int open_slave(int master, struct err *e)
{
	auto_fd fd = FD_NONE;

	if (ioctl(master, TIOCSPTLCK, &(int){ 0 }) < 0)
		return err_sys(e, errno, "unlock the container's terminal");
	fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "get peer end of newly-allocated console");
	if (!is_terminal_device(fd, true))
		return err_make(e, ERR_SYS, ENXIO, "the peer of /dev/pts/ptmx is not a pty");
	return TAKE_FD(fd);
}

int term_open_pty(int root, const struct spec_console_size *size, int *ret_master, int *ret_slave,
		  struct err *e)
{
	auto_fd master = open_ptmx(root, e), slave = FD_NONE;

	if (master < 0)
		return master;
	slave = open_slave(master, e);
	if (slave < 0)
		return slave;
	if (size && size->height && size->width) {
		struct winsize ws = {
			.ws_row = size->height > UINT16_MAX ? UINT16_MAX : (unsigned short)size->height,
			.ws_col = size->width > UINT16_MAX ? UINT16_MAX : (unsigned short)size->width,
		};

		if (ioctl(master, TIOCSWINSZ, &ws) < 0)
			return err_sys(e, errno, "set console size");
	}
	*ret_master = TAKE_FD(master);
	*ret_slave = TAKE_FD(slave);
	return 0;
}

int term_take_over(int slave, struct err *e)
{
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return err_sys(e, errno, "setctty");
	for (int i = 0; i < 3; i++)
		if (dup2(slave, i) < 0)
			return err_sys(e, errno, "dup2 of the console to %d", i);
	return 0;
}
