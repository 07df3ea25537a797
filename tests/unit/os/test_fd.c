/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors by the range, where the kernel has no call for it. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/feature.h"
#include "tests/unit/test.h"

#define HIGH 5000

static int open_some(void)
{
	for (int fd = 3; fd < 6; fd++)
		if (dup2(0, fd) < 0)
			return 90;
	return 0;
}

/* With a /proc that an image made: a plain file system, with nothing in it. */
static int false_proc(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return 77;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/proc", "tmpfs", 0, NULL) < 0)
		return 91;
	os_fallback_force("close_range");
	if (open_some())
		return 90;
	if (os_close_from(4) < 0)
		return 1;
	return fcntl(3, F_GETFD) >= 0 && fcntl(4, F_GETFD) < 0 && fcntl(5, F_GETFD) < 0 ? 0 : 2;
}

static int high_numbers(void)
{
	os_fallback_force("close_range");
	if (open_some() || dup2(0, HIGH) < 0)
		return 90;
	if (os_cloexec_from(4) < 0)
		return 1;
	if (fcntl(3, F_GETFD) != 0 || fcntl(4, F_GETFD) != FD_CLOEXEC ||
	    fcntl(HIGH, F_GETFD) != FD_CLOEXEC)
		return 2;
	if (os_close_from(4) < 0)
		return 3;
	return fcntl(5, F_GETFD) < 0 && fcntl(HIGH, F_GETFD) < 0 ? 0 : 4;
}

static int in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(fn());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void an_image_cannot_hide_descriptors(void **state)
{
	int r = in_child(false_proc);

	(void)state;
	if (r == 77)
		skip(); /* needs root */
	assert_int_equal(r, 0);
}

static void strangers_with_high_numbers(void **state)
{
	(void)state;
	assert_int_equal(in_child(high_numbers), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_cannot_hide_descriptors),
		cmocka_unit_test(strangers_with_high_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
