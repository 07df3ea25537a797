/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config of a bundle (create) or of a container (its snapshot), loaded and checked.
 * Runs in: parent.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "store/store.h"

struct bundle {
	char *path;   /* absolute; heap */
	char *rootfs; /* absolute, symlinks resolved; heap */
	char *text;   /* config.json as it was read; heap */
	size_t text_len;
	const char *name; /* of the file, for errors */
	struct spec spec;
	bool loaded;
};

/* dir: the bundle (NULL: the current directory); file: another config than <dir>/config.json.
 * Everything that can be said before a container exists is checked here. */
int bundle_load(struct bundle *b, const char *dir, const char *file, struct err *e);
void bundle_fini(struct bundle *b);
/* Puts file, line and column before what says where in the config an error is (err_place()). */
void bundle_locate(const struct bundle *b, struct err *e);

/* The snapshot in a container's directory. */
int snapshot_load(const struct store_dir *dir, struct spec *ret, struct err *e);
/* The same; for a container that runc made, the bundle's, which runc reads too. */
int config_load(const struct store_dir *dir, const char *bundle, struct spec *ret, struct err *e);
/* With its text, heap. */
int config_load_text(const struct store_dir *dir, const char *bundle, struct spec *ret, char **ret_text,
		     size_t *ret_len, struct err *e);
