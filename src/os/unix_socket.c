/* SPDX-License-Identifier: Apache-2.0 */
#include "os/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

/* *ret_dir: what the address begins at, when the path is too long for one. */
static int make_address(const char *path, struct sockaddr_un *addr, int *ret_dir)
{
	size_t len = strlen(path);
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int n;

	if (len == 0)
		return -ENOENT; /* zeros are an abstract name, not below any directory, that anybody may take */
	if (len < sizeof(addr->sun_path)) {
		memcpy(addr->sun_path, path, len + 1);
		return 0;
	}
	if (!slash || slash == path || len >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	*ret_dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_dir < 0)
		return -errno;
	n = snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d%s", *ret_dir, slash);
	return n < (int)sizeof(addr->sun_path) ? 0 : -ENAMETOOLONG;
}

int os_unix_connect(int type, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	auto_fd fd = FD_NONE, dir = FD_NONE;
	int r = make_address(path, &addr, &dir);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	while (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		if (errno != EINTR)
			return -errno;
	return TAKE_FD(fd);
}
