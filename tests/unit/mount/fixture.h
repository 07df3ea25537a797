/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rootfs on a tmpfs in a mount namespace of the test's own, and a config built by hand.
 * A body runs in a forked child and ends it: 0 is success, 77 "cannot be tested here".
 */
#pragma once

#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "mount/mount.h"
#include "os/feature.h"
#include "os/mount_fd.h"

#define SKIPPED 77

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: %s: errno %d\n", __FILE__, __LINE__, #cond,        \
				errno);                                                            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

struct fixture {
	char base[64];   /* base/root, base/out */
	char root[80];
	int out;         /* descriptor of base/out: stays usable after the pivot */
	struct spec_mount m[24];
	struct spec_mounts mounts;
	struct strv masked, readonly;
	struct spec_devices devices;
	struct spec_idmaps maps;
	struct mount_input in;
	struct mount_plan *plan;
	struct procfs proc;
	struct err e;
};

static inline struct strv list(const char *csv)
{
	struct strv l = { calloc(32, sizeof(char *)), 0 };
	char *save = NULL, *copy = strdup(csv), *s;

	for (s = strtok_r(copy, " ", &save); s; s = strtok_r(NULL, " ", &save))
		l.v[l.n++] = strdup(s);
	free(copy);
	return l;
}

/* Options are separated by blanks. */
static inline struct spec_mount *add_mount(struct fixture *f, const char *dest, const char *type,
					   const char *source, const char *options)
{
	struct spec_mount *m = &f->m[f->mounts.n++];

	m->destination = strdup(dest);
	m->type = type ? strdup(type) : NULL;
	m->source = source ? strdup(source) : NULL;
	m->options = list(options);
	return m;
}

static inline void make_file(const char *base, const char *name, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	CHECK(fd >= 0);
	CHECK(io_write_all(fd, text, strlen(text)) == 0);
	close(fd);
}

static inline void make_dir(const char *base, const char *name, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	CHECK(mkdir(path, mode) == 0 && chmod(path, mode) == 0);
}

static inline void make_link(const char *target, const char *base, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	CHECK(symlink(target, path) == 0);
}

static inline void setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	err_init(&f->e);
	f->mounts.v = f->m;
	f->proc = (struct procfs)PROCFS_NONE;
	snprintf(f->base, sizeof(f->base), "%s", getenv("STRAKE_TEST_DIR"));
	if (mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", f->base, "tmpfs", 0, NULL) < 0)
		_exit(SKIPPED);
	make_dir(f->base, "root", 0755);
	make_dir(f->base, "out", 0755);
	snprintf(f->root, sizeof(f->root), "%s/root", f->base);
	make_file(f->base, "out/marker", "outside");
	CHECK(chdir(f->base) == 0);
	f->out = open("out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(f->out >= 0);
	f->in = (struct mount_input){
		.bundle = f->base, .rootfs = f->root, .mounts = &f->mounts, .devices = &f->devices,
		.masked_paths = &f->masked, .readonly_paths = &f->readonly,
		.uid_mappings = &f->maps, .gid_mappings = &f->maps,
	};
}

static inline int until_pivot(struct fixture *f)
{
	if (mount_rootfs_prepare(f->plan, &f->e) < 0 || mount_all(f->plan, &f->proc, &f->e) < 0 ||
	    mount_devices(f->plan, &f->e) < 0 || mount_pivot(f->plan, &f->e) < 0)
		return -1;
	return mount_finish(f->plan, &f->proc, &f->e) < 0 ? -1 : 0;
}

/* All steps; -1 when one refuses, and then f->e says why. */
static inline int enter(struct fixture *f)
{
	CHECK(procfs_open(&f->proc, &f->e) == 0);
	if (mount_plan_new(&f->in, &f->plan, &f->e) < 0 ||
	    mount_plan_open_sources(f->plan, &f->e) < 0)
		return -1;
	return until_pivot(f);
}

static inline const char *why(struct fixture *f)
{
	static char text[1024];

	err_format(&f->e, text, sizeof(text));
	return text;
}

static inline void enter_ok(struct fixture *f)
{
	if (enter(f) < 0) {
		fprintf(stderr, "refused: %s\n", why(f));
		_exit(1);
	}
	CHECK(!err_is_set(&f->e));
}

static inline void enter_refused(struct fixture *f, const char *words)
{
	CHECK(enter(f) < 0);
	if (!strstr(why(f), words)) {
		fprintf(stderr, "expected \"%s\", got: %s\n", words, why(f));
		_exit(1);
	}
}

static inline bool text_is(const char *path, const char *want)
{
	char buf[256];

	return io_read_file(AT_FDCWD, path, buf, sizeof(buf)) == 0 && strcmp(buf, want) == 0;
}

static inline bool is_device(const char *path, unsigned maj, unsigned min)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(maj, min);
}

static inline bool writable(const char *dir)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/.probe", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(path);
	fd_close(fd);
	return fd >= 0;
}

static inline unsigned long fs_flags(const char *path)
{
	struct statvfs fs;

	CHECK(statvfs(path, &fs) == 0);
	return fs.f_flag;
}

/* out holds the marker and nothing else. */
static inline bool out_is_untouched(struct fixture *f)
{
	DIR *d = fdopendir(openat(f->out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *de;
	int n = 0;

	CHECK(d != NULL);
	while ((de = readdir(d)))
		n += de->d_name[0] != '.';
	closedir(d);
	return n == 1;
}

static inline void run(void (*body)(struct fixture *), const char *fallback)
{
	static struct fixture f;
	char dir[] = "/tmp/strake-mount-XXXXXX";
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip(); /* needs CAP_SYS_ADMIN for a mount namespace */
	assert_non_null(mkdtemp(dir));
	assert_int_equal(setenv("STRAKE_TEST_DIR", dir, 1), 0);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0)
			_exit(SKIPPED);
		CHECK(os_fallback_force(fallback) == 0);
		setup(&f);
		body(&f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The same body by descriptors and by mount(2), with openat2 and without. */
#define WAY(body, way, fallback)               \
	static void body##_by_##way(void **state) \
	{                                      \
		(void)state;                   \
		run(body, fallback);           \
	}
#define ALL_WAYS(body)                                                 \
	WAY(body, fd, "")                                              \
	WAY(body, fd_and_walk, "openat2")                              \
	WAY(body, mount, "mount_api")                                  \
	WAY(body, mount_and_walk, "mount_api,mount_setattr,openat2")
#define TESTS(body)                                                            \
	cmocka_unit_test(body##_by_fd), cmocka_unit_test(body##_by_fd_and_walk), \
	cmocka_unit_test(body##_by_mount), cmocka_unit_test(body##_by_mount_and_walk)
