/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/systemd/bus_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup/systemd/bus.h"
#include "os/library.h"

/* Here, as this file is in every program with the driver, be it the one that loads or not. */
OS_LIBRARY_NOTE(systemd_note, SD_SONAME, "systemd-cgroup", "Cgroups made by systemd");

struct sd_place sd_user_place(char *buf, size_t size)
{
	const char *env = getenv("DBUS_SESSION_BUS_ADDRESS"), *dir = getenv("XDG_RUNTIME_DIR");

	if (!str_empty(env))
		return (struct sd_place){ .address = env };
	if (str_empty(dir))
		return (struct sd_place){ 0 };
	snprintf(buf, size, "%s/bus", dir);
	if (access(buf, F_OK) == 0)
		return (struct sd_place){ .path = buf };
	snprintf(buf, size, "%s/systemd/private", dir);
	if (access(buf, F_OK) == 0)
		return (struct sd_place){ .path = buf, .is_private = true };
	return (struct sd_place){ 0 };
}

bool sd_has_user_bus(void)
{
	char buf[512];
	struct sd_place p = sd_user_place(buf, sizeof(buf));

	return p.address || p.path;
}
