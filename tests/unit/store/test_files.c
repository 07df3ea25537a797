/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "store/store.h"
#include "tests/unit/store/tmp.h"
#include "tests/unit/test.h"

static mode_t mode_at(const struct store_dir *d, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

static void state_comes_back(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	struct state out, in;
	struct err e;

	state_init(&out);
	state_init(&in);
	out.id = arena_strdup(&out.arena, "c1");
	out.bundle = arena_strdup(&out.arena, "/b");
	out.rootfs = arena_strdup(&out.arena, "/b/rootfs");
	out.created = arena_strdup(&out.arena, "2026-01-01T00:00:00.000000000Z");
	out.init_pid = 42;
	out.init_start = 4711;
	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_read_state(&d, &in, &e), -ENOENT);
	assert_int_equal(e.kind, ERR_NOT_FOUND);
	assert_int_equal(store_write_state(&d, &out, &e), 0);
	assert_int_equal(mode_at(&d, "state.json"), 0600);
	assert_int_equal(store_read_state(&d, &in, &e), 0);
	assert_string_equal(in.id, "c1");
	assert_int_equal(in.init_pid, 42);
	assert_int_equal(in.init_start, 4711);
	state_fini(&in);
	state_fini(&out);
	store_dir_close(&d);
}

static void state_must_be_our_plain_file(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	struct state in;
	struct err e;

	state_init(&in);
	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(symlinkat("/etc/hostname", d.fd, "state.json"), 0);
	assert_int_equal(store_read_state(&d, &in, &e), -ELOOP);
	assert_int_equal(unlinkat(d.fd, "state.json", 0), 0);
	assert_int_equal(mkfifoat(d.fd, "state.json", 0600), 0);
	assert_int_equal(store_read_state(&d, &in, &e), -EPERM); /* and does not hang */
	assert_int_equal(unlinkat(d.fd, "state.json", 0), 0);
	if (geteuid() == 0) {
		assert_int_equal(io_replace_file(d.fd, "state.json", "{}", 2, 0600), 0);
		assert_int_equal(fchownat(d.fd, "state.json", 1000, 1000, 0), 0);
		assert_int_equal(store_read_state(&d, &in, &e), -EPERM);
	}
	state_fini(&in);
	store_dir_close(&d);
}

/* What has the temporary name goes, and nobody writes into it. */
static void replacing_trusts_no_leftover(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	struct stat st;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(io_create_file(d.fd, "other", "mine", 4, 0600), 0);
	assert_int_equal(linkat(d.fd, "other", d.fd, ".state.json.new", 0), 0);
	assert_int_equal(io_replace_file(d.fd, "state.json", "{}", 2, 0600), 0);
	assert_int_equal(fstatat(d.fd, "other", &st, 0), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(mkfifoat(d.fd, ".state.json.new", 0600), 0);
	assert_int_equal(io_replace_file(d.fd, "state.json", "{}", 2, 0600), 0); /* and does not hang */
	assert_int_equal(fstatat(d.fd, "state.json", &st, 0), 0);
	assert_true(S_ISREG(st.st_mode) && st.st_size == 2);
	store_dir_close(&d);
}

static void config_comes_back(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	auto_free char *text = NULL;
	size_t len = 1;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_read_config(&d, &text, &len, &e), 0);
	assert_true(!text && len == 0);
	assert_int_equal(store_write_config(&d, "{\"a\":1}", 7, &e), 0);
	assert_int_equal(mode_at(&d, "config.json"), 0600);
	assert_int_equal(store_read_config(&d, &text, &len, &e), 0);
	assert_int_equal(len, 7);
	assert_string_equal(text, "{\"a\":1}");
	store_dir_close(&d);
}

static void fifo_has_its_mode_and_owner(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	mode_t mask = umask(077);
	struct stat st;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_false(store_has_fifo(&d));
	assert_int_equal(store_make_fifo(&d, geteuid() ? geteuid() : 1000, getegid(), &e), 0);
	umask(mask);
	assert_true(store_has_fifo(&d));
	assert_int_equal(fstatat(d.fd, "exec.fifo", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0622);
	assert_int_equal(st.st_uid, geteuid() ? geteuid() : 1000);
	assert_int_equal(store_make_fifo(&d, 0, 0, &e), -EEXIST);
	assert_int_equal(store_remove_fifo(&d), 0);
	assert_int_equal(store_remove_fifo(&d), 0);
	assert_false(store_has_fifo(&d));
	store_dir_close(&d);
}

static void resources_come_back(void **state)
{
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	auto_free char *text = NULL;
	size_t len = 1;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_read_resources(&d, &text, &len, &e), 0);
	assert_null(text);
	assert_int_equal(store_write_resources(&d, "old", 3, &e), 0);
	assert_int_equal(store_write_resources(&d, "{}", 2, &e), 0);
	assert_int_equal(mode_at(&d, "resources.json"), 0600);
	assert_int_equal(store_read_resources(&d, &text, &len, &e), 0);
	assert_int_equal(len, 2);
	assert_string_equal(text, "{}");
	/* Never through somebody else's link. */
	assert_int_equal(unlinkat(d.fd, "resources.json", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", d.fd, "resources.json"), 0);
	free(text);
	text = NULL;
	assert_true(store_read_resources(&d, &text, &len, &e) < 0);
	assert_null(text);
	store_dir_close(&d);
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, tmp_make, tmp_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(state_comes_back),
		ROW(state_must_be_our_plain_file),
		ROW(replacing_trusts_no_leftover),
		ROW(config_comes_back),
		ROW(resources_come_back),
		ROW(fifo_has_its_mode_and_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
