/* SPDX-License-Identifier: Apache-2.0 */
/* What configs ask for is there after the pivot, whichever executor did it. */
#include "fixture.h"

#include <sys/prctl.h>

static void standard_mounts(struct fixture *f)
{
	add_mount(f, "/proc", "proc", "proc", "");
	add_mount(f, "/dev", "tmpfs", "tmpfs", "nosuid strictatime mode=755 size=65536k");
	add_mount(f, "/dev/pts", "devpts", "devpts",
		  "nosuid noexec newinstance ptmxmode=0666 mode=0620 gid=5");
	add_mount(f, "/dev/shm", "tmpfs", "shm", "nosuid noexec nodev mode=1777 size=65536k");
	add_mount(f, "/dev/mqueue", "mqueue", "mqueue", "nosuid noexec nodev");
	add_mount(f, "/sys", "sysfs", "sysfs", "nosuid noexec nodev ro");
}

static void default_config(struct fixture *f)
{
	char buf[64] = "";
	struct stat a, b;

	standard_mounts(f);
	f->masked = list("/proc/kcore /proc/keys /proc/none /proc/acpi /proc/scsi /sys/firmware "
			 "/proc/keys /proc/fs");
	f->readonly = list("/proc/bus /proc/none /proc/sys /proc/loadavg");
	f->in.root_readonly = true;
	enter_ok(f);
	CHECK(!writable("/") && errno == EROFS);
	CHECK(is_device("/dev/null", 1, 3) && is_device("/dev/zero", 1, 5));
	CHECK(is_device("/dev/full", 1, 7) && is_device("/dev/random", 1, 8));
	CHECK(is_device("/dev/urandom", 1, 9) && is_device("/dev/tty", 5, 0));
	CHECK(stat("/dev/null", &a) == 0 && (a.st_mode & 0777) == 0666);
	CHECK(readlink("/dev/fd", buf, sizeof(buf)) == 13 && !strncmp(buf, "/proc/self/fd", 13));
	CHECK(readlink("/dev/ptmx", buf, sizeof(buf)) == 8 && !strncmp(buf, "pts/ptmx", 8));
	CHECK(access("/dev/console", F_OK) < 0);
	CHECK(is_device("/dev/pts/ptmx", 5, 2));
	CHECK(writable("/dev/shm") && writable("/dev"));
	CHECK(stat("/dev/shm", &a) == 0 && (a.st_mode & 07777) == 01777);
	CHECK(fs_flags("/dev/shm") & ST_NODEV);
	CHECK(!(fs_flags("/dev") & ST_NODEV));
	CHECK(fs_flags("/sys") & ST_RDONLY);
	CHECK(fs_flags("/proc/sys") & ST_RDONLY);
	CHECK(!(fs_flags("/proc") & ST_RDONLY));
	CHECK(fs_flags("/proc/loadavg") & ST_RDONLY);
	CHECK(is_device("/proc/keys", 1, 3));
	CHECK(stat("/sys/firmware", &a) == 0 && stat("/proc/fs", &b) == 0);
	CHECK(a.st_nlink == 2 && a.st_dev == b.st_dev); /* one tmpfs for all */
	CHECK(fs_flags("/sys/firmware") & ST_RDONLY && fs_flags("/proc/fs") & ST_RDONLY);
	CHECK(umask(022) == 0); /* nobody's: init sets the payload's at its end */
}
ALL_WAYS(default_config)

static void binds(struct fixture *f)
{
	struct stat st;

	make_dir(f->base, "src", 0755);
	make_dir(f->base, "src/sub", 0755);
	make_file(f->base, "src/file", "data");
	CHECK(mount("tmpfs", "src/sub", "tmpfs", 0, NULL) == 0);
	add_mount(f, "/rw", "bind", "src", "rbind");
	add_mount(f, "/ro", NULL, "src", "rbind ro nosuid nodev noexec");
	add_mount(f, "/made/file", "none", "src/file", "bind ro");
	add_mount(f, "/flat", "bind", "src", "bind");
	add_mount(f, "relative", "bind", "src", "bind ro rw");
	enter_ok(f);
	CHECK(text_is("/rw/file", "data") && text_is("/made/file", "data"));
	CHECK(writable("/rw") && writable("/rw/sub"));
	CHECK(!writable("/ro") && errno == EROFS);
	CHECK(writable("/ro/sub")); /* ro is for the top alone, rro for all */
	CHECK((fs_flags("/ro") & (ST_NOSUID | ST_NODEV | ST_NOEXEC)) ==
	      (ST_NOSUID | ST_NODEV | ST_NOEXEC));
	CHECK(lstat("/made/file", &st) == 0 && S_ISREG(st.st_mode));
	CHECK(open("/made/file", O_WRONLY) < 0 && errno == EROFS);
	CHECK(writable("/flat") && stat("/flat/sub", &st) == 0);
	CHECK(writable("/relative")); /* "ro rw": the last one wins */
}
ALL_WAYS(binds)

static void bind_clears_flags(struct fixture *f)
{
	make_dir(f->base, "src", 0755);
	CHECK(mount("tmpfs", "src", "tmpfs", MS_NOEXEC | MS_NODEV | MS_NOATIME, NULL) == 0);
	add_mount(f, "/plain", "bind", "src", "bind");
	add_mount(f, "/exec", "bind", "src", "bind exec");
	add_mount(f, "/atime", "bind", "src", "bind nosuid relatime");
	enter_ok(f);
	CHECK(fs_flags("/plain") & ST_NOEXEC && fs_flags("/plain") & ST_NOATIME);
	CHECK(!(fs_flags("/exec") & ST_NOEXEC) && fs_flags("/exec") & ST_NOATIME);
	CHECK(fs_flags("/atime") & ST_NOSUID && !(fs_flags("/atime") & ST_NOATIME));
	CHECK(fs_flags("/atime") & ST_RELATIME);
}
ALL_WAYS(bind_clears_flags)

static void recursive_readonly(struct fixture *f)
{
	make_dir(f->base, "src", 0755);
	make_dir(f->base, "src/sub", 0755);
	CHECK(mount("tmpfs", "src/sub", "tmpfs", 0, NULL) == 0);
	add_mount(f, "/all", "bind", "src", "rbind rro rnosuid rnoatime");
	if (os_fallback_forced(OS_MOUNT_SETATTR)) {
		enter_refused(f, "Linux 5.12");
		return;
	}
	enter_ok(f);
	CHECK(!writable("/all") && !writable("/all/sub"));
	CHECK(fs_flags("/all/sub") & ST_NOSUID && fs_flags("/all/sub") & ST_NOATIME);
}
ALL_WAYS(recursive_readonly)

/* The optional fields of mountinfo for a mount point; "" when there are none. */
static void propagation_of(struct fixture *f, const char *point, char *buf, size_t size)
{
	auto_fd fd = procfs_openat(&f->proc, "self/mountinfo", O_RDONLY);
	auto_free char *text = NULL;
	char *line, *save = NULL, at[256];

	CHECK(fd >= 0 && io_read_alloc(fd, 1 << 20, &text, NULL) == 0);
	snprintf(buf, size, "none");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *end = strstr(line, " - ");
		int n = 0;

		if (!end || sscanf(line, "%*d %*d %*s %*s %255s %*s%n", at, &n) != 1 ||
		    !str_eq(at, point))
			continue;
		*end = '\0';
		snprintf(buf, size, "%s", line[n] ? line + n + 1 : "");
	}
}

/* A second namespace, so that what is shared has a peer; the first lives as long as the result. */
static int be_a_peer(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && unshare(CLONE_NEWNS) == 0);
	return fd;
}

static void propagation(struct fixture *f)
{
	char buf[128];

	make_dir(f->base, "src", 0755);
	CHECK(mount("tmpfs", "src", "tmpfs", 0, NULL) == 0);
	CHECK(mount("", "src", NULL, MS_SHARED, NULL) == 0);
	CHECK(be_a_peer() >= 0);
	add_mount(f, "/proc", "proc", "proc", "");
	add_mount(f, "/default", "bind", "src", "rbind");
	add_mount(f, "/private", "bind", "src", "rbind rprivate");
	add_mount(f, "/shared", "bind", "src", "rbind rshared");
	add_mount(f, "/tmp", "tmpfs", "tmpfs", "shared");
	enter_ok(f);
	propagation_of(f, "/", buf, sizeof(buf));
	CHECK(str_eq(buf, ""));
	propagation_of(f, "/default", buf, sizeof(buf));
	CHECK(str_starts(buf, "master:"));
	propagation_of(f, "/private", buf, sizeof(buf));
	CHECK(str_eq(buf, ""));
	propagation_of(f, "/shared", buf, sizeof(buf));
	CHECK(str_starts(buf, "shared:"));
	propagation_of(f, "/tmp", buf, sizeof(buf));
	CHECK(str_starts(buf, "shared:"));
}
ALL_WAYS(propagation)

static void root_shared(struct fixture *f)
{
	char buf[128];

	CHECK(mount("", f->base, NULL, MS_SHARED, NULL) == 0);
	CHECK(be_a_peer() >= 0);
	f->in.rootfs_propagation = MS_SHARED | MS_REC;
	add_mount(f, "/proc", "proc", "proc", "");
	enter_ok(f);
	propagation_of(f, "/", buf, sizeof(buf));
	CHECK(str_starts(buf, "shared:"));
}
ALL_WAYS(root_shared)

static void root_slave(struct fixture *f)
{
	char buf[128];

	CHECK(mount("", f->base, NULL, MS_SHARED, NULL) == 0);
	CHECK(be_a_peer() >= 0);
	f->in.rootfs_propagation = MS_SLAVE | MS_REC;
	add_mount(f, "/proc", "proc", "proc", "");
	enter_ok(f);
	propagation_of(f, "/", buf, sizeof(buf));
	CHECK(str_starts(buf, "master:"));
}
ALL_WAYS(root_slave)

static void tmpfs_details(struct fixture *f)
{
	struct stat st;
	char buf[16] = "";

	make_dir(f->root, "was", 0711);
	make_dir(f->root, "var", 0751);
	make_dir(f->root, "var/sub", 0700);
	make_file(f->root, "var/sub/file", "copied");
	make_link("file", f->root, "var/sub/link");
	CHECK(chown("root/var/sub/file", 12, 34) == 0);
	add_mount(f, "/was", "tmpfs", "tmpfs", "size=1m");
	add_mount(f, "/mode", "tmpfs", "tmpfs", "mode=0700 ro");
	add_mount(f, "/mode/inside", "tmpfs", "tmpfs", "mode=0750");
	add_mount(f, "/var", "tmpfs", "tmpfs", "tmpcopyup nosuid");
	enter_ok(f);
	CHECK(stat("/was", &st) == 0 && (st.st_mode & 07777) == 0711);
	CHECK(stat("/mode", &st) == 0 && (st.st_mode & 07777) == 0700);
	CHECK(!writable("/mode") && writable("/mode/inside"));
	CHECK(stat("/var", &st) == 0 && (st.st_mode & 07777) == 0751);
	CHECK(text_is("/var/sub/file", "copied"));
	CHECK(stat("/var/sub/file", &st) == 0 && st.st_uid == 12 && st.st_gid == 34);
	CHECK(readlink("/var/sub/link", buf, sizeof(buf)) == 4);
	CHECK(stat("/var/sub", &st) == 0 && (st.st_mode & 07777) == 0700);
}
ALL_WAYS(tmpfs_details)

static void odd_options(struct fixture *f)
{
	add_mount(f, "/a", "tmpfs", "tmpfs", "defaults silent nosymfollow lazytime mpol=bind:0");
	add_mount(f, "/b", "tmpfs", "tmpfs", "noexec exec rw dirsync sync");
	add_mount(f, "/c", "tmpfs", "tmpfs", "nosuid");
	add_mount(f, "/c", "tmpfs", "tmpfs", "remount ro nosuid size=4k");
	enter_ok(f);
	CHECK(fs_flags("/a") & 0x2000);
	CHECK(!(fs_flags("/b") & ST_NOEXEC) && fs_flags("/b") & ST_SYNCHRONOUS);
	CHECK(!writable("/c"));
	CHECK(fs_flags("/c") & ST_NOSUID);
}
ALL_WAYS(odd_options)

static void unknown_option(struct fixture *f)
{
	add_mount(f, "/a", "tmpfs", "tmpfs", "nosuch=1");
	enter_refused(f, "mounts[0] (/a): ");
	CHECK(strstr(why(f), "nosuch"));
}
ALL_WAYS(unknown_option)

static void cgroup1_binds(struct fixture *f)
{
	static struct mount_cgroup_hierarchy h[3];
	char paths[3][96];
	char buf[32] = "";
	int i;

	make_dir(f->base, "cg", 0755);
	for (i = 0; i < 3; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/cg/%d", f->base, i);
		CHECK(mkdir(paths[i], 0755) == 0);
		h[i].host_path = paths[i];
	}
	h[0].name = "cpu,cpuacct";
	h[0].options = "cpu,cpuacct";
	h[1].name = "systemd";
	h[1].options = "name=systemd";
	h[2].name = "unified";
	f->in.cgroups = h;
	f->in.n_cgroups = 3;
	add_mount(f, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid noexec nodev relatime ro");
	enter_ok(f);
	CHECK(!writable("/sys/fs/cgroup") && !writable("/sys/fs/cgroup/systemd"));
	CHECK(!writable("/sys/fs/cgroup/unified") && !writable("/sys/fs/cgroup/cpu"));
	CHECK(readlink("/sys/fs/cgroup/cpuacct", buf, sizeof(buf)) == 11);
	CHECK(fs_flags("/sys/fs/cgroup/cpu,cpuacct") & ST_NOEXEC);
}
ALL_WAYS(cgroup1_binds)

static void cgroup1_in_a_namespace(struct fixture *f)
{
	static struct mount_cgroup_hierarchy h[] = {
		{ .name = "pids", .options = "pids", .host_path = "/sys/fs/cgroup/pids" },
	};

	if (access("/sys/fs/cgroup/pids/tasks", F_OK) < 0 || unshare(CLONE_NEWCGROUP) < 0)
		_exit(SKIPPED);
	f->in.cgroups = h;
	f->in.n_cgroups = 1;
	f->in.new_cgroup_namespace = true;
	add_mount(f, "/sys/fs/cgroup", "cgroup", "cgroup", "ro");
	enter_ok(f);
	CHECK(access("/sys/fs/cgroup/pids/cgroup.procs", F_OK) == 0);
	CHECK(fs_flags("/sys/fs/cgroup/pids") & ST_RDONLY);
}
ALL_WAYS(cgroup1_in_a_namespace)

static void config_devices(struct fixture *f)
{
	static struct spec_device d[] = {
		{ .type = 'c',
		  .path = (char *)(uintptr_t) "/dev/sub/fuse",
		  .major = 10,
		  .minor = 229,
		  .file_mode = { true, 0640 },
		  .uid = { true, 5 },
		  .gid = { true, 6 } },
		{ .type = 'p', .path = (char *)(uintptr_t) "/dev/fifo" },
		{ .type = 'u',
		  .path = (char *)(uintptr_t) "/dev/null",
		  .major = 1,
		  .minor = 3,
		  .file_mode = { true, 0600 } },
	};
	struct stat st;

	f->devices = (struct spec_devices){ d, 3 };
	umask(077);
	add_mount(f, "/dev", "tmpfs", "tmpfs", "mode=755");
	enter_ok(f);
	CHECK(is_device("/dev/sub/fuse", 10, 229));
	CHECK(stat("/dev/sub/fuse", &st) == 0 && (st.st_mode & 0777) == 0640);
	CHECK(st.st_uid == 5 && st.st_gid == 6);
	CHECK(stat("/dev/sub", &st) == 0 && (st.st_mode & 0777) == 0755);
	CHECK(stat("/dev/fifo", &st) == 0 && S_ISFIFO(st.st_mode));
	CHECK(stat("/dev/null", &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(umask(077) == 0 && mount_callers_umask(f->plan) == 077);
}
ALL_WAYS(config_devices)

static void bound_dev_is_left_alone(struct fixture *f)
{
	make_dir(f->base, "dev", 0755);
	add_mount(f, "/dev", "bind", "dev", "rbind");
	enter_ok(f);
	CHECK(access("/dev/null", F_OK) < 0 && access("/dev/fd", F_OK) < 0);
}
ALL_WAYS(bound_dev_is_left_alone)

static void bound_dev_readonly(struct fixture *f)
{
	make_dir(f->base, "dev", 0755);
	add_mount(f, "/dev", "bind", "dev", "rbind ro");
	add_mount(f, "/dev/shm", "tmpfs", "tmpfs", ""); /* a mount point is to be made inside */
	enter_ok(f);
	CHECK(!writable("/dev") && writable("/dev/shm"));
}
ALL_WAYS(bound_dev_readonly)

static void without_pivot(struct fixture *f)
{
	standard_mounts(f);
	f->in.no_pivot = true;
	f->masked = list("/proc/keys /sys/firmware");
	enter_ok(f);
	CHECK(is_device("/dev/null", 1, 3) && is_device("/proc/keys", 1, 3));
	CHECK(access("/dev/pts/ptmx", F_OK) == 0);
}
ALL_WAYS(without_pivot)

static void console(struct fixture *f)
{
	int slave;

	standard_mounts(f);
	enter_ok(f);
	slave = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(slave >= 0 && mount_console(slave, &f->e) == 0);
	CHECK(is_device("/dev/console", 1, 3));
}
ALL_WAYS(console)

static void notify_socket(struct fixture *f)
{
	char dir[96];

	make_dir(f->base, "notify", 0755);
	make_file(f->base, "notify/notify.sock", "");
	snprintf(dir, sizeof(dir), "%s/notify", f->base);
	f->in.notify_socket_dir = dir;
	enter_ok(f);
	CHECK(access("/run/notify/notify.sock", F_OK) == 0 && !writable("/run/notify"));
}
ALL_WAYS(notify_socket)

static void missing_source(struct fixture *f)
{
	add_mount(f, "/a", "bind", "none", "bind");
	enter_refused(f, "mounts[0] (/a): ");
	CHECK(strstr(why(f), "no such file or directory"));
}
ALL_WAYS(missing_source)

static void idmapped_bind(struct fixture *f)
{
	static struct spec_idmap map = { .container_id = 0, .host_id = 100000, .size = 65536 };
	struct spec_mount *m;
	struct stat st;

	make_dir(f->base, "src", 0755);
	make_file(f->base, "src/file", "x");
	m = add_mount(f, "/own", "bind", "src", "bind");
	m->uid_mappings = m->gid_mappings = (struct spec_idmaps){ &map, 1 };
	if (os_fallback_forced(OS_MOUNT_API)) {
		enter_refused(f, "Linux 5.12");
		return;
	}
	f->maps = (struct spec_idmaps){ &map, 1 };
	add_mount(f, "/container", "bind", "src", "rbind ridmap ro");
	if (enter(f) < 0) {
		if (strstr(why(f), "may not support"))
			_exit(SKIPPED);
		enter_ok(f);
	}
	CHECK(stat("/own/file", &st) == 0 && st.st_uid == 100000 && st.st_gid == 100000);
	CHECK(stat("/container/file", &st) == 0 && st.st_uid == 100000);
	CHECK(!writable("/container"));
}
ALL_WAYS(idmapped_bind)

static void write_to(const char *path, const char *text)
{
	CHECK(io_write_file(AT_FDCWD, path, text) == 0);
}

/* The steps of init in a user namespace, with the locks that its mount namespace has. */
static void user_namespace(struct fixture *f)
{
	make_dir(f->base, "src", 0755);
	make_file(f->base, "src/file", "data");
	CHECK(mount("tmpfs", "src", "tmpfs", MS_NOSUID | MS_NODEV, NULL) == 0);
	/* proc, mqueue and sysfs would want namespaces of their own; gid 5 is not mapped. */
	add_mount(f, "/dev", "tmpfs", "tmpfs", "nosuid strictatime mode=755 size=65536k");
	add_mount(f, "/dev/pts", "devpts", "devpts",
		  "nosuid noexec newinstance ptmxmode=0666 mode=0620");
	add_mount(f, "/mnt", "bind", "src", "rbind ro");
	add_mount(f, "/keep", "bind", "src", "bind noexec");
	f->in.user_namespace = true;
	f->readonly = list("/mnt");
	CHECK(procfs_open(&f->proc, &f->e) == 0);
	CHECK(mount_plan_new(&f->in, &f->plan, &f->e) == 0);
	CHECK(mount_plan_open_sources(f->plan, &f->e) == 0);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		_exit(SKIPPED);
	write_to("/proc/self/uid_map", "0 0 1");
	write_to("/proc/self/setgroups", "deny");
	write_to("/proc/self/gid_map", "0 0 1");
	if (until_pivot(f) < 0) {
		fprintf(stderr, "refused: %s\n", why(f));
		_exit(1);
	}
	CHECK(is_device("/dev/null", 1, 3) && is_device("/dev/tty", 5, 0));
	CHECK(!writable("/mnt") && writable("/keep"));
	/* Locked for the user namespace: kept, though not asked for. */
	CHECK((fs_flags("/keep") & (ST_NOEXEC | ST_NOSUID | ST_NODEV)) ==
	      (ST_NOEXEC | ST_NOSUID | ST_NODEV));
}
ALL_WAYS(user_namespace)

/* Everything new, by a caller without privileges: what "spec --rootless" asks for. */
static void rootless_init(struct fixture *f)
{
	static const struct mount_cgroup_hierarchy own = { .host_path = "/does/not/exist" };
	struct stat st;

	add_mount(f, "/proc", "proc", "proc", "");
	add_mount(f, "/dev", "tmpfs", "tmpfs", "nosuid strictatime mode=755 size=65536k");
	add_mount(f, "/dev/pts", "devpts", "devpts",
		  "nosuid noexec newinstance ptmxmode=0666 mode=0620");
	add_mount(f, "/dev/mqueue", "mqueue", "mqueue", "nosuid noexec nodev");
	add_mount(f, "/sys", "none", "/sys", "rbind nosuid noexec nodev ro");
	add_mount(f, "/home", "bind", "home", "bind noexec");
	/* A cgroup of a cgroup namespace that is not there: refused, then bound, then masked. */
	f->in.cgroup_unified = f->in.new_cgroup_namespace = true;
	f->in.cgroups = &own;
	f->in.n_cgroups = 1;
	add_mount(f, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid noexec nodev ro");
	f->masked = list("/proc/keys /proc/acpi /proc/fs /sys/firmware");
	f->readonly = list("/proc/sys");
	f->in.user_namespace = f->in.root_readonly = true;
	CHECK(mount_plan_new(&f->in, &f->plan, &f->e) == 0);
	CHECK(mount_plan_open_sources(f->plan, &f->e) == 0);
	if (until_pivot(f) < 0) {
		if (strstr(why(f), "needs a new pid namespace"))
			_exit(SKIPPED); /* the test's own /proc is masked */
		fprintf(stderr, "refused: %s\n", why(f));
		_exit(1);
	}
	CHECK(is_device("/dev/null", 1, 3) && is_device("/proc/keys", 1, 3));
	CHECK(!writable("/") && !writable("/sys") && writable("/home"));
	CHECK((fs_flags("/home") & (ST_NOEXEC | ST_NOSUID)) == (ST_NOEXEC | ST_NOSUID));
	CHECK(stat("/sys/fs/cgroup", &st) == 0 && st.st_nlink == 2 && !writable("/sys/fs/cgroup"));
	CHECK(fs_flags("/proc/sys") & ST_RDONLY);
	_exit(0);
}

static void rootless(struct fixture *f)
{
	pid_t pid;
	int status;

	make_dir(f->base, "home", 0777);
	CHECK(mount("tmpfs", "home", "tmpfs", MS_NOSUID, "mode=777") == 0);
	CHECK(chown("root", 1000, 1000) == 0);
	CHECK(procfs_open(&f->proc, &f->e) == 0);
	CHECK(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
	CHECK(prctl(PR_SET_DUMPABLE, 1) == 0); /* or /proc/self would be root's */
	/* The parent's part is done as it is; init's after the namespaces are there. */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET) < 0)
		_exit(SKIPPED);
	write_to("/proc/self/setgroups", "deny");
	write_to("/proc/self/uid_map", "0 1000 1");
	write_to("/proc/self/gid_map", "0 1000 1");
	pid = fork();
	if (pid == 0)
		rootless_init(f);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	_exit(WEXITSTATUS(status));
}
ALL_WAYS(rootless)

static void make_unified(void)
{
	if (umount2("/sys/fs/cgroup", MNT_DETACH) < 0 ||
	    mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL) < 0)
		_exit(SKIPPED);
}

static void cgroup2_in_a_namespace(struct fixture *f)
{
	static const struct mount_cgroup_hierarchy own = { .host_path = "/sys/fs/cgroup" };

	make_unified();
	if (unshare(CLONE_NEWCGROUP) < 0)
		_exit(SKIPPED);
	f->in.cgroup_unified = f->in.new_cgroup_namespace = true;
	f->in.cgroups = &own;
	f->in.n_cgroups = 1;
	add_mount(f, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid noexec nodev ro");
	enter_ok(f);
	CHECK(access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0);
	CHECK(fs_flags("/sys/fs/cgroup") & ST_RDONLY);
}
ALL_WAYS(cgroup2_in_a_namespace)

static void cve_2023_25809_cgroup_ro_without_cgroupns(struct fixture *f)
{
	make_unified();
	f->in.cgroup_unified = true;
	add_mount(f, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid noexec nodev ro");
	enter_ok(f);
	CHECK(access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0);
	CHECK(fs_flags("/sys/fs/cgroup") & ST_RDONLY);
	CHECK(mkdir("/sys/fs/cgroup/mount-ro-probe", 0755) < 0 && errno == EROFS);
}
ALL_WAYS(cve_2023_25809_cgroup_ro_without_cgroupns)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TESTS(default_config),
		TESTS(binds),
		TESTS(bind_clears_flags),
		TESTS(recursive_readonly),
		TESTS(propagation),
		TESTS(root_shared),
		TESTS(root_slave),
		TESTS(tmpfs_details),
		TESTS(odd_options),
		TESTS(unknown_option),
		TESTS(cgroup1_binds),
		TESTS(cgroup1_in_a_namespace),
		TESTS(config_devices),
		TESTS(bound_dev_is_left_alone),
		TESTS(without_pivot),
		TESTS(console),
		TESTS(notify_socket),
		TESTS(missing_source),
		TESTS(idmapped_bind),
		TESTS(user_namespace),
		TESTS(rootless),
		TESTS(bound_dev_readonly),
		TESTS(cgroup2_in_a_namespace),
		TESTS(cve_2023_25809_cgroup_ro_without_cgroupns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
