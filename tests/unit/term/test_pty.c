/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "term/term.h"
#include "tests/unit/test.h"

static char dir[64], text[256];

/* A root with dev/pts, in a mount namespace that ends with the process. */
static int make_root(bool with_devpts)
{
	char path[128];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/dev", dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/dev/pts", dir);
	mkdir(path, 0755);
	if (with_devpts && mount("devpts", path, "devpts", 0, "newinstance,ptmxmode=0666,mode=0620") < 0)
		return -1;
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int check(int (*fn)(void))
{
	char path[128];
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	snprintf(dir, sizeof(dir), "/tmp/strake-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	pid = fork();
	if (pid == 0)
		_exit(fn());
	waitpid(pid, &status, 0);
	snprintf(path, sizeof(path), "%s/dev/pts/ptmx", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/dev/pts", dir);
	rmdir(path);
	unlink(path);
	snprintf(path, sizeof(path), "%s/dev", dir);
	rmdir(path);
	rmdir(dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int open_and_take_over(void)
{
	const struct spec_console_size size = { .height = 24, .width = 132 };
	int root = make_root(true), master, slave;
	struct winsize ws;
	struct termios t;
	struct stat st;
	struct err e;
	char c[8];

	if (root < 0)
		return 77;
	if (term_open_pty(root, &size, &master, &slave, &e) < 0)
		return 1;
	if (!(fcntl(master, F_GETFD) & FD_CLOEXEC) || !(fcntl(slave, F_GETFD) & FD_CLOEXEC))
		return 2;
	if (ioctl(slave, TIOCGWINSZ, &ws) < 0 || ws.ws_row != 24 || ws.ws_col != 132)
		return 3;
	if (tcgetattr(slave, &t) < 0 || !(t.c_oflag & ONLCR) || fcntl(master, F_GETFL) & O_NONBLOCK)
		return 4;
	if (fstat(slave, &st) < 0 || (st.st_mode & 0777) != 0620)
		return 5;
	if (setsid() < 0 || term_take_over(slave, &e) < 0)
		return 6;
	close(slave);
	if (tcgetpgrp(0) != getpid() || open("/dev/tty", O_RDWR) < 0)
		return 7;
	if (write(1, "x", 1) != 1 || read(master, c, sizeof(c)) != 1 || c[0] != 'x')
		return 8;
	return fcntl(2, F_GETFD) == 0 ? 0 : 9;
}

static void pty_becomes_the_terminal(void **state)
{
	int r = check(open_and_take_over);

	(void)state;
	if (r == 77)
		skip();
	assert_int_equal(r, 0);
}

/* One missing value leaves the size alone. */
static int half_a_size(void)
{
	const struct spec_console_size size = { .height = 24 };
	int root = make_root(true), master, slave;
	struct winsize ws;
	struct err e;

	if (root < 0)
		return 77;
	if (term_open_pty(root, &size, &master, &slave, &e) < 0)
		return 1;
	return ioctl(slave, TIOCGWINSZ, &ws) < 0 || ws.ws_row != 0;
}

static void size_needs_both_values(void **state)
{
	int r = check(half_a_size);

	(void)state;
	if (r == 77)
		skip();
	assert_int_equal(r, 0);
}

/* What an image may put there: nothing, a real ptmx node outside devpts, a link to the host's. */
static int refused(int root, const char *want)
{
	int master = -7, slave = -7;
	struct err e;

	if (root < 0)
		return 77;
	if (term_open_pty(root, NULL, &master, &slave, &e) >= 0 || master != -7 || slave != -7)
		return 1;
	err_format(&e, text, sizeof(text));
	return strstr(text, want) ? 0 : 2;
}

static int no_devpts(void)
{
	return refused(make_root(false), "/dev/pts is not a devpts mount");
}

static int node_outside(void)
{
	int root = make_root(false);

	if (root < 0 || mknodat(root, "dev/pts/ptmx", S_IFCHR | 0666, makedev(5, 2)) < 0)
		return 77;
	return refused(root, "/dev/pts is not a devpts mount");
}

static int nothing(void)
{
	int root = make_root(false);

	if (root < 0 || unlinkat(root, "dev/pts", AT_REMOVEDIR) < 0)
		return 77;
	return refused(root, "open /dev/pts for the container's terminal: no such file");
}

static int mounted_over(void)
{
	int root = make_root(true);
	char path[128];

	snprintf(path, sizeof(path), "%s/dev/pts/ptmx", dir);
	if (root < 0 || mount("/dev/null", path, NULL, MS_BIND, NULL) < 0)
		return 77;
	return refused(root, "open /dev/pts/ptmx");
}

static int link_to_host(void)
{
	int root = make_root(false);

	if (root < 0 || unlinkat(root, "dev/pts", AT_REMOVEDIR) < 0 ||
	    symlinkat("../../../../../../dev/pts", root, "dev/pts") < 0)
		return 77;
	return refused(root, "open /dev/pts");
}

static void fake_devpts_is_refused(void **state)
{
	static int (*const cases[])(void) = { no_devpts, node_outside, nothing, mounted_over,
					      link_to_host };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int r = check(cases[i]);

		if (r != 77)
			assert_int_equal(r, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pty_becomes_the_terminal),
		cmocka_unit_test(size_needs_both_values),
		cmocka_unit_test(fake_devpts_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
