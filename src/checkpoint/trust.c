/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU writes in its directories and believes what it reads there, and follows links: who may write in
 * them decides what root does. It is for the caller to know whether that is meant.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "checkpoint/options.h"

/* In a directory of images: the link to those that they add to. */
#define PARENT_LINK "parent"
/* Of links that lead in a circle CRIU finds no end either. */
#define PARENTS_MAX 64

#define SO_THEY "who can make CRIU write anywhere and restore anything"

/* Root, ourselves, and whoever has the root of this mount namespace (in a user namespace real root shows
 * as nobody). */
static bool is_trusted(uid_t uid)
{
	struct stat st;

	return uid == 0 || uid == geteuid() || (stat("/", &st) == 0 && uid == st.st_uid);
}

/* Warns of who but those may write; false: nobody. */
static bool warn_of(const char *path, const struct stat *st)
{
	if (!is_trusted(st->st_uid))
		log_warn("%s belongs to uid %u, " SO_THEY, path, st->st_uid);
	/* With the sticky bit they can touch nothing of ours, and the kernel follows none of their links
	 * (fs.protected_symlinks). */
	else if (S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX)
		return false;
	else if (st->st_mode & S_IWOTH)
		log_warn("%s can be written by everybody, " SO_THEY, path);
	else if (st->st_mode & S_IWGRP && st->st_gid != 0 && st->st_gid != getegid())
		log_warn("%s can be written by gid %u, " SO_THEY, path, st->st_gid);
	else
		return false;
	return true;
}

/* The directory, and those that it is in: who can write in one of them puts another one in its place. */
void warn_of_directory(const char *path)
{
	char dir[PATH_MAX], *slash;
	struct stat st;
	size_t len = strlen(path);

	if (len >= sizeof(dir))
		return;
	memcpy(dir, path, len + 1);
	while (stat(dir, &st) < 0 || !warn_of(dir, &st)) {
		slash = strrchr(dir, '/');
		if (!slash || !dir[1])
			return;
		slash[slash == dir] = '\0';
	}
}

/* In a directory with the sticky bit there may be files of others all the same. */
static void warn_of_files(const char *path)
{
	auto_dir dir = opendir(path);
	struct dirent *ent;

	while (dir && (ent = readdir(dir))) {
		auto_free char *file = NULL;
		struct stat st;

		if (fstatat(dirfd(dir), ent->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (asprintf(&file, "%s/%s", path, ent->d_name) < 0) {
			file = NULL;
			return;
		}
		if (warn_of(file, &st))
			return;
	}
}

void warn_of_images(const char *path, const char *parent)
{
	auto_free char *at = strdup(path);

	for (size_t i = 0; at && i < PARENTS_MAX; i++) {
		auto_free char *next = NULL;

		warn_of_directory(at);
		warn_of_files(at);
		if (asprintf(&next, "%s/%s", at, i == 0 && parent ? parent : PARENT_LINK) < 0) {
			next = NULL;
			return;
		}
		free(at);
		at = realpath(next, NULL);
	}
}
