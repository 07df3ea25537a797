/* SPDX-License-Identifier: Apache-2.0 */
/* The in-root resolver against hostile trees, by openat2 and by the walk that stands in for it. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "os/feature.h"
#include "os/openat2.h"
#include "os/safe_path.h"

static char base[64]; /* base/root is the root, base/out is what must stay as it is */
static int root = FD_NONE, out = FD_NONE;

static void put(int dir, const char *name, const char *text)
{
	auto_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, strlen(text)), 0);
}

static int setup(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/strake-path-XXXXXX");
	assert_non_null(mkdtemp(base));
	{
		auto_fd top = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);

		assert_int_equal(mkdirat(top, "root", 0755), 0);
		assert_int_equal(mkdirat(top, "out", 0755), 0);
		root = openat(top, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
		out = openat(top, "out", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	put(out, "secret", "outside");
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	put(root, "etc/passwd", "inside");
	put(root, "etc/secret", "decoy");
	return 0;
}

static int teardown(void **state)
{
	char cmd[128];

	(void)state;
	os_fallback_force("");
	fd_close(root);
	fd_close(out);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", base);
	return system(cmd) == 0 ? 0 : -1;
}

/* Runs a check with the system call, then without it. */
#define BOTH_WAYS(name)                                        \
	static void name##_by_openat2(void **state)            \
	{                                                      \
		(void)state;                                   \
		name();                                        \
	}                                                      \
	static void name##_by_walk(void **state)               \
	{                                                      \
		(void)state;                                   \
		assert_int_equal(os_fallback_force("openat2"), 0); \
		name();                                        \
	}

static void assert_text(int fd, const char *want)
{
	char buf[64];
	ssize_t n = io_read_full(fd, buf, sizeof(buf) - 1);

	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, want);
}

static void assert_reads(const char *path, const char *want)
{
	auto_fd fd = safe_open(root, path, O_RDONLY, 0);

	if (fd < 0)
		fail_msg("%s: %s", path, strerror(-fd));
	assert_text(fd, want);
}

static void assert_same_dir(int fd, const char *inside)
{
	struct stat a, b;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &a), 0);
	assert_int_equal(fstatat(root, inside, &b, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

static void out_is_untouched(void)
{
	auto_fd dir = openat(out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fdopendir(TAKE_FD(dir));
	struct dirent *de;
	int n = 0;

	assert_non_null(d);
	while ((de = readdir(d)))
		n += de->d_name[0] != '.';
	closedir(d);
	assert_int_equal(n, 1);
}

static void links_stay_inside(void)
{
	char abs[128];

	snprintf(abs, sizeof(abs), "%s/out/secret", base);
	assert_int_equal(symlinkat("/etc/passwd", root, "abs"), 0);
	assert_int_equal(symlinkat("../../../../../../etc/passwd", root, "up"), 0);
	assert_int_equal(symlinkat(abs, root, "host"), 0);
	assert_int_equal(symlinkat("etc", root, "dir"), 0);
	assert_int_equal(symlinkat("loop2", root, "loop1"), 0);
	assert_int_equal(symlinkat("loop1", root, "loop2"), 0);
	assert_reads("/abs", "inside");
	assert_reads("abs", "inside");
	assert_reads("up", "inside");
	assert_reads("../../etc/passwd", "inside");
	assert_reads("/etc/../../etc/./passwd", "inside");
	assert_reads("dir/passwd", "inside");
	assert_reads("dir/../dir//passwd", "inside");
	assert_int_equal(safe_open(root, "host", O_RDONLY, 0), -ENOENT);
	assert_int_equal(safe_open(root, "loop1", O_RDONLY, 0), -ELOOP);
	assert_int_equal(safe_open(root, "etc/passwd/x", O_RDONLY, 0), -ENOTDIR);
	assert_int_equal(safe_open(root, "etc/passwd/", O_RDONLY, 0), -ENOTDIR);
	assert_int_equal(safe_open(root, "abs/", O_RDONLY, 0), -ENOTDIR);
	assert_int_equal(safe_open(root, "none/x", O_RDONLY, 0), -ENOENT);
	{
		auto_fd top = safe_open(root, "/", O_PATH | O_DIRECTORY, 0);
		auto_fd same = safe_open(root, "", O_RDONLY | O_DIRECTORY, 0);

		assert_same_dir(top, ".");
		assert_same_dir(same, ".");
	}
}
BOTH_WAYS(links_stay_inside)

static void create_follows_inside(void)
{
	char abs[128];
	auto_fd fd = FD_NONE;

	snprintf(abs, sizeof(abs), "%s/out/created", base);
	assert_int_equal(mkdirat(root, "tmp", 0755), 0);
	assert_int_equal(symlinkat("/tmp/new", root, "link"), 0);
	assert_int_equal(symlinkat(abs, root, "evil"), 0);
	fd = safe_open(root, "link", O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(faccessat(root, "tmp/new", F_OK, 0), 0);
	assert_int_equal(safe_open(root, "evil", O_WRONLY | O_CREAT, 0600), -ENOENT);
	assert_int_equal(safe_open(root, "link", O_WRONLY | O_CREAT | O_EXCL, 0600), -EEXIST);
	out_is_untouched();
}
BOTH_WAYS(create_follows_inside)

static void nofollow_refuses_the_last_link(void)
{
	auto_fd ok = FD_NONE;

	assert_int_equal(symlinkat("etc", root, "dir"), 0);
	assert_int_equal(symlinkat("nowhere", root, "dangling"), 0);
	assert_int_equal(safe_open_nofollow(root, "dir", O_PATH, false), -ELOOP);
	assert_int_equal(safe_open_nofollow(root, "/dir/", O_PATH, false), -ELOOP);
	assert_int_equal(safe_open_nofollow(root, "/dir/.", O_PATH, false), -ELOOP);
	assert_int_equal(safe_open_nofollow(root, "dir", O_PATH | O_DIRECTORY, false), -ELOOP);
	assert_int_equal(safe_open_nofollow(root, "dir", O_RDONLY, false), -ELOOP);
	assert_int_equal(safe_open_nofollow(root, "dangling", O_RDONLY, false), -ELOOP);
	assert_int_equal(safe_open_nofollow(root, "etc/passwd", O_PATH | O_DIRECTORY, false),
			 -ENOTDIR);
	ok = safe_open_nofollow(root, "dir/passwd", O_RDONLY, true);
	assert_true(ok >= 0);
	assert_text(ok, "inside");
}
BOTH_WAYS(nofollow_refuses_the_last_link)

static void mkdir_makes_dangling_targets_inside(void)
{
	char abs[128];
	auto_fd a = FD_NONE, b = FD_NONE, c = FD_NONE, d = FD_NONE;

	snprintf(abs, sizeof(abs), "%s/out/dir", base);
	assert_int_equal(symlinkat("/made/by/link", root, "dangling"), 0);
	assert_int_equal(symlinkat(abs, root, "evil"), 0);
	a = safe_mkdir_p(root, "/a/b/../b/c", 0755);
	assert_same_dir(a, "a/b/c");
	b = safe_mkdir_p(root, "dangling/deeper", 0755);
	assert_same_dir(b, "made/by/link/deeper");
	c = safe_mkdir_p(root, "evil", 0755);
	assert_same_dir(c, abs + 1); /* root/tmp/strake-path-x/out/dir */
	d = safe_mkdir_p(root, "../../../up", 0755);
	assert_same_dir(d, "up");
	assert_int_equal(safe_mkdir_p(root, "etc/passwd", 0755), -ENOTDIR);
	assert_int_equal(safe_mkdir_p(root, "etc/passwd/x", 0755), -ENOTDIR);
	out_is_untouched();
}
BOTH_WAYS(mkdir_makes_dangling_targets_inside)

static void ensure_file_stays_inside(void)
{
	char abs[128];
	struct stat st;
	auto_fd a = FD_NONE, b = FD_NONE, c = FD_NONE;

	snprintf(abs, sizeof(abs), "%s/out/file", base);
	assert_int_equal(symlinkat(abs, root, "evil"), 0);
	a = safe_ensure_file(root, "x/y/z", 0644);
	assert_same_dir(a, "x/y/z");
	assert_int_equal(fstat(a, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	b = safe_ensure_file(root, "evil", 0644);
	assert_same_dir(b, abs + 1);
	c = safe_ensure_file(root, "etc", 0644);
	assert_same_dir(c, "etc");
	out_is_untouched();
}
BOTH_WAYS(ensure_file_stays_inside)

static void parent_and_name(void)
{
	char name[NAME_MAX + 1];
	auto_fd a = safe_open_parent(root, "/etc/passwd", false, name, sizeof(name)), b, c;

	assert_same_dir(a, "etc");
	assert_string_equal(name, "passwd");
	b = safe_open_parent(root, "/n/e/w/", true, name, sizeof(name));
	assert_same_dir(b, "n/e");
	assert_string_equal(name, "w");
	c = safe_open_parent(root, "/top", false, name, sizeof(name));
	assert_same_dir(c, ".");
	assert_int_equal(safe_open_parent(root, "/none/x", false, name, sizeof(name)), -ENOENT);
	assert_int_equal(safe_open_parent(root, "/", false, name, sizeof(name)), -EINVAL);
	assert_int_equal(safe_open_parent(root, "/etc/..", false, name, sizeof(name)), -EINVAL);
}
BOTH_WAYS(parent_and_name)

/* In a mount namespace of its own: returns through the exit status. */
static int in_child(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(77);
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int body_magic_and_xdev(void)
{
	/* The descriptor of before leads into the old mount namespace. */
	if (chdir(base) < 0 || chdir("root") < 0 || (root = open(".", O_PATH | O_DIRECTORY)) < 0)
		return 9;
	if (mkdirat(root, "proc", 0755) < 0 || mount("proc", "proc", "proc", 0, NULL) < 0)
		return 77;
	if (symlinkat("proc/self/root/etc", root, "magic") < 0)
		return 1;
	if (safe_open(root, "proc/self/root", O_PATH, 0) != -ELOOP)
		return 2;
	if (safe_open(root, "proc/self/fd/0", O_PATH, 0) != -ELOOP)
		return 3;
	if (safe_open(root, "magic", O_PATH, 0) != -ELOOP)
		return 4;
	if (safe_open(root, "proc/self/stat", O_RDONLY, 0) < 0)
		return 5;
	if (safe_open_nofollow(root, "proc/version", O_RDONLY, true) != -EXDEV)
		return 6;
	if (safe_open_nofollow(root, "proc/version", O_RDONLY, false) < 0)
		return 7;
	if (safe_mkdir_p(root, "proc/self/root/planted", 0755) != -ELOOP)
		return 8;
	return 0;
}

static void magic_links_and_mounts(void)
{
	int r;

	if (geteuid() != 0)
		skip(); /* needs CAP_SYS_ADMIN for a mount namespace */
	r = in_child(body_magic_and_xdev);
	if (r == 77)
		skip();
	assert_int_equal(r, 0);
	out_is_untouched();
}
BOTH_WAYS(magic_links_and_mounts)

static atomic_bool stop;

/* CVE-2021-30465: a directory and a symlink to the outside change places all the time. */
static void *swapper(void *arg)
{
	(void)arg;
	while (!stop)
		renameat2(root, "race", root, "trap", RENAME_EXCHANGE);
	return NULL;
}

static void cve_2021_30465_dest_race(void)
{
	char abs[128];
	pthread_t thread;
	int i;

	snprintf(abs, sizeof(abs), "%s/out", base);
	assert_int_equal(mkdirat(root, "race", 0755), 0);
	assert_int_equal(symlinkat(abs, root, "trap"), 0);
	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, swapper, NULL), 0);
	for (i = 0; i < 500; i++) {
		auto_fd fd = safe_open(root, "race/secret", O_RDONLY, 0);
		auto_fd dir = safe_mkdir_p(root, "race/made", 0755);
		auto_fd file = safe_ensure_file(root, "race/file", 0644);

		assert_true(fd < 0);
		(void)dir;
		(void)file;
	}
	stop = true;
	pthread_join(thread, NULL);
	out_is_untouched();
}
BOTH_WAYS(cve_2021_30465_dest_race)

#define BOTH(name) \
	cmocka_unit_test_setup_teardown(name##_by_openat2, setup, teardown), \
	cmocka_unit_test_setup_teardown(name##_by_walk, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(links_stay_inside),
		BOTH(create_follows_inside),
		BOTH(nofollow_refuses_the_last_link),
		BOTH(mkdir_makes_dangling_targets_inside),
		BOTH(ensure_file_stays_inside),
		BOTH(parent_and_name),
		BOTH(magic_links_and_mounts),
		BOTH(cve_2021_30465_dest_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
