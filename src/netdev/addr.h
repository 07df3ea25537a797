/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of a link that outlive its move: permanent ones of global scope.
 * Runs in: parent reads them | the helper in the target namespace adds them.
 */
#pragma once

#include "netdev/rtnl.h"

struct addr {
	uint8_t family, prefix_len;
	uint8_t local_len, peer_len, broadcast_len; /* 0: absent */
	uint32_t flags;                             /* IFA_F_*, of those that a user sets */
	uint32_t metric;                            /* of the route to its network; 0: the kernel's */
	uint8_t local[16], peer[16], broadcast[16];
};
struct addr_list {
	struct addr *v; /* heap */
	size_t n;
};

/* Appends index's addresses. */
int addr_list_get(struct rtnl *r, int index, struct addr_list *list);
int addr_add(struct rtnl *r, int index, const struct addr *a);
