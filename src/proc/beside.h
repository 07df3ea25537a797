/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What takes a new namespace long, done by a helper while the parent gets the container ready and init sets up:
 *  - the network namespace is the dearest of all, more than half of what the clone of init costs with it, and the
 *    superblock of its sysfs takes as long where there are a thousand;
 *  - the mount namespace of few mounts is quickly made, but taking those off waits for an RCU grace period.
 * Runs in: begin, meet, decide, rest, is_at_work, finish: parent | enter, mounts: init before pivot.
 * Must not happen here: failing because of the helper. Whatever goes wrong with it, init makes the
 * namespace itself, and says why it cannot.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "os/placement.h"

struct beside;

struct beside_work {
	bool network;
	int small_ns; /* container/small_ns.h, taken over if there is a helper; FD_NONE: no mount namespace */
	int proc;     /* the host's /proc, O_PATH; lent for the helper's life */
};

/* NULL: there is none, and init will be on its own. It lives in a, until beside_finish(). */
struct beside *beside_begin(struct arena *a, const struct beside_work *w);
/* Some time later: a helper that has not begun yet is sent to another CPU (os/placement.h). */
void beside_meet(struct beside *b, struct os_placement *p, struct procfs *proc);
enum beside_sysfs { BESIDE_NO_SYSFS, BESIDE_SYSFS, BESIDE_SYSFS_READONLY };
/* Whether the mount namespace is wanted, too, and the superblock of a sysfs that is mounted there later, of the network
 * namespace that the helper made, if it did: once, before init is cloned. The helper waits for it. */
void beside_decide(struct beside *b, bool mounts, enum beside_sysfs sysfs);
/*
 * Once init is there: with less than three CPUs, sleeps until the helper has made what is wanted, a second at most. Of
 * the three the parent has least to do then, and init would begin no sooner than one of the others is done.
 */
void beside_rest(struct beside *b, struct os_placement *p, struct procfs *proc);
/* Whether there is a helper and it has more to make. */
bool beside_is_at_work(const struct beside *b);
/* Waits for the helper's end, which may be a grace period after it is done; b may be NULL. */
void beside_finish(struct beside *b);

/* What init has got so far; nothing: all zero. Not with the helper's own, whose page would have to be copied. */
struct beside_got {
	int fd[2]; /* plus one; 0: not yet */
	uint32_t major, minor;
	bool all; /* nothing more will come */
};

/* Into the namespace that the helper made, or a new one, with its loopback device up. */
int beside_enter_network(const struct beside *b, struct beside_got *g, struct err *e);
/*
 * A descriptor of the mount namespace, or -EBADF: there is none. It has nothing but the kernel's rootfs once no
 * mount of the device *ret_above is on that any more: that may still be about to be.
 */
int beside_mounts(const struct beside *b, struct beside_got *g, dev_t *ret_above);
