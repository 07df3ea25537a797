/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network links by rtnetlink (libmnl, loaded by the first move, or in the agent).
 * Runs in: loopback_up: init in its new network namespace, or the helper that makes it (proc/network.h),
 * whose memory is the parent's | move: parent.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

/* Needed by netdev_move(), loaded by it or by the agent. */
#define NETDEV_SONAME "libmnl.so.0"

int netdev_loopback_up(struct err *e);
/* Moves each link into the namespace netns_fd, renames it, keeps its global addresses and sets it
 * up (config-linux.md says so, whatever it was). On failure links already moved are left to die or
 * return with the namespace. */
int netdev_move(const struct spec_net_devices *d, int netns_fd, struct err *e);
