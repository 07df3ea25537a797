/* SPDX-License-Identifier: Apache-2.0 */
/* The peers' published holes, at this layer: nothing of a hostile rootfs leads outside. */
#include "fixture.h"

#include <signal.h>

static void link_to_out(struct fixture *f, const char *name)
{
	char out[96];

	snprintf(out, sizeof(out), "%s/out", f->base);
	make_link(out, f->root, name);
}

static void cve_2019_19921_proc_symlink(struct fixture *f)
{
	make_dir(f->root, "badproc", 0755);
	make_link("badproc", f->root, "proc");
	add_mount(f, "/proc", "proc", "proc", "");
	enter_refused(f, "must be mounted on ordinary directory");
}
ALL_WAYS(cve_2019_19921_proc_symlink)

static void cve_2025_54867_sys_symlink(struct fixture *f)
{
	link_to_out(f, "sys");
	add_mount(f, "/sys", "sysfs", "sysfs", "");
	enter_refused(f, "must be mounted on ordinary directory");
	CHECK(out_is_untouched(f));
}
ALL_WAYS(cve_2025_54867_sys_symlink)

static void cve_2019_16884_fake_proc_bind(struct fixture *f)
{
	make_dir(f->base, "fake", 0755);
	add_mount(f, "/proc", "bind", "fake", "bind");
	enter_refused(f, "cannot be mounted because it is not of type proc");
}
ALL_WAYS(cve_2019_16884_fake_proc_bind)

static void cve_2019_16884_proc_subdir_bind(struct fixture *f)
{
	add_mount(f, "/proc", "bind", "/proc/sys", "bind");
	enter_refused(f, "cannot be mounted because it is not of type proc");
}
ALL_WAYS(cve_2019_16884_proc_subdir_bind)

static void real_proc_bind(struct fixture *f)
{
	add_mount(f, "/proc", "bind", "/proc", "rbind");
	enter_ok(f);
	CHECK(access("/proc/self/stat", R_OK) == 0);
}
ALL_WAYS(real_proc_bind)

static void cve_2023_28642_tmpfs_on_proc_by_symlink(struct fixture *f)
{
	make_dir(f->root, "proc", 0755);
	make_link("/proc", f->root, "innocent");
	add_mount(f, "/innocent", "tmpfs", "tmpfs", "");
	enter_refused(f, "cannot be mounted because it is not of type proc");
}
ALL_WAYS(cve_2023_28642_tmpfs_on_proc_by_symlink)

static void below_proc_only_the_list(struct fixture *f)
{
	make_file(f->base, "uptime", "1 1\n");
	add_mount(f, "/proc", "proc", "proc", "");
	add_mount(f, "/proc/uptime", "bind", "uptime", "bind ro");
	add_mount(f, "/proc/self/attr", "tmpfs", "tmpfs", "");
	enter_refused(f, "because it is inside /proc");
	CHECK(strstr(why(f), "mounts[2] (/proc/self/attr)"));
}
ALL_WAYS(below_proc_only_the_list)

static void nothing_is_made_below_proc(struct fixture *f)
{
	make_dir(f->root, "proc", 0755); /* the image's: proc is not mounted yet */
	add_mount(f, "/proc/none/x", "tmpfs", "tmpfs", "");
	enter_refused(f, "because it is inside /proc");
	CHECK(access("root/proc/none", F_OK) < 0);
}
ALL_WAYS(nothing_is_made_below_proc)

static void on_the_root(struct fixture *f)
{
	make_link("/", f->root, "top");
	add_mount(f, "/top", "tmpfs", "tmpfs", "");
	enter_refused(f, "the destination is the root");
}
ALL_WAYS(on_the_root)

static void cve_2021_30465_dest_symlink_escape(struct fixture *f)
{
	char out[96];
	struct stat st;

	make_dir(f->base, "src", 0755);
	make_file(f->base, "src/file", "data");
	link_to_out(f, "evil");
	make_link("../../../../../../tmp", f->root, "up");
	make_link("/does/not/exist", f->root, "dangling");
	add_mount(f, "/evil/dir", "bind", "src", "bind");
	add_mount(f, "/evil/file", "bind", "src/file", "bind");
	add_mount(f, "/evil", "tmpfs", "tmpfs", "");
	add_mount(f, "/up/x", "bind", "src", "bind");
	add_mount(f, "/dangling", "bind", "src", "bind");
	snprintf(out, sizeof(out), "%s/out", f->base);
	enter_ok(f);
	CHECK(out_is_untouched(f));
	/* What the links name was made inside. */
	CHECK(stat(out, &st) == 0 && text_is("/tmp/x/file", "data"));
	CHECK(text_is("/does/not/exist/file", "data"));
}
ALL_WAYS(cve_2021_30465_dest_symlink_escape)

/* A process that shares the volume swaps a directory for a symlink to the outside. */
static void cve_2021_30465_dest_race(struct fixture *f)
{
	pid_t pid;
	int i;

	make_dir(f->base, "vol", 0755);
	make_dir(f->base, "vol/dir", 0755);
	make_dir(f->base, "src", 0755);
	{
		char out[96];

		snprintf(out, sizeof(out), "%s/out", f->base);
		make_link(out, f->base, "vol/trap");
	}
	add_mount(f, "/vol", "bind", "vol", "bind");
	for (i = 0; i < 16; i++)
		add_mount(f, i % 2 ? "/vol/dir/x" : "/vol/dir", "bind", "src", "bind");
	pid = fork();
	if (pid == 0)
		for (i = 0; getppid() != 1; i++)
			renameat2(AT_FDCWD, "vol/dir", AT_FDCWD, "vol/trap", RENAME_EXCHANGE);
	CHECK(pid > 0);
	/* It may fail, for a mount point was swapped away; it may not touch out. */
	enter(f);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(out_is_untouched(f));
}
ALL_WAYS(cve_2021_30465_dest_race)

static void cve_2026_41579_47766_dev_symlink(struct fixture *f)
{
	link_to_out(f, "dev");
	enter_ok(f);
	CHECK(out_is_untouched(f));
	CHECK(is_device("/dev/null", 1, 3)); /* inside, where the link leads to */
}
ALL_WAYS(cve_2026_41579_47766_dev_symlink)

static void cve_2025_31133_dev_null_symlink_mask(struct fixture *f)
{
	make_dir(f->base, "dev", 0755);
	make_link("/proc/sys/kernel/core_pattern", f->base, "dev/null");
	add_mount(f, "/proc", "proc", "proc", "");
	add_mount(f, "/dev", "bind", "dev", "bind"); /* no device nodes of our own */
	f->masked = list("/proc/keys");
	enter_refused(f, "linux.maskedPaths[0] (/proc/keys): ");
}
ALL_WAYS(cve_2025_31133_dev_null_symlink_mask)

static void cve_2025_62161_dev_null_regular_mask(struct fixture *f)
{
	make_dir(f->base, "dev", 0755);
	make_file(f->base, "dev/null", "");
	add_mount(f, "/proc", "proc", "proc", "");
	add_mount(f, "/dev", "bind", "dev", "bind");
	f->masked = list("/proc/keys");
	enter_refused(f, "is not the null device");
}
ALL_WAYS(cve_2025_62161_dev_null_regular_mask)

static void device_path_holds_something_else(struct fixture *f)
{
	make_dir(f->root, "dev", 0755);
	make_link("/etc/passwd", f->root, "dev/full");
	enter_refused(f, "/dev/full is there already");
}
ALL_WAYS(device_path_holds_something_else)

/* What the link leads to is the right device, but the host's. */
static void device_path_is_a_link_to_the_hosts(struct fixture *f)
{
	make_dir(f->root, "dev", 0755);
	make_link("/dev/full", f->root, "dev/full");
	enter_refused(f, "/dev/full is there already");
}
ALL_WAYS(device_path_is_a_link_to_the_hosts)

/* In a user namespace nodes are bound on empty files: neither is made where a link leads to. */
static void bound_device_follows_no_link(struct fixture *f)
{
	char made[96];

	snprintf(made, sizeof(made), "%s/out/made", f->base);
	f->in.user_namespace = true;
	make_dir(f->root, "dev", 0755);
	make_link(made, f->root, "dev/null");
	enter_refused(f, "create /dev/null: too many levels of symbolic links");
	CHECK(access(made, F_OK) < 0);
}
ALL_WAYS(bound_device_follows_no_link)

static void the_right_device_is_kept(struct fixture *f)
{
	struct stat st;

	make_dir(f->root, "dev", 0755);
	CHECK(mknod("root/dev/null", S_IFCHR | 0600, makedev(1, 3)) == 0);
	enter_ok(f);
	CHECK(is_device("/dev/null", 1, 3) && stat("/dev/null", &st) == 0);
	CHECK((st.st_mode & 0777) == 0600);
}
ALL_WAYS(the_right_device_is_kept)

static void cve_2025_52565_2026_88264_console_symlink(struct fixture *f)
{
	int slave;

	make_dir(f->root, "dev", 0755);
	make_link("/victim", f->root, "dev/console");
	add_mount(f, "/proc", "proc", "proc", "");
	enter_ok(f);
	slave = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(slave >= 0 && mount_console(slave, &f->e) < 0);
	CHECK(access("/victim", F_OK) < 0);
}
ALL_WAYS(cve_2025_52565_2026_88264_console_symlink)

/* As a procfs file would be, which the terminal then covered or was written to through. */
static void cve_2025_52565_console_symlink_to_a_file(struct fixture *f)
{
	int slave;

	make_dir(f->root, "dev", 0755);
	make_file(f->root, "victim", "kept");
	make_link("/victim", f->root, "dev/console");
	add_mount(f, "/proc", "proc", "proc", "");
	enter_ok(f);
	slave = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(slave >= 0 && mount_console(slave, &f->e) == -ELOOP);
	CHECK(!is_device("/victim", 1, 3));
}
ALL_WAYS(cve_2025_52565_console_symlink_to_a_file)

static void masks_of_links_stay_inside(struct fixture *f)
{
	char out[96];

	snprintf(out, sizeof(out), "%s/out", f->base);
	make_link(out, f->root, "evil");
	f->masked = list("/evil /evil/marker");
	f->readonly = list("/evil");
	add_mount(f, "/proc", "proc", "proc", "");
	enter_ok(f);
	CHECK(out_is_untouched(f));
}
ALL_WAYS(masks_of_links_stay_inside)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TESTS(cve_2019_19921_proc_symlink),
		TESTS(cve_2025_54867_sys_symlink),
		TESTS(cve_2019_16884_fake_proc_bind),
		TESTS(cve_2019_16884_proc_subdir_bind),
		TESTS(real_proc_bind),
		TESTS(cve_2023_28642_tmpfs_on_proc_by_symlink),
		TESTS(below_proc_only_the_list),
		TESTS(nothing_is_made_below_proc),
		TESTS(on_the_root),
		TESTS(cve_2021_30465_dest_symlink_escape),
		TESTS(cve_2021_30465_dest_race),
		TESTS(cve_2026_41579_47766_dev_symlink),
		TESTS(cve_2025_31133_dev_null_symlink_mask),
		TESTS(cve_2025_62161_dev_null_regular_mask),
		TESTS(device_path_holds_something_else),
		TESTS(device_path_is_a_link_to_the_hosts),
		TESTS(bound_device_follows_no_link),
		TESTS(the_right_device_is_kept),
		TESTS(cve_2025_52565_2026_88264_console_symlink),
		TESTS(cve_2025_52565_console_symlink_to_a_file),
		TESTS(masks_of_links_stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
