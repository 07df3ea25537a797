/* SPDX-License-Identifier: Apache-2.0 */
#include "netdev/netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "netdev/addr.h"
#include "netdev/rtnl.h"
#include "os/pidfd.h"

static const char *new_name(const struct spec_net_device *d)
{
	return str_empty(d->name) ? d->host_name : d->name;
}

/* "eth%d": the kernel chooses the number. */
static bool is_template(const char *name)
{
	return strchr(name, '%') != NULL;
}

/* By which it is found in the other namespace: nobody tells what the kernel made of a template. */
static void name_on_arrival(const struct spec_net_device *d, int index, char ret[IFNAMSIZ])
{
	if (is_template(new_name(d)))
		snprintf(ret, IFNAMSIZ, "moved%d", index);
	else
		snprintf(ret, IFNAMSIZ, "%s", new_name(d));
}

/*
 * Name and namespace in one request: no moment in which a name could be in use already. The
 * kernel takes the link down and its addresses away.
 */
static int move_link(struct rtnl *rt, const struct spec_net_device *d, int index, const char *name, int netns_fd)
{
	char buf[RTNL_REQUEST_SIZE];
	struct nlmsghdr *nlh = rtnl_link_request(buf, RTM_NEWLINK, index);

	if (strlen(new_name(d)) >= IFNAMSIZ)
		return -EINVAL;
	mnl.attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl.attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	return rtnl_talk(rt, nlh, NULL, NULL);
}

static int rename_link(struct rtnl *rt, int index, const char *name)
{
	char buf[RTNL_REQUEST_SIZE];
	struct nlmsghdr *nlh = rtnl_link_request(buf, RTM_NEWLINK, index);

	mnl.attr_put_strz(nlh, IFLA_IFNAME, name);
	return rtnl_talk(rt, nlh, NULL, NULL);
}

/* In the target namespace. "Up" is the spec's rule, whatever the link was before. */
static int set_up_inside(const struct spec_net_device *d, const char *arrived, int netns_fd,
			 const struct addr_list *addrs, struct err *e)
{
	auto_rtnl rt = { 0 };
	int index, r;

	if (setns(netns_fd, CLONE_NEWNET) < 0)
		return err_sys(e, errno, "enter the network namespace");
	r = rtnl_open(&rt);
	if (r < 0)
		return err_sys(e, -r, "open a netlink socket");
	index = rtnl_find_link(&rt, arrived);
	if (index < 0)
		return err_sys(e, -index, "link not found for interface %s on namespace", arrived);
	r = is_template(new_name(d)) ? rename_link(&rt, index, new_name(d)) : 0;
	if (r < 0)
		return err_sys(e, -r, "fail to rename network device %s to %s", d->host_name, new_name(d));
	for (size_t i = 0; i < addrs->n; i++) {
		r = addr_add(&rt, index, &addrs->v[i]);
		if (r < 0)
			return err_sys(e, -r, "fail to set up address on namespace for interface %s",
				       new_name(d));
	}
	r = rtnl_set_up(&rt, index);
	return r < 0 ? err_sys(e, -r, "fail to set up interface %s on namespace", new_name(d)) : 0;
}

/* A child goes into the namespace, so that no failure can leave the caller in it. */
static int set_up_by_child(const struct spec_net_device *d, const char *arrived, int netns_fd,
			   const struct addr_list *addrs, struct err *e)
{
	auto_fd from = FD_NONE, to = FD_NONE;
	struct err child;
	int ends[2], status, r;
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	from = ends[0];
	to = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, errno, "fork");
	if (pid == 0) {
		r = set_up_inside(d, arrived, netns_fd, addrs, e);
		if (r < 0)
			io_write_all(to, e, sizeof(*e));
		_exit(r < 0);
	}
	cleanup_fd(&to);
	n = io_read_full(from, &child, sizeof(child));
	r = os_wait_child(pid, &status);
	if (r < 0)
		return err_sys(e, -r, "wait for the network helper");
	if (n == (ssize_t)sizeof(child) && err_is_valid(&child)) {
		*e = child;
		return -child.errnum;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_make(e, ERR_CHILD, ECHILD, "the network helper died");
	return 0;
}

static int move_one(struct rtnl *rt, const struct spec_net_device *d, int netns_fd, struct err *e)
{
	struct addr_list addrs = { 0 };
	int index = rtnl_find_link(rt, d->host_name), r;
	char name[IFNAMSIZ];

	if (index < 0)
		return err_sys(e, -index, "link not found for interface %s on runtime namespace",
			       d->host_name);
	name_on_arrival(d, index, name);
	/* Before anything happens to the link: setting it down already loses the IPv6 ones. */
	r = addr_list_get(rt, index, &addrs);
	if (r < 0) {
		r = err_sys(e, -r, "fail to get ip addresses of %s", d->host_name);
	} else {
		r = move_link(rt, d, index, name, netns_fd);
		r = r < 0 ? err_sys(e, -r, "fail to move network device %s to network namespace",
				    d->host_name) :
			    set_up_by_child(d, name, netns_fd, &addrs, e);
	}
	free(addrs.v);
	return r;
}

int netdev_move(const struct spec_net_devices *d, int netns_fd, struct err *e)
{
	auto_rtnl rt = { 0 };
	int r;

	if (d->n == 0)
		return 0;
	r = rtnl_load(e);
	if (r < 0)
		return r;
	r = rtnl_open(&rt);
	if (r < 0)
		return err_sys(e, -r, "open a netlink socket");
	for (size_t i = 0; i < d->n && r == 0; i++)
		r = move_one(&rt, &d->v[i], netns_fd, e);
	return r;
}
