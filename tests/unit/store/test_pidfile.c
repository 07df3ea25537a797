/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/io.h"
#include "store/store.h"
#include "tests/unit/store/tmp.h"
#include "tests/unit/test.h"

static void digits_only_and_umask_counts(void **state)
{
	const struct tmp *t = *state;
	char path[96], text[32];
	mode_t mask = umask(027);
	struct stat st;
	struct err e;

	snprintf(path, sizeof(path), "%s/pid", t->dir);
	assert_int_equal(store_write_pid_file(path, 4711, &e), 0);
	umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(io_read_file(AT_FDCWD, path, text, sizeof(text)), 0);
	assert_string_equal(text, "4711");
	/* One that is there is replaced at once. */
	assert_int_equal(store_write_pid_file(path, 1, &e), 0);
	assert_int_equal(io_read_file(AT_FDCWD, path, text, sizeof(text)), 0);
	assert_string_equal(text, "1");
}

static void stale_temporary_file_fails(void **state)
{
	const struct tmp *t = *state;
	char path[96], stale[96], text[256], want[256];
	struct err e;

	snprintf(path, sizeof(path), "%s/pid", t->dir);
	snprintf(stale, sizeof(stale), "%s/.pid", t->dir);
	assert_int_equal(close(creat(stale, 0600)), 0);
	assert_int_equal(store_write_pid_file(path, 1, &e), -EEXIST);
	err_format(&e, text, sizeof(text));
	snprintf(want, sizeof(want), "open %s: file exists", stale);
	assert_string_equal(text, want);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(stale, F_OK), 0);
}

static void failure_leaves_nothing(void **state)
{
	const struct tmp *t = *state;
	char path[96], tmp[96];
	struct err e;

	snprintf(path, sizeof(path), "%s/dir", t->dir);
	snprintf(tmp, sizeof(tmp), "%s/.dir", t->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_write_pid_file(path, 1, &e), -EISDIR);
	assert_int_equal(access(tmp, F_OK), -1);
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, tmp_make, tmp_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(digits_only_and_umask_counts),
		ROW(stale_temporary_file_fails),
		ROW(failure_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
