/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: what a runtime cannot go below. One clone3 with the namespaces of the default
 * config, its default mounts, pivot_root and exec, by hand and in order, nothing else.
 *
 * Included: pid, network, ipc, uts, mount and cgroup namespaces; the bind of the root file
 * system; proc, /dev with its nodes and links, devpts, shm, mqueue, sysfs read-only, cgroup2
 * read-only (on a host with cgroup v1: the tmpfs that would carry the controllers); the read-only
 * root; pivot_root; exec; the wait for it.
 * Left out: config and state, cgroups and their limits, masked and read-only paths, devices'
 * rules, lo, capabilities, seccomp, rlimits, and every check.
 *
 *   floor ROOTFS COMMAND [ARG]...
 */
#include <err.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUP2_MAGIC 0x63677270

#define NO_SUID_DEV_EXEC (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const struct {
	const char *type, *target;
	unsigned long flags;
	const char *data;
} mounts[] = {
	{ "proc", "proc", 0, NULL },
	{ "tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k" },
	{ "devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5" },
	{ "tmpfs", "dev/shm", NO_SUID_DEV_EXEC, "mode=1777,size=65536k" },
	{ "mqueue", "dev/mqueue", NO_SUID_DEV_EXEC, NULL },
	{ "sysfs", "sys", NO_SUID_DEV_EXEC | MS_RDONLY, NULL },
};

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[] = {
	{ "dev/null", 1, 3 }, { "dev/zero", 1, 5 },   { "dev/full", 1, 7 },
	{ "dev/random", 1, 8 }, { "dev/urandom", 1, 9 }, { "dev/tty", 5, 0 },
};

static const struct {
	const char *target, *name;
} links[] = {
	{ "/proc/self/fd", "dev/fd" },       { "/proc/self/fd/0", "dev/stdin" },
	{ "/proc/self/fd/1", "dev/stdout" }, { "/proc/self/fd/2", "dev/stderr" },
	{ "pts/ptmx", "dev/ptmx" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check(int result, const char *what)
{
	if (result < 0)
		err(125, "%s", what);
}

static void make_devices(void)
{
	mode_t old = umask(0);

	for (size_t i = 0; i < COUNT(nodes); i++)
		check(mknod(nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)),
		      nodes[i].name);
	for (size_t i = 0; i < COUNT(links); i++)
		check(symlink(links[i].target, links[i].name), links[i].name);
	umask(old);
}

static void mount_all(const char *rootfs, int unified)
{
	check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "mount propagation");
	check(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), rootfs);
	check(chdir(rootfs), rootfs);
	for (size_t i = 0; i < COUNT(mounts); i++) {
		/* Those in dev are not in the root file system but on the tmpfs. */
		if (!strncmp(mounts[i].target, "dev/", 4))
			check(mkdir(mounts[i].target, 0755), mounts[i].target);
		check(mount(mounts[i].type, mounts[i].target, mounts[i].type, mounts[i].flags,
			    mounts[i].data), mounts[i].target);
	}
	if (unified)
		check(mount("cgroup", "sys/fs/cgroup", "cgroup2", NO_SUID_DEV_EXEC | MS_RDONLY,
			    NULL), "cgroup2");
	else
		check(mount("tmpfs", "sys/fs/cgroup", "tmpfs", NO_SUID_DEV_EXEC | MS_RDONLY,
			    "mode=755"), "cgroup");
	make_devices();
}

static _Noreturn void init(const char *rootfs, char **argv, int unified)
{
	static char path[] = "PATH=/bin", *envp[] = { path, NULL };

	check(sethostname("floor", 5), "sethostname");
	mount_all(rootfs, unified);
	check((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	check(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "read-only root");
	check(chdir("/"), "chdir");
	execve(argv[0], argv, envp);
	err(127, "%s", argv[0]);
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS |
			 CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	struct statfs fs;
	int status, unified;
	pid_t pid;

	if (argc < 3)
		errx(125, "usage: floor ROOTFS COMMAND [ARG]...");
	unified = !statfs("/sys/fs/cgroup", &fs) && fs.f_type == CGROUP2_MAGIC;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	check(pid, "clone3");
	if (!pid)
		init(argv[1], argv + 2, unified);
	check(waitpid(pid, &status, 0), "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
