/* SPDX-License-Identifier: Apache-2.0 */
#include "netdev/rtnl.h"

#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>

#include "netdev/netdev.h"

/* The kernel fits the parts of a dump to the reader's buffer; one link or one ack is far less. */
#define ANSWER_SIZE 8192

struct libmnl mnl;

static const char *const mnl_names[] = { MNL_FUNCTIONS(OS_LIBRARY_NAME) };
static struct os_library library = {
	.soname = NETDEV_SONAME,
	.names = mnl_names,
	.table = &mnl,
	.n = ARRAY_SIZE(mnl_names),
};

int rtnl_load(struct err *e)
{
	return os_library_load(&library, "linux.netDevices needs", e);
}

int rtnl_open(struct rtnl *r)
{
	int rc;

	r->seq = 0;
	r->sock = mnl.socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!r->sock)
		return -errno;
	if (mnl.socket_bind(r->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		rc = -errno;
		rtnl_close(r);
		return rc;
	}
	return 0;
}

void rtnl_close(struct rtnl *r)
{
	if (r->sock)
		mnl.socket_close(r->sock);
	r->sock = NULL;
}

struct nlmsghdr *rtnl_link_request(char *buf, uint16_t type, int index)
{
	struct nlmsghdr *nlh = mnl.nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl.nlmsg_put_extra_header(nlh, sizeof(*ifi));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = index;
	return nlh;
}

int rtnl_talk(struct rtnl *r, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	unsigned portid = mnl.socket_get_portid(r->sock);
	char buf[ANSWER_SIZE];
	ssize_t n;
	int rc;

	nlh->nlmsg_seq = ++r->seq;
	if (mnl.socket_sendto(r->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl.socket_recvfrom(r->sock, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		rc = mnl.cb_run(buf, (size_t)n, r->seq, portid, cb, data);
		if (rc < 0)
			return -errno;
	} while (n < 0 || rc > MNL_CB_STOP);
	return 0;
}

static int take_index(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl.nlmsg_get_payload(nlh);

	*(int *)data = ifi->ifi_index;
	return MNL_CB_OK;
}

int rtnl_find_link(struct rtnl *r, const char *name)
{
	char buf[RTNL_REQUEST_SIZE];
	struct nlmsghdr *nlh = rtnl_link_request(buf, RTM_GETLINK, 0);
	int index = 0, rc;

	if (str_empty(name) || strlen(name) >= IFNAMSIZ)
		return -EINVAL;
	mnl.attr_put_strz(nlh, IFLA_IFNAME, name);
	rc = rtnl_talk(r, nlh, take_index, &index);
	if (rc < 0)
		return rc;
	return index > 0 ? index : -ENODEV;
}

int rtnl_set_up(struct rtnl *r, int index)
{
	char buf[RTNL_REQUEST_SIZE];
	struct nlmsghdr *nlh = rtnl_link_request(buf, RTM_NEWLINK, index);
	struct ifinfomsg *ifi = mnl.nlmsg_get_payload(nlh);

	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	return rtnl_talk(r, nlh, NULL, NULL);
}
