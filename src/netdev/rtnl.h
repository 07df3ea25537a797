/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rtnetlink socket: a request and all of its answer at a time.
 * Runs in: parent | the helper in the target namespace.
 */
#pragma once

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "os/library.h"

#define MNL_FUNCTIONS(X)                                                                          \
	X(mnl_, socket_open2) X(mnl_, socket_bind) X(mnl_, socket_close)                          \
	X(mnl_, socket_get_portid) X(mnl_, socket_sendto) X(mnl_, socket_recvfrom)                \
	X(mnl_, nlmsg_put_header) X(mnl_, nlmsg_put_extra_header) X(mnl_, nlmsg_get_payload)      \
	X(mnl_, attr_put) X(mnl_, attr_put_u32) X(mnl_, attr_put_strz)                            \
	X(mnl_, attr_get_type) X(mnl_, attr_get_payload) X(mnl_, attr_get_payload_len)            \
	X(mnl_, attr_get_u32) X(mnl_, attr_parse) X(mnl_, cb_run)

/* libmnl: mnl.socket_bind is mnl_socket_bind. Filled by rtnl_load(), before anything else here. */
struct libmnl {
	MNL_FUNCTIONS(OS_LIBRARY_POINTER)
};
extern struct libmnl mnl;

/* In the parent only: see os/library.h. */
int rtnl_load(struct err *e);

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
