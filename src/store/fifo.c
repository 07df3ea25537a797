/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

#define FIFO_FILE "exec.fifo"

int store_make_fifo(const struct store_dir *d, uint32_t uid, uint32_t gid, struct err *e)
{
	/* Made shut, handed over, then opened up: never anybody's for a moment who should not. */
	if (mkfifoat(d->fd, FIFO_FILE, 0600) < 0)
		return err_sys(e, errno, "mkfifo %s/%s", d->path, FIFO_FILE);
	if ((uid != d->owner || gid != getegid()) &&
	    fchownat(d->fd, FIFO_FILE, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "chown %s/%s", d->path, FIFO_FILE);
	if (fchmodat(d->fd, FIFO_FILE, 0622, 0) < 0)
		return err_sys(e, errno, "chmod %s/%s", d->path, FIFO_FILE);
	return 0;
}

bool store_has_fifo(const struct store_dir *d)
{
	struct stat st;

	return fstatat(d->fd, FIFO_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISFIFO(st.st_mode);
}

int store_remove_fifo(const struct store_dir *d)
{
	return unlinkat(d->fd, FIFO_FILE, 0) < 0 && errno != ENOENT ? -errno : 0;
}
