/* SPDX-License-Identifier: Apache-2.0 */
/* netdev/netdev.h, from the far side. */
#include <errno.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "netdev/netdev.h"
#include "os/agent.h"

/* Two lengths and two NULs. */
#define DEVICE_MIN 10

int agent_netdev_move(struct wire_in *in, struct str *out, struct err *e)
{
	struct spec_net_devices d = { .n = wire_get_u32(in) };
	int r;

	(void)out;
	if (d.n > (size_t)(in->end - in->at) / DEVICE_MIN)
		return agent_bad_request(e);
	d.v = calloc(d.n + 1, sizeof(*d.v));
	if (!d.v)
		return err_sys(e, ENOMEM, "network devices");
	for (size_t i = 0; i < d.n; i++) {
		/* Nobody writes to them: they are the model's, which is not const. */
		d.v[i].host_name = (char *)(uintptr_t)wire_get_text(in);
		d.v[i].name = (char *)(uintptr_t)wire_get_text(in);
	}
	r = wire_done(in) ? netdev_move(&d, OS_AGENT_EXTRA, e) : agent_bad_request(e);
	free(d.v);
	return r;
}
