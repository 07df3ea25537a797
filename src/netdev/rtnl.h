/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rtnetlink socket: a request and all of its answer at a time.
 * Runs in: parent | init in its new network namespace | the helper in the target namespace.
 */
#pragma once

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "base/util.h"

struct rtnl {
	struct mnl_socket *sock;
	uint32_t seq;
};

/* In the caller's network namespace; the socket stays in it. */
int rtnl_open(struct rtnl *r);
void rtnl_close(struct rtnl *r); /* also takes a zeroed one */
static inline void cleanup_rtnl(struct rtnl *r)
{
	rtnl_close(r);
}
#define auto_rtnl __attribute__((cleanup(cleanup_rtnl))) struct rtnl

/* Big enough for each request of ours. */
#define RTNL_REQUEST_SIZE 512
/* A request of type for the link index (0: by the IFLA_IFNAME that the caller adds). */
struct nlmsghdr *rtnl_link_request(char *buf, uint16_t type, int index);
/* Sends, and gives cb each message of the answer. 0 or -errno. */
int rtnl_talk(struct rtnl *r, struct nlmsghdr *nlh, mnl_cb_t cb, void *data);
/* The link's index by its name; -ENODEV. */
int rtnl_find_link(struct rtnl *r, const char *name);
int rtnl_set_up(struct rtnl *r, int index);
