/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "sec/user.h"
#include "tests/unit/child.h"

static struct procfs proc = PROCFS_NONE;
static struct err e;

/* CVE-2026-30892, CVE-2016-3697: nothing becomes uid 0 by being misread. */
static void parse_table(void **state)
{
	static const struct {
		const char *text;
		bool ok, has_gid;
		uint32_t uid, gid;
	} cases[] = {
		{ "0", true, false, 0, 0 },
		{ "1", true, false, 1, 0 },
		{ "1000:1001", true, true, 1000, 1001 },
		{ "4294967294:0", true, true, 4294967294u, 0 },
		{ "", false },
		{ ":", false },
		{ ":1", false },
		{ "1:", false },
		{ "-1", false },
		{ "1:-1", false },
		{ "+1", false },
		{ " 1", false },
		{ "1 ", false },
		{ "1:1:1", false },
		{ "root", false },
		{ "1root", false },
		{ "0x0", false },
		{ "4294967295", false },
		{ "4294967296", false },
		{ "1:4294967296", false },
		{ "1\n", false },
		{ "00000000000000000000000000000000000", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t uid = 77, gid = 78;
		bool has = false;
		int r = user_parse(cases[i].text, &uid, &gid, &has, &e);

		assert_int_equal(r == 0, cases[i].ok);
		assert_int_equal(has, cases[i].has_gid);
		assert_int_equal(uid, cases[i].ok ? cases[i].uid : 77u);
		assert_int_equal(gid, cases[i].ok && cases[i].has_gid ? cases[i].gid : 78u);
		if (r < 0)
			assert_int_equal(e.kind, ERR_USAGE);
	}
}

static int apply(const struct spec_user *u)
{
	int r = user_set_groups(u, &proc, &e);

	return r < 0 ? r : user_set_ids(u, &e);
}

static void apply_with_groups(void *arg)
{
	uint32_t gids[] = { 7, 9 };
	struct spec_user u = { .uid = 1000, .gid = 1001, .additional_gids = gids,
			       .n_additional_gids = 2 };
	gid_t have[8];
	uid_t r, f, s;
	gid_t rg, fg, sg;

	(void)arg;
	child_check(apply(&u) == 0);
	child_check(getresuid(&r, &f, &s) == 0 && r == 1000 && f == 1000 && s == 1000);
	child_check(getresgid(&rg, &fg, &sg) == 0 && rg == 1001 && fg == 1001 && sg == 1001);
	child_check(getgroups(8, have) == 2 && have[0] == 7 && have[1] == 9);
}

/* The caller's groups must not leak through an empty list. */
static void apply_without_groups(void *arg)
{
	struct spec_user u = { .uid = 1000, .gid = 1001 };
	gid_t extra[] = { 4, 5 };

	(void)arg;
	child_check(setgroups(2, extra) == 0);
	child_check(apply(&u) == 0);
	child_check(getgroups(0, NULL) == 0);
}

static void apply_unprivileged(void *arg)
{
	struct spec_user u = { .uid = 1000, .gid = 1001 };

	(void)arg;
	child_check(setresuid(65534, 65534, 65534) == 0);
	child_check(apply(&u) == -EPERM);
}

static void apply_in_process(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	child_run(apply_with_groups, NULL);
	child_run(apply_without_groups, NULL);
	child_run(apply_unprivileged, NULL);
}

/* A user namespace made without privilege: one id, setgroups denied. Ends the child when the
 * machine does not let us. */
static void enter_small_userns(void)
{
	child_check(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
	if (unshare(CLONE_NEWUSER) < 0)
		_exit(77);
	/* The change of user made /proc/self root's. */
	child_check(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	child_check(io_write_file(AT_FDCWD, "/proc/self/setgroups", "deny") == 0);
	child_check(io_write_file(AT_FDCWD, "/proc/self/uid_map", "0 65534 1") == 0);
	child_check(io_write_file(AT_FDCWD, "/proc/self/gid_map", "0 65534 1") == 0);
}

static void apply_denied(void *arg)
{
	uint32_t gids[] = { 7 };
	struct spec_user u = { .additional_gids = gids, .n_additional_gids = 1 };
	char text[200];

	(void)arg;
	enter_small_userns();
	child_check(apply(&u) == -EPERM && e.kind == ERR_CONFIG);
	u.n_additional_gids = 0;
	child_check(apply(&u) == 0);
	u.uid = 5;
	child_check(apply(&u) == -EINVAL);
	err_format(&e, text, sizeof(text));
	child_check(strcmp(text, "cannot setuid to unmapped uid 5 in user namespace") == 0);
}

static void apply_in_userns(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	status = child_status(apply_denied, NULL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: no unprivileged user namespaces here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void write_bytes(int dir, const char *path, const char *bytes, size_t n)
{
	auto_fd fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, bytes, n), 0);
}

static void write_text(int dir, const char *path, const char *text)
{
	write_bytes(dir, path, text, strlen(text));
}

static void home_from_passwd(void **state)
{
	static char big[16384];
	static const struct {
		uint32_t uid;
		const char *home;
	} cases[] = {
		{ 0, "/root" }, { 1000, "/home/me" }, { 1001, "/" }, { 1002, "/" }, { 1003, "/x" },
		{ 5, "/" }, { 1, "/first" },
	};
	char dir[] = "/tmp/strake-user-XXXXXX", buf[64];
	auto_fd root = FD_NONE, fd = FD_NONE;

	(void)state;
	assert_non_null(mkdtemp(dir));
	root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(user_home(root, 0, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/"); /* no file */
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	write_text(
	    root, "etc/passwd",
	    "root:x:0:0:root:/root:/bin/sh\n# a comment\n\nme:x:1000:1000::/home/me:/bin/sh\n"
	    "short:x:1001\nempty:x:1002:1002:::\nnoshell:x:1003:1:gecos:/x\n5:x:9:9::/nine:\n"
	    "bad:x:+5:5::/five:\none:x:1:1::/first:\nagain:x:1:1::/second:");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(user_home(root, cases[i].uid, buf, sizeof(buf)), 0);
		assert_string_equal(buf, cases[i].home);
	}
	assert_int_equal(user_home(root, 1000, buf, 1), -ERANGE);
	assert_int_equal(user_home(root, 1000, buf, 16), 0);
	assert_string_equal(buf, "/"); /* no line of that length */

	/* Of more than one page: a line in two of them, one that is too long and whose end looks like a line, one with a NUL,
	 * a last one without an end. */
	for (size_t i = 0; i < sizeof(big) - 1; i++)
		big[i] = i % 40 == 39 ? '\n' : '#';
	memcpy(big + 4090, "two:x:7:7::/in-two:/bin/sh\n", 27);
	memset(big + 6000, 'x', 5999);
	for (size_t at = 6000; at < 11980; at += sizeof(buf) - 1)
		memcpy(big + at, "9:x:9:9::/nine:", 15);
	memcpy(big + 6000 + 95 * (sizeof(buf) - 1), "9:x:9:9::/nine", 14); /* a window that ends as a line does */
	memcpy(big + 13000, "\nnul:\0:1:1\n", 12);
	memcpy(big + sizeof(big) - 24, "\nlast:x:8:8::/the-last:", 24);
	write_bytes(root, "etc/passwd", big, sizeof(big) - 1);
	assert_int_equal(user_home(root, 7, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/in-two");
	assert_int_equal(user_home(root, 8, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/the-last");
	assert_int_equal(user_home(root, 9, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/");

	/* Nothing is looked for behind a line that has no end in any time. */
	write_bytes(root, "etc/passwd", "one:x:1:1::/one:\n", 17);
	fd = openat(root, "etc/passwd", O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "\nfar:x:2:2::/far:\n", 18, 100 << 10), 18);
	assert_int_equal(user_home(root, 1, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/one");
	assert_int_equal(user_home(root, 2, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/");

	/* A FIFO of the image's must not hang us; a link that leaves the root stays inside. */
	assert_int_equal(unlinkat(root, "etc/passwd", 0), 0);
	assert_int_equal(mkfifoat(root, "etc/passwd", 0644), 0);
	assert_int_equal(user_home(root, 0, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/");
	assert_int_equal(unlinkat(root, "etc/passwd", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd2", root, "etc/passwd"), 0);
	write_text(root, "etc/passwd2", "root:x:0:0:root:/inside:/bin/sh\n");
	assert_int_equal(user_home(root, 0, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/inside");
	unlinkat(root, "etc/passwd", 0);
	unlinkat(root, "etc/passwd2", 0);
	unlinkat(root, "etc", AT_REMOVEDIR);
	rmdir(dir);
}

static void own_stdio_in_child(void *arg)
{
	char path[] = "/tmp/strake-stdio-XXXXXX";
	int file = mkostemp(path, O_CLOEXEC), pipes[2];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), err_copy = dup(2);
	struct stat st, before;

	(void)arg;
	unlink(path);
	child_check(pipe(pipes) == 0 && fstat(null, &before) == 0);
	child_check(dup2(null, 0) == 0 && dup2(file, 1) == 1 && dup2(pipes[1], 2) == 2);
	static const bool none[3], first[3] = { true };
	int r = user_own_stdio(1234, none, &e);

	dup2(err_copy, 2);
	child_check(r == 0);
	child_check(fstat(file, &st) == 0 && st.st_uid == 1234);
	child_check(fstat(pipes[1], &st) == 0 && st.st_uid == 1234);
	child_check(fstat(0, &st) == 0 && st.st_uid == before.st_uid);
	close(1);
	child_check(user_own_stdio(1234, none, &e) == -EBADF);
	/* What is known to be /dev/null is not even looked at. */
	child_check(dup2(file, 1) == 1 && dup2(file, 2) == 2 && close(0) == 0);
	child_check(user_own_stdio(1234, first, &e) == 0);
}

static void own_stdio(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	child_run(own_stdio_in_child, NULL);
}

static int setup(void **state)
{
	(void)state;
	return procfs_open(&proc, &e);
}

static int teardown(void **state)
{
	(void)state;
	procfs_close(&proc);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_table),	    cmocka_unit_test(apply_in_process),
		cmocka_unit_test(apply_in_userns),  cmocka_unit_test(home_from_passwd),
		cmocka_unit_test(own_stdio),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
