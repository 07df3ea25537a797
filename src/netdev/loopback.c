/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "netdev/netdev.h"
#include "os/fd.h"
#include "os/library.h"

/* Here, as this file is in every program that moves devices, be it the one that loads or not. */
OS_LIBRARY_NOTE(mnl_note, NETDEV_SONAME, "netdev", "linux.netDevices: moves network devices");

/* netdevice(7): on a socket of any family. Of these the chain has had one already, and no library
 * is needed. A new namespace's device has no other flag that could get lost. */
int netdev_loopback_up(struct err *e)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	auto_left_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &req) < 0)
		return err_sys(e, errno, "set the loopback device up");
	return 0;
}
