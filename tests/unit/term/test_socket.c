/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "term/term.h"
#include "tests/unit/test.h"

/* As go-runc reads it: one message, control data of exactly one descriptor. */
static void one_message_one_descriptor(void **state)
{
	char dir[] = "/tmp/strake-test-XXXXXX", data[4096];
	union {
		struct cmsghdr align;
		char buf[256];
	} control;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			      .msg_controllen = sizeof(control.buf) };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), fd, sock, peer, got;
	struct stat a, b;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", dir);
	assert_int_equal(bind(server, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(server, 1), 0);
	sock = term_socket_connect(NULL, addr.sun_path, &e);
	assert_true(sock >= 0);
	assert_true(fcntl(sock, F_GETFD) & FD_CLOEXEC);
	fd = open("/dev/null", O_RDWR);
	assert_int_equal(term_socket_send_fd(sock, "/dev/ptmx", fd, &e), 0);
	close(sock);

	peer = accept(server, NULL, NULL);
	assert_int_equal(recvmsg(peer, &msg, 0), 9);
	assert_memory_equal(data, "/dev/ptmx", 9);
	assert_int_equal(msg.msg_controllen, CMSG_SPACE(sizeof(int)));
	assert_int_equal(control.align.cmsg_type, SCM_RIGHTS);
	assert_int_equal(control.align.cmsg_len, CMSG_LEN(sizeof(int)));
	memcpy(&got, CMSG_DATA(&control.align), sizeof(int));
	assert_int_equal(fstat(fd, &a), 0);
	assert_int_equal(fstat(got, &b), 0);
	assert_int_equal(a.st_rdev, b.st_rdev);
	assert_int_equal(read(peer, data, sizeof(data)), 0);
	close(got);
	close(fd);
	close(peer);
	close(server);
	unlink(addr.sun_path);
	rmdir(dir);
}

/* Below a directory, and where no address has room for the whole path. */
static void names_and_directories(void **state)
{
	char top[] = "/tmp/strake-test-XXXXXX", dir[200], path[220], longer[100];
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "s" };
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), home = open(".", O_PATH | O_CLOEXEC), sock;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(top));
	memset(longer, 'd', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	snprintf(dir, sizeof(dir), "%s/%s", top, longer);
	snprintf(path, sizeof(path), "%s/s", dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(bind(server, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(server, 5), 0);
	assert_true((sock = term_socket_connect(NULL, "s", &e)) >= 0);
	close(sock);
	assert_int_equal(fchdir(home), 0);
	assert_true((sock = term_socket_connect(dir, "s", &e)) >= 0);
	close(sock);
	assert_true((sock = term_socket_connect(NULL, path, &e)) >= 0);
	close(sock);
	assert_true((sock = term_socket_connect("/nonexistent", path, &e)) >= 0);
	close(sock);
	assert_int_equal(chdir(top), 0);
	assert_true((sock = term_socket_connect(top, path + sizeof(top), &e)) >= 0);
	close(sock);
	assert_int_equal(fchdir(home), 0);
	assert_int_equal(term_socket_connect("/nonexistent", "s", &e), -ENOENT);
	/* To the kernel that would be a name, not below any directory, that anybody may take. */
	assert_int_equal(term_socket_connect(NULL, "", &e), -ENOENT);
	assert_int_equal(term_socket_connect(dir, "x/s", &e), -ENOENT);
	assert_int_equal(term_socket_connect(dir, longer, &e), -ENAMETOOLONG);
	close(home);
	close(server);
	unlink(path);
	rmdir(dir);
	rmdir(top);
}

static void failures_have_words(void **state)
{
	char text[256], longer[200];
	int pair[2];
	struct err e;

	(void)state;
	assert_int_equal(term_socket_connect(NULL, "/nonexistent/s", &e), -ENOENT);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "dial unix /nonexistent/s: connect: no such file or directory");
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(term_socket_connect(NULL, longer, &e), -ENAMETOOLONG);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(term_socket_send_fd(pair[0], "", 0, &e), -EINVAL);
	close(pair[1]);
	assert_int_equal(term_socket_send_fd(pair[0], "x", 0, &e), -EPIPE); /* and no SIGPIPE */
	close(pair[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_message_one_descriptor),
		cmocka_unit_test(names_and_directories),
		cmocka_unit_test(failures_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
