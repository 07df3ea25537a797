/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices a container may use: the rules in order, and the two mechanisms that enforce them.
 * Runs in: parent.
 * Must not happen: a rule list that does not begin with deny-all (GHSA-g54h-m393-cpwq).
 *
 * Each of read, write and mknod is decided on its own: the last rule that names the device and
 * this access wins. An access is allowed when all of its parts are.
 */
#pragma once

#include <linux/bpf.h>

#include "cgroup/impl.h"

#define CG_DEV_ANY (-1)
#define CG_DEV_RWM (DEV_ACCESS_READ | DEV_ACCESS_WRITE | DEV_ACCESS_MKNOD)

struct cg_dev_rule {
	bool allow;
	char type;            /* 'c', 'b'; 'a' only together with any:any rwm */
	int64_t major, minor; /* CG_DEV_ANY, or 0 .. 4294967295 */
	uint8_t access;
};
struct cg_dev_rules {
	struct cg_dev_rule *v;
	size_t n;
};

/* Deny-all, then r's rules (r may be NULL), then what every container needs. An 'a' that is not
 * everything becomes one rule for 'c' and one for 'b'. */
int cg_dev_rules(const struct spec_resources *r, struct arena *a, struct cg_dev_rules *ret,
		 struct err *e);

/* The state that v1 can hold: a default and exceptions of it. */
struct cg_dev_list {
	bool default_allow;
	struct cg_dev_rule *v; /* exceptions; allow is unused */
	size_t n;
};
/* An error when the rules punch a hole into a wildcard, which v1 would ignore silently. */
int cg_dev_list(const struct cg_dev_rules *rules, struct arena *a, struct cg_dev_list *ret,
		struct err *e);
/* "c 1:3 rwm", "b *:* m", "a *:* rwm" */
void cg_dev_text(const struct cg_dev_rule *r, char *buf, size_t size);

/* The program, in the arena. */
int cg_dev_program(const struct cg_dev_rules *rules, struct arena *a, struct bpf_insn **ret,
		   size_t *ret_n, struct err *e);

int cg_devices_v1(struct cgroup *c, int fd, const char *path, const struct spec_resources *r,
		  struct err *e);
/* fresh: the directory was made a moment ago, nothing can be attached to it. */
int cg_devices_v2(struct cgroup *c, int fd, const char *path, bool fresh,
		  const struct spec_resources *r, struct err *e);
/* Are we in a user namespace that is not the first? Then devices are out of reach anyway. */
bool cg_in_userns(const struct cgroup *c);
