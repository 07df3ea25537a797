/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "store/store.h"
#include "tests/unit/store/tmp.h"
#include "tests/unit/test.h"

static void assert_words(const struct err *e, const char *want)
{
	char text[ERR_TEXT_MAX];

	err_format(e, text, sizeof(text));
	assert_string_equal(text, want);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void create_makes_root_and_directory(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	mode_t mask = umask(077);
	char path[128];
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	umask(mask);
	assert_int_equal(mode_of(t->root), 0700);
	snprintf(path, sizeof(path), "%s/c1", t->root);
	assert_string_equal(d.path, path);
	assert_int_equal(mode_of(path), 0711);
	assert_true(d.fd >= 0 && d.lock >= 0);
	assert_true(fcntl(d.fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(d.lock, F_GETFD) & FD_CLOEXEC);
	store_dir_close(&d);
	store_dir_close(&d);
}

static void second_create_fails(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE, d2 = STORE_DIR_NONE;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_create(t->root, geteuid(), "c1", &d2, &e), -EEXIST);
	assert_int_equal(e.kind, ERR_EXISTS);
	assert_words(&e, "container with given ID already exists");
	assert_int_equal(d2.fd, -EBADF);
	store_dir_close(&d);
}

static void unknown_ids_do_not_exist(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	char path[160];
	struct err e;

	assert_int_equal(store_open(t->root, geteuid(), "c1", &d, &e), -ENOENT); /* no root either */
	assert_int_equal(e.kind, ERR_NOT_FOUND);
	assert_words(&e, "container does not exist");
	assert_int_equal(store_open(t->root, geteuid(), "../c1", &d, &e), -EINVAL);

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	store_dir_close(&d);
	snprintf(path, sizeof(path), "%s/link", t->root);
	assert_int_equal(symlink("c1", path), 0);
	assert_int_equal(store_open(t->root, geteuid(), "link", &d, &e), -ENOENT);
	snprintf(path, sizeof(path), "%s/file", t->root);
	assert_int_equal(close(creat(path, 0600)), 0);
	assert_int_equal(store_open(t->root, geteuid(), "file", &d, &e), -ENOENT);
	assert_int_equal(store_open(t->root, geteuid(), "c1", &d, &e), 0);
	store_dir_close(&d);
}

static void foreign_directories_are_refused(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	struct err e;

	if (geteuid() != 0)
		skip();
	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(fchown(d.fd, 1000, 1000), 0);
	store_dir_close(&d);
	assert_int_equal(store_open(t->root, geteuid(), "c1", &d, &e), -EPERM);
	assert_int_equal(chown(t->root, 1000, 1000), 0);
	assert_int_equal(store_open(t->root, geteuid(), "c2", &d, &e), -EPERM);
	assert_int_equal(store_create(t->root, geteuid(), "c2", &d, &e), -EPERM);
}

static void lock_waits_and_gives_up(void **state)
{
	const struct tmp *t = *state;
	struct store_dir a = STORE_DIR_NONE, b = STORE_DIR_NONE;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &a, &e), 0);
	assert_int_equal(store_open(t->root, geteuid(), "c1", &b, &e), 0);
	assert_int_equal(store_lock(&b, 20, &e), -ETIMEDOUT);
	assert_int_equal(b.lock, -EBADF);
	store_dir_close(&a);
	assert_int_equal(store_lock(&b, 20, &e), 0);
	store_dir_close(&b);
}

static void lock_is_not_shared_with_children(void **state)
{
	const struct tmp *t = *state;
	struct store_dir a = STORE_DIR_NONE, b = STORE_DIR_NONE;
	struct err e;
	pid_t pid;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &a, &e), 0);
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	store_dir_close(&a);
	assert_int_equal(store_open(t->root, geteuid(), "c1", &b, &e), 0);
	assert_int_equal(store_lock(&b, 0, &e), 0);
	store_dir_close(&b);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void lock_notices_a_removed_directory(void **state)
{
	const struct tmp *t = *state;
	struct store_dir a = STORE_DIR_NONE, b = STORE_DIR_NONE;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &a, &e), 0);
	assert_int_equal(store_open(t->root, geteuid(), "c1", &b, &e), 0);
	assert_int_equal(store_remove(&a, &e), 0);
	store_dir_close(&a);
	assert_int_equal(store_lock(&b, 0, &e), -ENOENT);
	assert_int_equal(e.kind, ERR_NOT_FOUND);
	/* One of the same name is another container. */
	assert_int_equal(store_create(t->root, geteuid(), "c1", &a, &e), 0);
	assert_int_equal(store_lock(&b, 0, &e), -ENOENT);
	store_dir_close(&a);
	store_dir_close(&b);
}

static void remove_takes_all_but_follows_nothing(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	char path[160], canary[128];
	struct err e;

	snprintf(canary, sizeof(canary), "%s/bundle", t->dir);
	assert_int_equal(mkdir(canary, 0755), 0);
	snprintf(path, sizeof(path), "%s/keep", canary);
	assert_int_equal(close(creat(path, 0600)), 0);

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(io_replace_file(d.fd, "state.json", "{}", 2, 0600), 0);
	assert_int_equal(store_make_fifo(&d, geteuid(), getegid(), &e), 0);
	assert_int_equal(mkdirat(d.fd, "notify", 0755), 0);
	assert_int_equal(mknodat(d.fd, "notify/notify.sock", S_IFREG | 0600, 0), 0);
	assert_int_equal(symlinkat(canary, d.fd, "link"), 0);
	assert_int_equal(symlinkat(canary, d.fd, "notify/link"), 0);
	assert_int_equal(store_remove(&d, &e), 0);
	store_dir_close(&d);
	assert_int_equal(store_open(t->root, geteuid(), "c1", &d, &e), -ENOENT);
	assert_int_equal(access(path, F_OK), 0);
}

/* In a mount namespace of its own: a bind mount in the directory keeps its content. */
static int remove_with_mount(const struct tmp *t, const char *name)
{
	char path[160], canary[128];
	struct store_dir d = STORE_DIR_NONE;
	struct err e;

	snprintf(canary, sizeof(canary), "%s/bundle", t->dir);
	snprintf(path, sizeof(path), "%s/c1/%s", t->root, name);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	if (store_create(t->root, geteuid(), "c1", &d, &e) < 0 || mkdir(path, 0700) < 0 ||
	    mount(canary, path, NULL, MS_BIND, NULL) < 0)
		return 1;
	if (store_remove(&d, &e) != -EBUSY)
		return 2;
	snprintf(path, sizeof(path), "%s/keep", canary);
	return access(path, F_OK) == 0 ? 0 : 3;
}

static void remove_does_not_enter_mounts(void **state)
{
	static const char *const names[] = { "criu-root", "other" };
	const struct tmp *t = *state;
	char path[160];

	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof(path), "%s/bundle", t->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/bundle/keep", t->dir);
	assert_int_equal(close(creat(path, 0600)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct store_dir d = STORE_DIR_NONE;
		struct err e;
		int status;
		pid_t pid = fork();

		if (pid == 0)
			_exit(remove_with_mount(t, names[i]));
		waitpid(pid, &status, 0);
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_int_equal(store_open(t->root, geteuid(), "c1", &d, &e), 0);
		assert_int_equal(store_remove(&d, &e), 0);
		store_dir_close(&d);
	}
}

/* The attribute that tells a mount is Linux 5.8's; this one is a mount point, so never emptied. */
static void criu_root_is_never_emptied(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(mkdirat(d.fd, "criu-root", 0700), 0);
	assert_int_equal(mkdirat(d.fd, "criu-root/etc", 0700), 0);
	assert_int_equal(store_remove(&d, &e), -ENOTEMPTY);
	assert_int_equal(unlinkat(d.fd, "criu-root/etc", AT_REMOVEDIR), 0);
	assert_int_equal(store_remove(&d, &e), 0);
	store_dir_close(&d);
}

static void assert_names(const char *root, const char *expected)
{
	struct store_names names;
	char text[64] = "";
	struct err e;

	assert_int_equal(store_names_read(root, geteuid(), &names, &e), 0);
	for (size_t i = 0; i < names.n; i++) {
		strcat(text, names.v[i]->d_name);
		/* Others may write to root: whose name it is nobody knows. */
		strcat(text, names.rootfd < 0 ? "? " : " ");
	}
	assert_string_equal(text, expected);
	store_names_fini(&names);
}

static void list_is_sorted_and_skips_strangers(void **state)
{
	static const char *const ids[] = { "b", "a", "C" };
	const struct tmp *t = *state;
	char path[160];
	struct err e;

	assert_names(t->root, "");
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct store_dir d = STORE_DIR_NONE;

		assert_int_equal(store_create(t->root, geteuid(), ids[i], &d, &e), 0);
		store_dir_close(&d);
	}
	snprintf(path, sizeof(path), "%s/file", t->root);
	assert_int_equal(close(creat(path, 0600)), 0);
	snprintf(path, sizeof(path), "%s/link", t->root);
	assert_int_equal(symlink("a", path), 0);
	snprintf(path, sizeof(path), "%s/not an id", t->root);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_names(t->root, "C a b ");
	assert_int_equal(chmod(t->root, 0770), 0);
	assert_names(t->root, "C? a? b? ");
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, tmp_make, tmp_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(create_makes_root_and_directory),
		ROW(second_create_fails),
		ROW(unknown_ids_do_not_exist),
		ROW(foreign_directories_are_refused),
		ROW(lock_waits_and_gives_up),
		ROW(lock_is_not_shared_with_children),
		ROW(lock_notices_a_removed_directory),
		ROW(remove_takes_all_but_follows_nothing),
		ROW(remove_does_not_enter_mounts),
		ROW(criu_root_is_never_emptied),
		ROW(list_is_sorted_and_skips_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
