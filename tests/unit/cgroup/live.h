/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests on real cgroups, as root. "v1": the host's hierarchies, in directories of our own that go
 * away again. "v2": cgroup2 mounted over /sys/fs/cgroup in a mount namespace of this process.
 */
#pragma once

#include "base/cleanup.h"
#include "base/io.h"
#include "cgroup/impl.h"
#include "tests/unit/test.h"

extern struct procfs proc;
extern struct cgroup *cg; /* what teardown removes */
extern bool v2;
extern char name[64]; /* of the top directory */
extern struct err err;

/* A process for the cgroup, which does as it is told. */
struct member {
	pid_t pid;
	int pidfd, in, out;
	bool born_in;
};
void start_member(struct member *m, int clone_fd);
char tell(struct member *m, char cmd);
void reap(struct member *m);

/* cg = /<name>/a/b, made or only thought of. */
void new_cgroup(const struct spec_resources *r, bool create);
/* The member is in every hierarchy. */
void check_joined(const struct member *m);
const char *why(struct err *e);

#define ok(call)                                                             \
	do {                                                                 \
		err_init(&err);                                              \
		if ((call) < 0)                                              \
			fail_msg("%s: %s", #call, why(&err));                \
	} while (0)


int setup(void **state);
int teardown(void **state);
#define live(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
/* argv[1] is "v1" or "v2". */
int live_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n);
