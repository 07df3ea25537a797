/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespaces: kinds, id maps, offsets, names and sysctls.
 * Runs in: each function says in which role.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"
#include "os/procfs.h"

/* One row a kind: spec name, CLONE_NEW* flag, link name in /proc/PID/ns, runc's key. */
struct ns_info {
	enum ns_kind kind;
	const char *name;  /* "network" */
	const char *link;  /* "net" */
	const char *key;   /* "NEWNET" */
	uint64_t flag;     /* CLONE_NEWNET */
};
extern const struct ns_info ns_table[NS_KIND_MAX];

/*
 * Where the caller is. Parent. Asked once, when somebody needs to know: the first look into /proc/self takes 30 us, a
 * tenth of `kill`.
 */
struct ns_home {
	int rootless; /* what the caller says, -1: nothing */
	int initial;  /* -1: not asked yet */
};
void ns_home_init(struct ns_home *h, uid_t euid, int rootless);
/* As root in the initial user namespace, for sure; false: elsewhere, or the caller says what "rootless" is to be. */
bool ns_home_is_initial(struct ns_home *h, struct procfs *proc);
bool ns_home_is_rootless(struct ns_home *h, struct procfs *proc);
/* Children are born in the caller's own pid namespace again. self_pidfd: its own pidfd; negative: none. -errno; -EPERM,
 * for one with CAP_SYS_ADMIN: the namespace belongs to a user namespace above. */
int ns_return_home(struct procfs *proc, int self_pidfd);

/* Parent: opens a namespace given by path and checks (NS_GET_NSTYPE) that it is of that kind. */
int ns_open(const struct spec_namespace *ns, struct err *e);

/* Id maps as text: "0 1000 1\n..." in a. */
char *idmap_text(struct arena *a, const struct spec_idmaps *m);
struct idmap_request {
	pid_t pid;
	const struct spec_idmaps *uid, *gid;
	bool privileged; /* CAP_SETUID and CAP_SETGID over the parent user namespace */
};
/* Parent: setgroups (deny when unprivileged without newgidmap), uid_map, gid_map; directly, or
 * through newuidmap(1) and newgidmap(1) when unprivileged and the map is more than one's own id. */
int idmap_write(struct procfs *proc, const struct idmap_request *r, struct err *e);
/* Container id -> host id; false when not mapped. */
bool idmap_to_host(const struct spec_idmaps *m, uint32_t id, uint32_t *ret);
/* Parent: the maps of a user namespace that is joined, as the caller's namespace numbers ids. */
int ns_read_maps(struct procfs *proc, int userns, struct arena *a, struct spec_idmaps *ret_uid,
		 struct spec_idmaps *ret_gid, struct err *e);
bool idmap_is_same(const struct spec_idmaps *a, const struct spec_idmaps *b);

/* Stage, after unshare(CLONE_NEWTIME) and before the fork. */
int ns_write_time_offsets(struct procfs *proc, const struct spec_time_offsets *o, struct err *e);

/* Init after pivot or before; NULL is "leave it". */
int ns_set_hostname(const char *hostname, const char *domainname, struct err *e);
/* Init: each key with dots or slashes, below sys/; verified procfs only. */
int ns_write_sysctls(struct procfs *proc, const struct kv_list *sysctl, struct err *e);
/* Is the key namespaced, and by which kind? -ENOENT: it is the host's. (Used by oci/validate.c
 * through a copy of the table's facts: see ns/sysctl.c.) */
int ns_sysctl_kind(const char *key, enum ns_kind *ret);
