/* SPDX-License-Identifier: Apache-2.0 */
/* The plan is pure: looked at here without doing anything. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/mount.h>

#include "mount/plan.h"

static struct err e;
static struct spec_mount m[4];
static struct spec_mounts mounts;
static struct mount_input in;
static struct mount_plan *plan;

static int setup(void **state)
{
	(void)state;
	err_init(&e);
	memset(m, 0, sizeof(m));
	mounts = (struct spec_mounts){ m, 0 };
	in = (struct mount_input){ .bundle = "/bundle",
				   .rootfs = "/bundle/rootfs",
				   .mounts = &mounts };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mount_plan_free(plan);
	plan = NULL;
	return 0;
}

#define STR(s) ((char *)(uintptr_t)(s))

/* At most two options. */
static void add(const char *dest, const char *type, const char *source, const char *o1,
		const char *o2)
{
	static char *opts[4][3];
	size_t i = mounts.n++;

	opts[i][0] = STR(o1);
	opts[i][1] = STR(o2);
	m[i] = (struct spec_mount){
		.destination = STR(dest), .type = STR(type), .source = STR(source),
		.options = { opts[i], (o1 ? 1u : 0u) + (o2 ? 1u : 0u) },
	};
}

static void make(void)
{
	assert_int_equal(mount_plan_new(&in, &plan, &e), 0);
}

static void refused(const char *words)
{
	char text[512];

	assert_true(mount_plan_new(&in, &plan, &e) < 0);
	err_format(&e, text, sizeof(text));
	if (!strstr(text, words))
		fail_msg("%s", text);
}

static void binds_start_at_the_bundle(void **state)
{
	(void)state;
	add("/a/../b//c/", "none", "data/../x", "rbind", "ro");
	add("/d", "bind", "/abs", NULL, NULL);
	make();
	assert_int_equal(plan->n_ops, 2);
	assert_int_equal(plan->ops[0].kind, MOUNT_OP_BIND);
	assert_string_equal(plan->ops[0].dest, "/b/c");
	assert_string_equal(plan->ops[0].source, "/bundle/x");
	assert_int_equal(plan->ops[0].opt.set, MS_BIND | MS_REC | MS_RDONLY);
	assert_string_equal(plan->ops[1].source, "/abs");
	assert_int_equal(plan->ops[1].opt.set, MS_BIND);
	assert_true(plan->setup_dev);
}

static void errors_name_the_entry(void **state)
{
	(void)state;
	add("/ok", "tmpfs", "tmpfs", NULL, NULL);
	add("/bad", "bind", "/src", "nosiud", NULL);
	refused(
	    "mounts[1] (/bad): bind mounts cannot have any filesystem-specific options applied");
}

static void a_bind_takes_no_label(void **state)
{
	(void)state;
	add("/bad", "bind", "/src", "context=u:r:t:s0", NULL);
	refused("bind mounts cannot have any filesystem-specific options applied");
}

static void options_of_a_file_system_on_a_bind_only_warn(void **state)
{
	(void)state;
	add("/a", "bind", "/src", "ro", "mode=755");
	make();
	assert_int_equal(plan->ops[0].opt.set, MS_BIND | MS_RDONLY);
}

static void idmap_is_for_any_file_system_but_cgroups(void **state)
{
	(void)state;
	add("/bad", "cgroup", "x", "idmap", NULL);
	refused("a mount of cgroups cannot be id-mapped");
}

static void no_source(void **state)
{
	(void)state;
	add("/bad", "bind", NULL, NULL, NULL);
	refused("mounts[0] (/bad): a bind mount needs a source");
}

static void no_type(void **state)
{
	(void)state;
	add("/bad", NULL, "x", "ro", NULL);
	refused("needs a type");
}

static void copyup_is_for_tmpfs(void **state)
{
	(void)state;
	add("/bad", "proc", "x", "tmpcopyup", NULL);
	refused("tmpcopyup is for tmpfs only");
}

static void idmap_needs_maps(void **state)
{
	(void)state;
	add("/bad", "bind", "/x", "idmap", NULL);
	refused("both uid and gid mappings");
}

static void labels_go_where_they_are_taken(void **state)
{
	(void)state;
	in.mount_label = "u:r:t:s0:c1,c2";
	add("/proc", "proc", "proc", NULL, NULL);
	add("/dev", "tmpfs", "tmpfs", "ro", NULL);
	add("/dev/pts", "devpts", "devpts", "ro", NULL);
	add("/dev/mqueue", "mqueue", "mqueue", NULL, NULL);
	make();
	assert_null(plan->ops[0].label);
	assert_true(plan->ops[0].real_dir);
	assert_string_equal(plan->ops[1].label, in.mount_label);
	assert_string_equal(plan->ops[1].label_kind, "context");
	assert_true(plan->ops[1].late_readonly);
	assert_string_equal(plan->ops[2].label, in.mount_label);
	assert_false(plan->ops[2].late_readonly || plan->ops[2].label_on_root);
	assert_true(plan->ops[3].label_on_root);
}

static void label_kinds(void **state)
{
	(void)state;
	in.mount_label = "u:r:t:s0";
	in.mount_label_kind = "fscontext";
	add("/x", "tmpfs", "tmpfs", NULL, NULL);
	make();
	assert_string_equal(plan->ops[0].label_kind, "fscontext");
}

static void cgroup2(void **state)
{
	const struct mount_cgroup_hierarchy own = { .host_path = "/sys/fs/cgroup/x/y" };

	(void)state;
	in.cgroup_unified = true;
	in.cgroups = &own;
	in.n_cgroups = 1;
	add("/sys/fs/cgroup", "cgroup", "cgroup", "ro", NULL);
	/* CVE-2023-25809: also the bind is read-only. */
	make();
	assert_int_equal(plan->ops[0].kind, MOUNT_OP_BIND);
	assert_string_equal(plan->ops[0].source, "/sys/fs/cgroup");
	assert_int_equal(plan->ops[0].opt.set, MS_BIND | MS_RDONLY);
	mount_plan_free(plan);
	in.new_cgroup_namespace = true;
	make();
	assert_int_equal(plan->ops[0].kind, MOUNT_OP_FS);
	assert_string_equal(plan->ops[0].type, "cgroup2");
	assert_string_equal(plan->ops[0].instead->source, "/sys/fs/cgroup/x/y");
	assert_int_equal(plan->ops[0].instead->opt.set, MS_BIND | MS_RDONLY);
}

/* CVE-2023-25809's other end: without rights to make cgroups nothing of the host's shows. */
static void missing_cgroup_is_skipped(void **state)
{
	const struct mount_cgroup_hierarchy h = { "pids", "pids", "/sys/fs/cgroup/pids/x" };

	(void)state;
	in.cgroups = &h;
	in.n_cgroups = 1;
	in.user_namespace = true;
	add("/sys/fs/cgroup", "cgroup", "cgroup", "ro", NULL);
	make();
	assert_int_equal(plan->ops[1].kind, MOUNT_OP_BIND);
	assert_int_equal(plan->ops[1].if_missing, MOUNT_MISSING_IS_SKIPPED);
}

static void cgroup1(void **state)
{
	const struct mount_cgroup_hierarchy h[] = {
		{ "cpu,cpuacct", "cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/x" },
		{ "systemd", "name=systemd", "/sys/fs/cgroup/systemd/x" },
	};

	(void)state;
	in.cgroups = h;
	in.n_cgroups = 2;
	in.new_cgroup_namespace = true;
	add("/sys/fs/cgroup", "cgroup", "cgroup", "ro", NULL);
	make();
	assert_int_equal(plan->n_ops, 5);
	assert_string_equal(plan->ops[0].type, "tmpfs");
	assert_true(plan->ops[0].late_readonly);
	assert_string_equal(plan->ops[1].dest, "/sys/fs/cgroup/cpu,cpuacct");
	assert_string_equal(plan->ops[1].opt.data, "cpu,cpuacct");
	assert_false(plan->ops[1].late_readonly);
	assert_string_equal(plan->ops[2].opt.data, "name=systemd");
	assert_int_equal(plan->ops[3].kind, MOUNT_OP_SYMLINK);
	assert_string_equal(plan->ops[3].dest, "/sys/fs/cgroup/cpu");
	assert_string_equal(plan->ops[4].dest, "/sys/fs/cgroup/cpuacct");
}

static void bound_dev(void **state)
{
	(void)state;
	add("/dev/", "bind", "/dev", "rbind", NULL);
	make();
	assert_false(plan->setup_dev);
}

static bool is_movable(void)
{
	bool r;

	make();
	r = mount_plan_is_movable(plan);
	mount_plan_free(plan);
	plan = NULL;
	mounts.n = 0;
	return r;
}

/* 'w', 'r': what the superblock of the first sysfs will be; '-': init makes it. */
static char late_sysfs(void)
{
	bool readonly = false;
	char c;

	make();
	c = !mount_plan_late_sysfs(plan, &readonly) ? '-' : readonly ? 'r' : 'w';
	mount_plan_free(plan);
	plan = NULL;
	mounts.n = 0;
	return c;
}

static void sysfs_that_init_mounts_late(void **state)
{
	static const char *const of_the_superblock[] = { "sync", "dirsync", "lazytime", "mand", "what=ever" };

	(void)state;
	assert_int_equal(late_sysfs(), '-');
	add("/proc", "proc", "proc", "ro", NULL);
	assert_int_equal(late_sysfs(), '-');
	add("/y", "bind", "/abs", "rbind", "ro");
	add("/sys", "sysfs", "sysfs", "nosuid", "ro");
	add("/x", "tmpfs", "t", NULL, NULL);
	assert_int_equal(late_sysfs(), 'r');
	add("/sys", "sysfs", "sysfs", "ro", "rw");
	assert_int_equal(late_sysfs(), 'w');
	/* The second finds the first's. */
	add("/sys", "sysfs", "sysfs", "relatime", NULL);
	add("/x", "sysfs", "sysfs", "ro", NULL);
	assert_int_equal(late_sysfs(), 'w');
	/* Made beforehand. */
	add("/sys", "sysfs", "sysfs", "ro", NULL);
	add("/y", "bind", "/abs", "rbind", NULL);
	assert_int_equal(late_sysfs(), '-');
	for (size_t i = 0; i < ARRAY_SIZE(of_the_superblock); i++) {
		add("/sys", "sysfs", "sysfs", "ro", of_the_superblock[i]);
		assert_int_equal(late_sysfs(), '-');
	}
	/* A cgroup without a namespace of its own is the host's, bound. */
	add("/sys", "sysfs", "sysfs", "ro", NULL);
	add("/sys/fs/cgroup", "cgroup", "cgroup", "ro", NULL);
	in.cgroup_unified = true;
	assert_int_equal(late_sysfs(), '-');
	add("/sys", "sysfs", "sysfs", "ro", NULL);
	add("/sys/fs/cgroup", "cgroup", "cgroup", "ro", NULL);
	in.cgroup_unified = in.new_cgroup_namespace = true;
	assert_int_equal(late_sysfs(), 'r');
	/* Read-only only in the end: nodes are made in it. */
	add("/dev", "sysfs", "sysfs", "ro", NULL);
	assert_int_equal(late_sysfs(), 'w');
}

/* Only what needs no path of the host's once the sources of binds are open. */
static void what_needs_none_of_the_hosts_mounts(void **state)
{
	static const char *const fine[] = { "proc", "sysfs", "mqueue", "devpts", "tmpfs" };
	static const char *const with_paths[] = { "overlay", "ext4", "fuse.x", "ramfs" };

	(void)state;
	assert_true(is_movable());
	for (size_t i = 0; i < ARRAY_SIZE(fine); i++) {
		add("/y", "bind", "/abs", "rbind", "rslave");
		add("/x", fine[i], "none", "ro", NULL);
		assert_true(is_movable());
		/* Made beforehand, too: a tmpfs may not have to look like what it is mounted on. */
		add("/x", fine[i], "none", "ro", str_eq(fine[i], "tmpfs") ? "mode=700" : NULL);
		add("/y", "bind", "/abs", "rbind", "rslave");
		assert_true(is_movable());
	}
	add("/x", "tmpfs", "none", "ro", NULL);
	add("/y", "bind", "/abs", "rbind", "rslave");
	assert_false(is_movable());
	for (size_t i = 0; i < ARRAY_SIZE(with_paths); i++) {
		add("/x", with_paths[i], "none", NULL, NULL);
		assert_false(is_movable());
	}
	add("/x", "tmpfs", "t", NULL, NULL);
	add("/x", "tmpfs", "t", "remount", NULL);
	assert_false(is_movable());
	/* Provided by another mount; a link. */
	add("/x", "tmpfs", "t", NULL, NULL);
	add("/y", "bind", "/bundle/rootfs/x/a", "bind", NULL);
	assert_false(is_movable());
	add("/y", "bind", "/abs", "bind", "src-nofollow");
	assert_false(is_movable());
	/* Above what another mount provides. */
	add("/a/b", "tmpfs", "t", NULL, NULL);
	add("/y", "bind", "/bundle/rootfs/a", "rbind", NULL);
	assert_false(is_movable());
}

static void whose_namespace_is_seen_by_others(void **state)
{
	struct mount_input plain;

	(void)state;
	plain = in;
	in.no_pivot = true;
	assert_false(is_movable());
	in = plain;
	in.user_namespace = true;
	assert_false(is_movable());
	in = plain;
	in.inherit_namespace = true;
	assert_false(is_movable());
	in = plain;
	in.live = true;
	assert_false(is_movable());
	in = plain;
	in.rootfs_propagation = MS_SHARED | MS_REC;
	assert_false(is_movable());
	in.rootfs_propagation = MS_SLAVE;
	assert_false(is_movable());
	in.rootfs_propagation = MS_PRIVATE | MS_REC; /* makes bindable what is not */
	assert_false(is_movable());
	in.rootfs_propagation = MS_SLAVE | MS_REC;
	assert_true(is_movable());
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(binds_start_at_the_bundle),
		T(errors_name_the_entry),
		T(no_source),
		T(no_type),
		T(copyup_is_for_tmpfs),
		T(idmap_needs_maps),
		T(idmap_is_for_any_file_system_but_cgroups),
		T(a_bind_takes_no_label),
		T(options_of_a_file_system_on_a_bind_only_warn),
		T(labels_go_where_they_are_taken),
		T(label_kinds),
		T(cgroup2),
		T(missing_cgroup_is_skipped),
		T(cgroup1),
		T(bound_dev),
		T(what_needs_none_of_the_hosts_mounts),
		T(sysfs_that_init_mounts_late),
		T(whose_namespace_is_seen_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
