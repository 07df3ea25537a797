/* SPDX-License-Identifier: Apache-2.0 */
#include "os/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/parse.h"
#include "os/mount_fd.h"
#include "os/openat2.h"
#include "os/walk.h"

#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

#define PROC_ROOT_INO 1 /* include/linux/proc_ns.h: of the root of a procfs, and of it alone */

static int check_magic(int fd, long magic)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return (long)fs.f_type == magic ? 0 : -EXDEV;
}

static int check_root(int fd)
{
	struct stat st;
	int r = check_magic(fd, PROC_SUPER_MAGIC);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	return st.st_ino == PROC_ROOT_INO ? 0 : -EXDEV;
}

/* A procfs that no path leads to. Not attached: closing it costs a grace period, so only on
 * demand. Needs CAP_SYS_ADMIN. */
static int make_own(bool pids_only)
{
	auto_fd fs = os_fsopen("proc");
	int r;

	if (fs < 0)
		return fs;
	if (pids_only)
		(void)os_fsconfig(fs, "subset", "pid"); /* Linux 5.8 */
	r = os_fsconfig_create(fs);
	if (r < 0)
		return r;
	return os_fsmount(fs, OS_MOUNT_ATTR_NOSUID | OS_MOUNT_ATTR_NODEV | OS_MOUNT_ATTR_NOEXEC);
}

int procfs_open(struct procfs *p, struct err *e)
{
	auto_fd fd = openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = fd < 0 ? -errno : check_root(fd);

	if (r == 0) {
		p->host = TAKE_FD(fd);
		p->own = FD_NONE;
		return 0;
	}
	/* /proc is missing, or something else is there. */
	fd_close(fd);
	fd = make_own(false);
	if (fd < 0)
		return err_sys(e, -r, "open /proc: it is not the root of a procfs");
	p->host = FD_NONE;
	p->own = TAKE_FD(fd);
	return 0;
}

void procfs_close(struct procfs *p)
{
	fd_close(p->host);
	fd_close(p->own);
	p->host = p->own = FD_NONE;
}

void procfs_confine(struct procfs *p)
{
	auto_fd can = os_fsopen("proc");

	if (can < 0)
		return;
	procfs_close(p);
	p->pids_only = true;
}

/* Never off the mount that root is on, which is a procfs: nothing is left to be checked. */
static int open_beneath(int root, const char *path, int flags)
{
	unsigned how = WALK_BENEATH | WALK_NO_XDEV | (flags & O_NOFOLLOW ? WALK_NOFOLLOW : 0);
	int fd = os_openat2(root, path, flags, 0,
			    RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);

	if (fd == -ENOSYS)
		fd = os_walk(root, path, flags, 0, 0, how);
	return fd;
}

int procfs_openat(struct procfs *p, const char *path, int flags)
{
	int r = -EXDEV, own;

	if (p->host >= 0)
		r = open_beneath(p->host, path, flags);
	if (r != -EXDEV)
		return r;
	if (p->own < 0) {
		own = make_own(p->pids_only);
		if (own < 0)
			return r;
		p->own = own;
	}
	return open_beneath(p->own, path, flags);
}

int procfs_open_ns(struct procfs *p, pid_t pid, const char *name)
{
	char path[32] = "self/ns";
	auto_fd dir = FD_NONE, fd = FD_NONE;
	int r;

	if (!*name || strchr(name, '/') || name[0] == '.')
		return -EINVAL;
	if (pid > 0)
		snprintf(path, sizeof(path), "%d/ns", (int)pid);
	dir = procfs_openat(p, path, O_PATH | O_DIRECTORY);
	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = check_magic(fd, NSFS_MAGIC);
	if (r < 0)
		return r;
	return TAKE_FD(fd);
}

int procfs_open_root(struct procfs *p, pid_t pid)
{
	char path[16];
	auto_fd dir = FD_NONE;
	int fd;

	snprintf(path, sizeof(path), "%d", (int)pid);
	dir = procfs_openat(p, path, O_PATH | O_DIRECTORY);
	if (dir < 0)
		return dir;
	fd = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_with(ssize_t (*reader)(int, void *, size_t), struct procfs *p, const char *path,
		     char *buf, size_t size)
{
	auto_fd fd = procfs_openat(p, path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = reader(fd, buf, size);
	if (n < 0)
		return (int)n;
	if ((size_t)n >= size)
		return -EFBIG;
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return 0;
}

int procfs_read(struct procfs *p, const char *path, char *buf, size_t size)
{
	return read_with(io_read_full, p, path, buf, size);
}

int procfs_read_record(struct procfs *p, const char *path, char *buf, size_t size)
{
	return read_with(io_read_record, p, path, buf, size);
}

int procfs_write(struct procfs *p, const char *path, const char *text)
{
	auto_fd fd = procfs_openat(p, path, O_WRONLY);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

#define STAT_FIELDS 38 /* 4 to 41 */
#define STAT(number) ((number) - 4)
#define KERNEL_THREAD 0x00200000u /* PF_KTHREAD */

/* path: of a stat file. */
static int read_stat_at(struct procfs *p, const char *path, pid_t *ret_pid, char *ret_state,
			unsigned long long v[STAT_FIELDS])
{
	char text[2048];
	const char *s;
	int r = procfs_read_record(p, path, text, sizeof(text));

	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	*ret_pid = (pid_t)strtol(text, NULL, 10);
	/* The name may hold blanks and parentheses: what counts begins behind the last one. */
	s = strrchr(text, ')');
	if (!s || s[1] != ' ' || !s[2])
		return -EBADMSG;
	*ret_state = s[2];
	return parse_numbers(s + 3, v, STAT_FIELDS) < 0 ? -EBADMSG : 0;
}

static int read_stat(struct procfs *p, pid_t pid, char *ret_state, unsigned long long v[STAT_FIELDS])
{
	char path[32];
	pid_t same;

	snprintf(path, sizeof(path), "%d/stat", (int)pid);
	return read_stat_at(p, path, &same, ret_state, v);
}

int procfs_pid_stat(struct procfs *p, pid_t pid, char *ret_state, uint64_t *ret_start, int *ret_cpu)
{
	unsigned long long v[STAT_FIELDS];
	char state;
	int r = read_stat(p, pid, &state, v);

	if (r < 0)
		return r;
	/* The first thread has ended, others have not: the process is there as long as they are. */
	if (state == 'Z' && v[STAT(20)] > 1)
		state = 'S';
	if (ret_state)
		*ret_state = state;
	if (ret_start)
		*ret_start = v[STAT(22)];
	if (ret_cpu)
		*ret_cpu = (int)v[STAT(39)];
	return 0;
}

int procfs_self_stat(struct procfs *p, pid_t *ret_tid, uint64_t *ret_start, int *ret_policy)
{
	unsigned long long v[STAT_FIELDS];
	char state;
	int r = read_stat_at(p, "thread-self/stat", ret_tid, &state, v);

	if (r == 0) {
		*ret_start = v[STAT(22)];
		*ret_policy = (int)v[STAT(41)];
	}
	return r;
}

bool procfs_is_kernel_thread(struct procfs *p, pid_t pid)
{
	unsigned long long v[STAT_FIELDS];
	char state;

	return read_stat(p, pid, &state, v) == 0 && (v[STAT(9)] & KERNEL_THREAD);
}

static uint32_t one_id(const char *status, const char *key)
{
	const char *s = strstr(status, key);
	unsigned long long v[4];

	if (!s || parse_numbers(s + strlen(key), v, 4) < 0 || v[0] != v[1] || v[0] != v[2] || v[0] != v[3])
		return UINT32_MAX;
	return (uint32_t)v[0];
}

/* All bits, where it does not say. */
static uint64_t bits_of(const char *status, const char *key)
{
	const char *s = strstr(status, key);
	char *end;
	uint64_t bits = s ? strtoull(s + strlen(key), &end, 16) : 0;

	return s && *end == '\n' ? bits : UINT64_MAX;
}

static bool has_empty(const char *status, const char *key)
{
	const char *s = strstr(status, key);

	return s && s[strlen(key) + strspn(s + strlen(key), " \t")] == '\n';
}

void procfs_self(struct procfs *p, struct procfs_self *ret)
{
	char text[4096]; /* 1400 bytes, unless there are hundreds of groups */

	if (procfs_read_record(p, "thread-self/status", text, sizeof(text)) < 0)
		*text = '\0';
	ret->uid = one_id(text, "\nUid:");
	ret->gid = one_id(text, "\nGid:");
	ret->no_groups = has_empty(text, "\nGroups:");
	ret->ignored_signals = bits_of(text, "\nSigIgn:");
	ret->bounding = bits_of(text, "\nCapBnd:");
}
