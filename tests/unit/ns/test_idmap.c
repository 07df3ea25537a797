/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "ns/ns.h"
#include "tests/unit/test.h"

static struct spec_idmap two[] = { { 0, 1000, 1 }, { 1, 100000, 65536 } };
static const struct spec_idmaps map = { two, 2 };

static void text_has_one_line_a_range(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_string_equal(idmap_text(&a, &map), "0 1000 1\n1 100000 65536\n");
	assert_string_equal(idmap_text(&a, &(struct spec_idmaps){ NULL, 0 }), "");
	arena_fini(&a);
}

static void ids_are_looked_up(void **state)
{
	static struct spec_idmap high[] = { { 4294967290u, 10, 5 } };
	const struct spec_idmaps edge = { high, 1 };
	uint32_t id = 7;

	(void)state;
	assert_true(idmap_to_host(&map, 0, &id));
	assert_int_equal(id, 1000);
	assert_true(idmap_to_host(&map, 65536, &id));
	assert_int_equal(id, 165535);
	assert_false(idmap_to_host(&map, 65537, &id));
	assert_int_equal(id, 165535);
	assert_true(idmap_to_host(&edge, 4294967294u, &id));
	assert_int_equal(id, 14);
	assert_false(idmap_to_host(&edge, 3, &id)); /* no wrap-around */
}

/* A child in a user namespace of its own that waits to be killed. */
static pid_t userns_child(void)
{
	int sync[2];
	char c;
	pid_t pid;

	if (pipe(sync) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWUSER) == 0 && write(sync[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(sync[1]);
	if (read(sync[0], &c, 1) != 1)
		pid = -1;
	close(sync[0]);
	return pid;
}

/* What /proc/PID/file says, blanks squeezed. */
static void squeezed(pid_t pid, const char *file, char *out)
{
	char path[64], text[512];
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	if (io_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		text[0] = '\0';
	for (const char *p = text; *p; p++)
		if (*p != ' ' || (n && out[n - 1] != ' ' && out[n - 1] != '\n'))
			out[n++] = *p;
	out[n] = '\0';
}

/* Maps a child as uid, expects these three files; 0 when all is well, 77 to skip. */
static int check_maps(bool privileged, const struct spec_idmaps *uids, const struct spec_idmaps *gids,
		      const char *const *want)
{
	static const char *const files[] = { "uid_map", "gid_map", "setgroups" };
	struct procfs proc = PROCFS_NONE;
	struct idmap_request r = { .uid = uids, .gid = gids, .privileged = privileged };
	struct err e;
	int rc = 0;

	r.pid = userns_child();
	if (r.pid < 0)
		return 77;
	if (procfs_open(&proc, &e) < 0 || idmap_write(&proc, &r, &e) < 0) {
		char text[512];

		err_format(&e, text, sizeof(text));
		print_message("%s\n", text);
		rc = 1;
	}
	for (int i = 0; rc == 0 && i < 3; i++) {
		char have[512];

		squeezed(r.pid, files[i], have);
		if (strcmp(have, want[i]) != 0)
			rc = 2 + i;
	}
	procfs_close(&proc);
	kill(r.pid, SIGKILL);
	waitpid(r.pid, NULL, 0);
	return rc;
}

static void privileged_writes_directly(void **state)
{
	static const char *const want[] = { "0 1000 1\n1 100000 65536", "0 1000 1\n1 100000 65536",
					    "allow" };
	int rc;

	(void)state;
	if (geteuid() != 0)
		skip();
	rc = check_maps(true, &map, &map, want);
	if (rc == 77)
		skip();
	assert_int_equal(rc, 0);
}

static int as_user(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setgid(1234) < 0 || setuid(1234) < 0)
			_exit(77);
		prctl(PR_SET_DUMPABLE, 1); /* else root owns its files in /proc */
		_exit(fn());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int map_own_id(void)
{
	static struct spec_idmap own[] = { { 0, 1234, 1 } };
	static const struct spec_idmaps m = { own, 1 };
	static const char *const want[] = { "0 1234 1", "0 1234 1", "deny" };

	return check_maps(false, &m, &m, want);
}

static void own_id_needs_no_tool_but_denies_setgroups(void **state)
{
	int rc;

	(void)state;
	if (geteuid() != 0)
		skip();
	rc = as_user(map_own_id);
	if (rc == 77)
		skip();
	assert_int_equal(rc, 0);
}

/* Tools that write down how they were called, found by PATH. */
static void tools_get_runcs_arguments(void **state)
{
	static const char *const names[] = { "newuidmap", "newgidmap" };
	const struct idmap_request r = { .pid = 4711, .uid = &map, .gid = &map };
	char dir[] = "/tmp/strake-test-XXXXXX", path[128], text[256], value[256];
	const char *saved = getenv("PATH") ? getenv("PATH") : "";
	struct procfs proc = PROCFS_NONE;
	char *saved_copy = strdup(saved);
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < 2; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		f = fopen(path, "we");
		assert_non_null(f);
		fprintf(f, "#!/bin/sh\necho \"$*|$LEAK\" >%s/out%zu\n%s\n", dir, i,
			i ? "echo 'newgidmap: no range' >&2; exit 1" : "exit 0");
		fclose(f);
		assert_int_equal(chmod(path, 0755), 0);
	}
	snprintf(value, sizeof(value), "relative:%s:%s", dir, saved);
	setenv("PATH", value, 1);
	setenv("LEAK", "x", 1);
	assert_int_equal(idmap_write(&proc, &r, &e), -EPERM);
	setenv("PATH", saved_copy, 1);
	free(saved_copy);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "newgidmap 4711 failed: newgidmap: no range (see /etc/subgid)");
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/out%zu", dir, i);
		assert_int_equal(io_read_file(AT_FDCWD, path, text, sizeof(text)), 0);
		assert_string_equal(text, "4711 0 1000 1 1 100000 65536|");
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_one_line_a_range),
		cmocka_unit_test(ids_are_looked_up),
		cmocka_unit_test(privileged_writes_directly),
		cmocka_unit_test(own_id_needs_no_tool_but_denies_setgroups),
		cmocka_unit_test(tools_get_runcs_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
