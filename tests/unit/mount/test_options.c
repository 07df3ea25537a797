/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/mount.h>

#include "mount/mount.h"
#include "mount/options.h"
#include "os/mount_fd.h"

static struct arena arena;
static struct err e;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	err_init(&e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* names ends with NULL. */
static struct mount_options parse(const char *const *names)
{
	struct mount_options o = { 0 };
	struct strv v = { 0 };
	char *copy[16];

	for (; names[v.n]; v.n++)
		copy[v.n] = arena_strdup(&arena, names[v.n]);
	v.v = copy;
	assert_int_equal(mount_options_parse(&arena, &v, &o, &e), 0);
	return o;
}
#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

/* In a container with two ranges, that do not lie together on the host. */
static const struct spec_idmaps *idmap(const char *text)
{
	static struct spec_idmap rows[] = { { 0, 1000, 1 }, { 1, 100000, 50 } };
	static const struct spec_idmaps container = { rows, 2 };
	const struct spec_idmaps *uids = NULL, *gids;

	err_init(&e);
	return mount_idmap_parse(&arena, text, &container, &container, &uids, &gids, &e) < 0 ? NULL : uids;
}

static void idmap_rows(void **state)
{
	const struct spec_idmaps *m = idmap("gids=0-0-1;uids=0-5-10#20-@1");

	(void)state;
	assert_null(m);
	m = idmap("uids=0-5-10#@20-0-3;gids=0-0-1");
	assert_non_null(m);
	assert_int_equal(m->n, 3);
	assert_true(m->v[0].container_id == 0 && m->v[0].host_id == 5 && m->v[0].size == 10);
	assert_true(m->v[1].container_id == 20 && m->v[1].host_id == 1000 && m->v[1].size == 1);
	assert_true(m->v[2].container_id == 21 && m->v[2].host_id == 100000 && m->v[2].size == 2);
	assert_null(idmap("uids=@0-0-52"));
	assert_null(idmap("uids=@0-0-0"));
	assert_null(idmap("uids=@0-0-4294967295"));
}

static void links(void **state)
{
	struct mount_options o = PARSE("bind", "src-nofollow", "dest-nofollow", "ro");

	(void)state;
	assert_int_equal(o.links, MOUNT_SRC_NOFOLLOW | MOUNT_DEST_NOFOLLOW);
	assert_int_equal(o.links_at, 2);
	o = PARSE("idmap=x", "ridmap=uids=1", "ro");
	assert_string_equal(o.idmap_text, "uids=1");
	assert_int_equal(o.idmap_at, 1);
	assert_true(o.idmap && o.idmap_recursive);
	assert_null(PARSE("idmap=x", "idmap").idmap_text);
	assert_string_equal(PARSE("idmapped=x").data, "idmapped=x");
}

static void names_are_sorted(void **state)
{
	size_t i, n = 0;

	(void)state;
	for (i = 0; mount_option_names[i]; i++, n++)
		if (i > 0)
			assert_true(strcmp(mount_option_names[i - 1], mount_option_names[i]) < 0);
	assert_int_equal(n, 70);
}

/* Nothing that is announced may end up as data. */
static void every_name_is_known(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; mount_option_names[i]; i++)
		assert_null(PARSE(mount_option_names[i]).data);
}

static void last_one_wins(void **state)
{
	struct mount_options o = PARSE("ro", "rw", "nosuid", "noexec", "exec", "nodev");

	(void)state;
	assert_int_equal(o.set, MS_NOSUID | MS_NODEV);
	assert_int_equal(o.clr, MS_RDONLY | MS_NOEXEC);
	o = PARSE("rw", "ro");
	assert_int_equal(o.set, MS_RDONLY);
	assert_int_equal(o.clr, 0);
}

static void atime_is_one_field(void **state)
{
	struct mount_options o = PARSE("noatime", "strictatime", "nodiratime");

	(void)state;
	assert_int_equal(o.set, MS_STRICTATIME | MS_NODIRATIME);
	o = PARSE("strictatime", "relatime");
	assert_int_equal(o.set, MS_RELATIME);
	assert_int_equal(mount_attr_of(MS_STRICTATIME | MS_NODIRATIME),
			 OS_MOUNT_ATTR_STRICTATIME | OS_MOUNT_ATTR_NODIRATIME);
	assert_int_equal(mount_attr_of(MS_RELATIME), 0);
	assert_true(mount_has_atime(MS_RELATIME));
	assert_false(mount_has_atime(MS_RDONLY));
}

static void locked_flags(void **state)
{
	static const struct {
		unsigned long have, set, clr;
		int r;
		unsigned long kept;
	} cases[] = {
		{ MS_RELATIME, 0, MS_NOEXEC, 0, MS_RELATIME },
		{ MS_RDONLY | MS_RELATIME, MS_NOSUID, 0, 0,
		  MS_RDONLY | MS_NOSUID | MS_RELATIME },
		{ MS_RDONLY | MS_RELATIME, MS_NOSUID, MS_RDONLY, -EPERM, 0 },
		{ MS_RDONLY | MS_RELATIME, MS_RDONLY | MS_NODEV, MS_NOEXEC, 0,
		  MS_RDONLY | MS_NODEV | MS_RELATIME },
		{ MS_NODEV | MS_NOSYMFOLLOW | MS_RELATIME, MS_RDONLY, MS_NOSYMFOLLOW, 0,
		  MS_NODEV | MS_RDONLY | MS_RELATIME },
		{ MS_NOATIME, MS_NOATIME, 0, 0, MS_NOATIME },
		{ MS_NOATIME, MS_RELATIME, 0, -EPERM, 0 },
		{ MS_RELATIME, MS_NODIRATIME, 0, -EPERM, 0 },
		{ MS_STRICTATIME, MS_NODIRATIME, 0, -EPERM, 0 },
		/* as mount(2) has it, nodiratime alone is nodiratime and relatime */
		{ MS_NODIRATIME | MS_RELATIME, MS_NODIRATIME, 0, -EPERM, 0 },
		{ MS_STRICTATIME, 0, MS_STRICTATIME, -EPERM, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long kept = 0;

		assert_int_equal(mount_keep_locked(cases[i].have, cases[i].set, cases[i].clr,
						   &kept), cases[i].r);
		assert_int_equal(kept, cases[i].kept);
	}
}

static void recursive_ones(void **state)
{
	struct mount_options o = PARSE("rro", "rnosuid", "rsuid", "rnoatime");

	(void)state;
	assert_int_equal(o.rec_set, OS_MOUNT_ATTR_RDONLY | OS_MOUNT_ATTR_NOATIME);
	assert_int_equal(o.rec_clr, OS_MOUNT_ATTR_NOSUID | OS_MOUNT_ATTR__ATIME);
	o = PARSE("rstrictatime", "ratime");
	assert_int_equal(o.rec_set, 0);
	assert_int_equal(o.rec_clr, OS_MOUNT_ATTR__ATIME);
	o = PARSE("rrelatime");
	assert_int_equal(o.rec_clr, OS_MOUNT_ATTR__ATIME);
	o = PARSE("rnosymfollow");
	assert_int_equal(o.rec_set, OS_MOUNT_ATTR_NOSYMFOLLOW);
	/* crun's, which no kernel has for a single mount: the file system's. */
	o = PARSE("rsync", "rdirsync", "rmand");
	assert_int_equal(o.set, MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK);
	o = PARSE("rsync", "rmand", "rasync", "rnomand");
	assert_int_equal(o.set, 0);
	assert_int_equal(o.clr, MS_SYNCHRONOUS | MS_MANDLOCK);
}

static void the_rest(void **state)
{
	struct mount_options o = PARSE("defaults", "size=1k", "tmpcopyup", "mode=755", "rbind",
				       "rshared", "private", "ridmap");

	(void)state;
	assert_string_equal(o.data, "size=1k,mode=755");
	assert_int_equal(o.set, MS_BIND | MS_REC);
	assert_int_equal(o.n_propagation, 2);
	assert_int_equal(o.propagation[0], MS_SHARED | MS_REC);
	assert_int_equal(o.propagation[1], MS_PRIVATE);
	assert_true(o.copyup && o.idmap && o.idmap_recursive);
	assert_false(PARSE("idmap").idmap_recursive);
}

static void line_breaks_are_refused(void **state)
{
	char bad[] = "a=b\nc";
	char *v[] = { bad };
	struct strv list = { v, 1 };
	struct mount_options o;

	(void)state;
	assert_int_equal(mount_options_parse(&arena, &list, &o, &e), -EINVAL);
	assert_int_equal(e.kind, ERR_CONFIG);
}

static void data_is_cut_at_commas(void **state)
{
	const char *p = "size=1k,,context=\"a:b:c1,c2\",mpol=bind:0,2,noswap", *o;
	static const char *const want[] = { "size=1k", "context=\"a:b:c1,c2\"", "mpol=bind:0,2",
					    "noswap" };
	size_t i, len;

	(void)state;
	for (i = 0; (o = mount_data_next(&p, &len)); i++) {
		assert_true(i < ARRAY_SIZE(want));
		assert_int_equal(len, strlen(want[i]));
		assert_memory_equal(o, want[i], len);
	}
	assert_int_equal(i, ARRAY_SIZE(want));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(names_are_sorted),        T(every_name_is_known),   T(last_one_wins),
		T(atime_is_one_field),      T(locked_flags),          T(recursive_ones),
		T(the_rest),                T(idmap_rows),            T(links),
		T(line_breaks_are_refused), T(data_is_cut_at_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
