/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "ns/ns.h"

#define OFFSETS "self/timens_offsets" /* 5.6 */

/* One write for both clocks: the kernel takes all lines or none. */
int ns_write_time_offsets(struct procfs *proc, const struct spec_time_offsets *o, struct err *e)
{
	const struct {
		const char *name;
		const struct spec_time_offset *offset;
	} clocks[] = { { "monotonic", o->monotonic }, { "boottime", o->boottime } };
	char text[128] = "";
	size_t len = 0;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++)
		if (clocks[i].offset)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s %" PRId64 " %" PRIu32 "\n", clocks[i].name,
						clocks[i].offset->secs, clocks[i].offset->nanosecs);
	if (len == 0)
		return 0;
	r = procfs_write(proc, OFFSETS, text);
	if (r == -ENOENT)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"timeOffsets: time namespaces aren't enabled in the kernel");
	return r < 0 ? err_sys(e, -r, "failed to update /proc/%s", OFFSETS) : 0;
}

int ns_set_hostname(const char *hostname, const char *domainname, struct err *e)
{
	if (hostname && sethostname(hostname, strlen(hostname)) < 0)
		return err_sys(e, errno, "sethostname %s", hostname);
	if (domainname && setdomainname(domainname, strlen(domainname)) < 0)
		return err_sys(e, errno, "setdomainname %s", domainname);
	return 0;
}
