/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/path.h"
#include "store/store.h"

int store_absolute_pid_file(const char *path, char **ret, struct err *e)
{
	auto_free char *cwd = NULL;
	char *absolute;

	if (str_empty(path))
		return 0;
	if (path[0] == '/') {
		absolute = strdup(path);
	} else {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return err_sys(e, errno, "getcwd");
		if (asprintf(&absolute, "%s/%s", cwd, path) < 0)
			absolute = NULL;
	}
	if (!absolute)
		return err_sys(e, ENOMEM, "pid file %s", path);
	*ret = absolute;
	return 0;
}

/*
 * Readers take the file's existence for success, so it appears whole or not at all, and a failure
 * leaves neither it nor the temporary one. The words are runc's.
 */
int store_write_pid_file(const char *path, pid_t pid, struct err *e)
{
	const char *base = path_base(path);
	auto_free char *tmp = NULL;
	auto_fd fd = FD_NONE;
	char text[16];
	int n, r;

	n = snprintf(text, sizeof(text), "%d", (int)pid);
	if (asprintf(&tmp, "%.*s.%s", (int)(base - path), path, base) < 0) {
		tmp = NULL;
		return err_sys(e, ENOMEM, "open %s", path);
	}
	fd = openat(AT_FDCWD, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_sys(e, errno, "open %s", tmp);
	r = io_write_all(fd, text, (size_t)n);
	if (r < 0) {
		err_sys(e, -r, "write %s", tmp);
	} else if (rename(tmp, path) < 0) {
		r = err_sys(e, errno, "rename %s %s", tmp, path);
	}
	if (r < 0)
		unlink(tmp);
	return r;
}
