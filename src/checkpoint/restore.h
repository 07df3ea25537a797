/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restore under way: what is asked of CRIU, and what CRIU says meanwhile.
 * Runs in: parent.
 */
#pragma once

#include "checkpoint/options.h"
#include "checkpoint/swrk.h"
#include "container/create.h"

struct restore {
	const struct strake_restore_options *o;
	struct image_dirs dirs;
	struct criu_opts opts;
	struct criu criu;
	struct arena arena;
	struct creation *c;   /* from bring() on */
	char *root;           /* CRIU_ROOT's path */
	int ns_fds[NS_KIND_MAX];
	size_t n_ns_fds;
};

/* restore_told.c, for criu_call() and struct criu; data is the struct restore. */
int restore_on_notify(void *data, const struct criu_response *r, int *fd, struct err *e);
bool restore_is_stuck(void *data);
