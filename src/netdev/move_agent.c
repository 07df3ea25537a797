/* SPDX-License-Identifier: Apache-2.0 */
/* netdev_move() for a program that can load no library: the agent does it (src/agent/netdev.c). */
#include "base/wire.h"
#include "netdev/netdev.h"
#include "os/agent.h"

int netdev_move(const struct spec_net_devices *d, int netns_fd, struct err *e)
{
	struct str request, nothing;
	struct os_agent agent;
	int r;

	if (d->n == 0)
		return 0;
	str_init(&request);
	str_init(&nothing);
	wire_put_u32(&request, (uint32_t)d->n);
	for (size_t i = 0; i < d->n; i++) {
		wire_put_text(&request, d->v[i].host_name);
		wire_put_text(&request, d->v[i].name ? d->v[i].name : "");
	}
	r = os_agent_start(netns_fd, &agent, e);
	if (r == 0) {
		/* Netlink answers at once or not at all: no deadline, as where it is asked directly. */
		r = os_agent_call(&agent, OS_AGENT_NETDEV_MOVE, &request, -1, &nothing, e);
		os_agent_stop(&agent);
	}
	str_fini(&request);
	str_fini(&nothing);
	return r;
}
