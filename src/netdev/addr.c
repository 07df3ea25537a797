/* SPDX-License-Identifier: Apache-2.0 */
#include "netdev/addr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What somebody chose for the address; the rest is the kernel's state. */
#define CHOSEN_FLAGS (IFA_F_NODAD | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

/* A dump that the kernel was disturbed in is asked for again. */
#define DUMP_ATTEMPTS 5

struct dump {
	int index;
	struct addr_list *list;
};

static void take(const struct nlattr *attr, uint8_t *to, uint8_t *ret_len)
{
	uint16_t len = mnl.attr_get_payload_len(attr);

	if (len != 4 && len != 16)
		return;
	memcpy(to, mnl.attr_get_payload(attr), len);
	*ret_len = (uint8_t)len;
}

static int take_attr(const struct nlattr *attr, void *data)
{
	struct addr *a = data;

	switch (mnl.attr_get_type(attr)) {
	case IFA_LOCAL:
		take(attr, a->local, &a->local_len);
		break;
	case IFA_ADDRESS:
		take(attr, a->peer, &a->peer_len);
		break;
	case IFA_BROADCAST:
		take(attr, a->broadcast, &a->broadcast_len);
		break;
	case IFA_FLAGS: /* 3.14: all 32 of them */
		if (mnl.attr_get_payload_len(attr) == sizeof(uint32_t))
			a->flags = mnl.attr_get_u32(attr);
		break;
	case IFA_RT_PRIORITY:
		if (mnl.attr_get_payload_len(attr) == sizeof(uint32_t))
			a->metric = mnl.attr_get_u32(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int take_addr(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl.nlmsg_get_payload(nlh);
	const struct dump *d = data;
	struct addr a = {
		.family = ifa->ifa_family,
		.prefix_len = ifa->ifa_prefixlen,
		.flags = ifa->ifa_flags,
	};
	struct addr *v;

	if ((int)ifa->ifa_index != d->index || ifa->ifa_scope != RT_SCOPE_UNIVERSE)
		return MNL_CB_OK;
	mnl.attr_parse(nlh, sizeof(*ifa), take_attr, &a);
	/* What DHCP or a router gave belongs to the network that the link is leaving. */
	if (!(a.flags & IFA_F_PERMANENT) || (!a.local_len && !a.peer_len))
		return MNL_CB_OK;
	v = reallocarray(d->list->v, d->list->n + 1, sizeof(*v));
	if (!v) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	a.flags &= CHOSEN_FLAGS;
	d->list->v = v;
	v[d->list->n++] = a;
	return MNL_CB_OK;
}

int addr_list_get(struct rtnl *r, int index, struct addr_list *list)
{
	struct dump d = { index, list };
	int rc = -EINTR;

	for (int i = 0; i < DUMP_ATTEMPTS && rc == -EINTR; i++) {
		char buf[RTNL_REQUEST_SIZE];
		struct nlmsghdr *nlh = mnl.nlmsg_put_header(buf);

		mnl.nlmsg_put_extra_header(nlh, sizeof(struct ifaddrmsg)); /* AF_UNSPEC */
		nlh->nlmsg_type = RTM_GETADDR;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		list->n = 0;
		rc = rtnl_talk(r, nlh, take_addr, &d);
	}
	return rc;
}

int addr_add(struct rtnl *r, int index, const struct addr *a)
{
	char buf[RTNL_REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl.nlmsg_put_header(buf);
	struct ifaddrmsg *ifa = mnl.nlmsg_put_extra_header(nlh, sizeof(*ifa));

	nlh->nlmsg_type = RTM_NEWADDR;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
	ifa->ifa_family = a->family;
	ifa->ifa_prefixlen = a->prefix_len;
	ifa->ifa_scope = RT_SCOPE_UNIVERSE;
	ifa->ifa_index = (uint32_t)index;
	if (a->local_len)
		mnl.attr_put(nlh, IFA_LOCAL, a->local_len, a->local);
	if (a->peer_len)
		mnl.attr_put(nlh, IFA_ADDRESS, a->peer_len, a->peer);
	if (a->broadcast_len)
		mnl.attr_put(nlh, IFA_BROADCAST, a->broadcast_len, a->broadcast);
	if (a->flags)
		mnl.attr_put_u32(nlh, IFA_FLAGS, a->flags);
	if (a->metric)
		mnl.attr_put_u32(nlh, IFA_RT_PRIORITY, a->metric);
	return rtnl_talk(r, nlh, NULL, NULL);
}
