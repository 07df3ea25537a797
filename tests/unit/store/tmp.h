/* SPDX-License-Identifier: Apache-2.0 */
/* A directory that lives as long as one test. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct tmp {
	char dir[64], root[96];
};

static inline int tmp_make(void **state)
{
	struct tmp *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	snprintf(t->dir, sizeof(t->dir), "/tmp/strake-test-XXXXXX");
	if (!mkdtemp(t->dir)) {
		free(t);
		return -1;
	}
	snprintf(t->root, sizeof(t->root), "%s/a/root", t->dir);
	*state = t;
	return 0;
}

static inline int tmp_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int tmp_remove(void **state)
{
	struct tmp *t = *state;

	nftw(t->dir, tmp_unlink, 8, FTW_DEPTH | FTW_PHYS);
	free(t);
	return 0;
}
