/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/store.h"
#include "tests/unit/store/tmp.h"
#include "tests/unit/test.h"

static char created[] = "2026-01-02T03:04:05Z", bundle[] = "/b/with blank", owned[] = "unified";
static char v2[] = "", path[] = "/sys/fs/cgroup/a b/c1";
static struct key_value unified = { v2, path };

/* Of a container that an inhabited cgroup proves alive. */
static struct state proven(void)
{
	return (struct state){
		.init_pid = 4711, .owner_uid = 7, .private_pidns = true,
		.created = created, .bundle = bundle,
		.cgroup_paths = { .v = &unified, .n = 1 }, .cgroup_owned = owned,
	};
}

/* Writes s to a new container, and reads it as list does. */
static bool round_trip(const struct tmp *t, const struct state *s, struct store_brief *ret)
{
	struct store_dir d = STORE_DIR_NONE;
	auto_fd root = FD_NONE;
	struct err e;
	bool found;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_write_state(&d, s, &e), 0);
	store_write_brief(&d, s, UINT64_MAX);
	root = open(t->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	found = store_read_brief(root, "c1", ret);
	assert_int_equal(store_remove(&d, &e), 0);
	store_dir_close(&d);
	return found;
}

static void what_is_written_is_read(void **state)
{
	const struct state s = proven();
	struct store_brief b;

	assert_true(round_trip(*state, &s, &b));
	assert_int_equal(b.pid, 4711);
	assert_true(b.mark == UINT64_MAX);
	assert_int_equal(b.owner_uid, 7);
	assert_string_equal(b.created, created);
	assert_string_equal(b.cgroup, path);
	assert_string_equal(b.bundle, bundle);
}

static void only_what_a_cgroup_proves(void **state)
{
	static char pids[] = "pids";
	struct key_value v1[] = { { pids, path }, unified };
	struct state s[7];
	struct store_brief b;

	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		s[i] = proven();
	s[0].creating = true;
	s[1].private_pidns = false;
	s[2].cgroup_paths.n = 0;
	s[3].cgroup_paths = (struct kv_list){ .v = v1, .n = 2 };
	s[4].cgroup_paths = (struct kv_list){ .v = v1, .n = 1 };
	s[5].cgroup_owned = v2;
	s[6].cgroup_owned = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		assert_false(round_trip(*state, &s[i], &b));
}

static void what_does_not_fit_is_left_out(void **state)
{
	static char broken[] = "/b/with\nbreak";
	struct state s = proven();
	char wide[PATH_MAX + 1];
	struct store_brief b;

	s.bundle = broken;
	assert_false(round_trip(*state, &s, &b));
	memset(wide, 'x', PATH_MAX);
	wide[PATH_MAX] = '\0';
	s.bundle = wide;
	assert_false(round_trip(*state, &s, &b));
}

/* The text of the brief in place, with line i replaced. */
static void spoil(const char *place, const char *text, size_t i, const char *by)
{
	const char *at = text, *end;
	char spoilt[PATH_MAX];

	while (i--)
		at = strchr(at, '\n') + 1;
	end = strchrnul(at, '\n');
	snprintf(spoilt, sizeof(spoilt), "%.*s%s%s", (int)(at - text), text, by, end);
	assert_int_equal(unlink(place), 0);
	assert_int_equal(symlink(spoilt, place), 0);
}

static void others_are_not_believed(void **state)
{
	static const struct {
		size_t line;
		const char *by;
	} spoilt[] = {
		{ 0, "2" }, { 1, "-1" }, { 1, "1x" }, { 2, "-1" }, { 2, "" }, { 3, "-1" }, { 6, "1" }, { 6, "" },
		{ 7, "1" }, { 8, "3" }, { 9, "1000000000" }, { 9, "x" }, { 10, "b\nx" }, { 0, "3\n1" }, { 0, "x" },
	};
	const struct state s = proven();
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	char text[PATH_MAX] = "", place[160];
	struct store_brief b;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_write_state(&d, &s, &e), 0);
	store_write_brief(&d, &s, 99);
	snprintf(place, sizeof(place), "%s/c1", t->root);
	assert_true(store_read_brief(AT_FDCWD, place, &b));
	snprintf(place, sizeof(place), "%s/c1/brief", t->root);
	assert_true(readlink(place, text, sizeof(text) - 1) > 0);
	for (size_t i = 0; i < ARRAY_SIZE(spoilt); i++) {
		spoil(place, text, spoilt[i].line, spoilt[i].by);
		assert_false(store_read_brief(d.fd, ".", &b));
	}
	spoil(place, text, 0, "3");
	assert_true(store_read_brief(d.fd, ".", &b));
	assert_int_equal(store_remove(&d, &e), 0);
	store_dir_close(&d);
}

static void one_for_another(void **state)
{
	const struct state s = proven();
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	struct store_brief b;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	assert_int_equal(store_write_state(&d, &s, &e), 0);
	store_write_brief(&d, &s, 99);
	store_drop_brief(&d);
	assert_false(store_read_brief(d.fd, ".", &b));
	store_drop_brief(&d);
	store_write_brief(&d, &s, 0);
	assert_true(store_read_brief(d.fd, ".", &b));
	assert_true(b.mark == 0);
	assert_int_equal(store_remove(&d, &e), 0);
	store_dir_close(&d);
}

/* Whatever happened to the state: it has to be read, and said to be damaged if it is. */
static void only_with_its_state(void **state)
{
	const struct state s = proven();
	const struct tmp *t = *state;
	struct store_dir d = STORE_DIR_NONE;
	auto_fd file = FD_NONE;
	struct store_brief b;
	struct err e;

	assert_int_equal(store_create(t->root, geteuid(), "c1", &d, &e), 0);
	store_write_brief(&d, &s, 99);
	assert_false(store_read_brief(d.fd, ".", &b));
	assert_int_equal(store_write_state(&d, &s, &e), 0);
	store_write_brief(&d, &s, 99);
	assert_true(store_read_brief(d.fd, ".", &b));
	file = openat(d.fd, STATE_FILE, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(file >= 0);
	assert_false(store_read_brief(d.fd, ".", &b));
	assert_int_equal(store_write_state(&d, &s, &e), 0);
	assert_false(store_read_brief(d.fd, ".", &b));
	assert_int_equal(unlinkat(d.fd, STATE_FILE, 0), 0);
	assert_false(store_read_brief(d.fd, ".", &b));
	assert_int_equal(store_remove(&d, &e), 0);
	store_dir_close(&d);
}

static void the_fifo_is_seen(void **state)
{
	const struct tmp *t = *state;
	char place[160];

	snprintf(place, sizeof(place), "%s/exec.fifo", t->dir);
	assert_false(store_entry_has_fifo(AT_FDCWD, t->dir));
	assert_int_equal(mkfifo(place, 0600), 0);
	assert_true(store_entry_has_fifo(AT_FDCWD, t->dir));
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, tmp_make, tmp_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(what_is_written_is_read),
		ROW(only_what_a_cgroup_proves),
		ROW(what_does_not_fit_is_left_out),
		ROW(others_are_not_believed),
		ROW(one_for_another),
		ROW(only_with_its_state),
		ROW(the_fifo_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
