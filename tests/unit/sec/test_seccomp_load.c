/* SPDX-License-Identifier: Apache-2.0 */
/* The program in the kernel: it refuses, it kills, it notifies. */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "sec/seccomp.h"
#include "tests/unit/child.h"
#include "tests/unit/sec/profile.h"

static struct arena arena;

/* Compiles a rule for one call, allow for all else. */
static struct seccomp_program program_for(const char *name, uint32_t action)
{
	struct spec_seccomp_rule rule = { .names = profile_names(&arena, name), .action = action };
	struct spec_seccomp s = { .default_action = SECCOMP_RET_ALLOW,
				  .rules = &rule,
				  .n_rules = 1 };
	struct seccomp_program p;
	struct err e;

	assert_int_equal(seccomp_compile(&s, &p, &e), 0);
	return p;
}

static void refuse_in_child(void *arg)
{
	int listener = 77;
	struct err e;

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(syscall(SYS_getppid) > 0);
	child_check(seccomp_program_load(arg, &listener, &e) == 0);
	child_check(listener == FD_NONE);
	child_check(syscall(SYS_getppid) == -1 && errno == EPERM);
	child_check(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2);
}

static void kernel_refuses(void **state)
{
	struct seccomp_program p = program_for("getppid", SECCOMP_RET_ERRNO);

	(void)state;
	child_run(refuse_in_child, &p);
	seccomp_program_fini(&p);
	seccomp_program_fini(&p); /* twice is fine */
	seccomp_program_fini(NULL);
}

static void engine_in_child(void *arg)
{
	int listener;
	struct err e;

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(seccomp_program_load(arg, &listener, &e) == 0);
	child_check(syscall(SYS_mount, 0, 0, 0, 0, 0) == -1 && errno == EPERM);
	child_check(syscall(SYS_clone3, 0, 0) == -1 && errno == ENOSYS);
	child_check(syscall(1000) == -1 && errno == ENOSYS);
	child_check(syscall(SYS_getpid) > 0);
}

static void kernel_takes_the_engine_profile(void **state)
{
	struct spec_seccomp s = profile_engine(&arena);
	struct seccomp_program p;
	struct err e;

	(void)state;
	assert_int_equal(seccomp_compile(&s, &p, &e), 0);
	child_run(engine_in_child, &p);
	seccomp_program_fini(&p);
}

static void kill_in_child(void *arg)
{
	int listener;
	struct err e;

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(seccomp_program_load(arg, &listener, &e) == 0);
	syscall(SYS_getppid);
}

static void kernel_kills(void **state)
{
	struct seccomp_program p = program_for("getppid", SECCOMP_RET_KILL_PROCESS);
	int status = child_status(kill_in_child, &p);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	seccomp_program_fini(&p);
}

static void unprivileged_in_child(void *arg)
{
	int listener = 77;
	char text[200];
	struct err e;

	child_check(setresuid(65534, 65534, 65534) == 0);
	child_check(seccomp_program_load(arg, &listener, &e) == -EACCES);
	child_check(listener == 77);
	err_format(&e, text, sizeof(text));
	child_check(strstr(text, "noNewPrivileges"));
}

static void without_privilege_it_says_why(void **state)
{
	struct seccomp_program p = program_for("getppid", SECCOMP_RET_ERRNO);

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root, to have something to give up\n");
		skip();
	}
	child_run(unprivileged_in_child, &p);
	seccomp_program_fini(&p);
}

/* An empty program loads nothing. */
static void nothing_to_load(void **state)
{
	struct seccomp_program p = { 0 };
	int listener = 77;
	struct err e;

	(void)state;
	assert_int_equal(seccomp_program_load(&p, &listener, &e), 0);
	assert_int_equal(listener, FD_NONE);
	assert_int_equal(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), 0);
}

struct agent {
	struct seccomp_program program;
	char path[100];
	int sock;
};

static void notified_child(void *arg)
{
	const struct agent *a = arg;
	auto_fd listener = FD_NONE;
	struct err e;

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(seccomp_program_load(&a->program, &listener, &e) == 0);
	child_check(listener >= 0);
	child_check(seccomp_notify_send(a->path, "{\"hello\":1}", 11, listener, &e) == 0);
	/* The agent answers 4711 for this one. */
	child_check(syscall(SYS_getppid) == 4711);
}

/* Takes the text and the descriptor off one connection. */
static int receive(int sock, char *text, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { text, size - 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control, .msg_controllen = sizeof(control) };
	auto_fd conn = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
	struct pollfd p = { .fd = conn, .events = POLLIN };
	const struct cmsghdr *c;
	int fd = FD_NONE;
	ssize_t n;

	assert_true(conn >= 0);
	assert_int_equal(poll(&p, 1, 10000), 1);
	n = recvmsg(conn, &msg, MSG_CMSG_CLOEXEC);
	assert_true(n > 0);
	text[n] = '\0';
	c = CMSG_FIRSTHDR(&msg);
	if (c)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	assert_true(fd >= 0);
	return fd;
}

static void answer_one(int listener)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { .val = 4711 };
	struct pollfd p = { .fd = listener, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req), 0);
	assert_int_equal(req.data.nr, SYS_getppid);
	resp.id = req.id;
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp), 0);
}

static void listener_reaches_the_agent(void **state)
{
	struct agent a = { .program = program_for("getppid", SECCOMP_RET_USER_NOTIF) };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/strake-seccomp-XXXXXX", text[64];
	auto_fd listener = FD_NONE;
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(a.path, sizeof(a.path), "%s/s", dir);
	strcpy(addr.sun_path, a.path);
	a.sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(a.sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(a.sock, 1), 0);
	pid = fork();
	if (pid == 0) {
		notified_child(&a);
		_exit(0);
	}
	listener = receive(a.sock, text, sizeof(text));
	assert_string_equal(text, "{\"hello\":1}");
	answer_one(listener);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(a.sock);
	unlink(a.path);
	rmdir(dir);
	seccomp_program_fini(&a.program);
}

static void no_agent_is_an_error(void **state)
{
	char text[300], longest[200];
	struct err e;

	(void)state;
	assert_int_equal(seccomp_notify_send("/nonexistent/agent", "x", 1, 0, &e), -ENOENT);
	err_format(&e, text, sizeof(text));
	assert_non_null(strstr(text, "failed to connect with seccomp agent"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(seccomp_notify_send(longest, "x", 1, 0, &e), -ENAMETOOLONG);
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_refuses),
		cmocka_unit_test(kernel_takes_the_engine_profile),
		cmocka_unit_test(kernel_kills),
		cmocka_unit_test(without_privilege_it_says_why),
		cmocka_unit_test(nothing_to_load),
		cmocka_unit_test(listener_reaches_the_agent),
		cmocka_unit_test(no_agent_is_an_error),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
