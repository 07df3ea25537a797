/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"

void fd_close(int fd)
{
	if (fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
}

void cleanup_fd(int *fd)
{
	fd_close(*fd);
	*fd = FD_NONE;
}

void cleanup_free(void *p)
{
	free(*(void **)p);
}

void cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

void cleanup_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}
