/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/io.h"
#include "base/str.h"
#include "cgroup/impl.h"

#define EVENTS_FILE "cgroup.events"

int cgroup_glance_open(void)
{
	auto_fd fd = openat(AT_FDCWD, CG_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs s;

	if (fd < 0 || fstatfs(fd, &s) < 0 || s.f_type != CGROUP2_SUPER_MAGIC)
		return FD_NONE;
	return TAKE_FD(fd);
}

bool cgroup_glance(int fd, const char *path)
{
	char file[PATH_MAX], text[256];

	if (fd < 0 || !str_starts(path, CG_ROOT "/") ||
	    snprintf(file, sizeof(file), "%s/" EVENTS_FILE, path + strlen(CG_ROOT "/")) >= (int)sizeof(file) ||
	    io_read_file(fd, file, text, sizeof(text)) < 0)
		return false;
	return strstr(text, "populated 1") && strstr(text, "frozen 0");
}
