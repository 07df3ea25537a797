/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/all_signals.h"
#include "os/spawn.h"

static const int ending[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

void spawn_signals_take(struct spawn_signals *p)
{
	*p = (struct spawn_signals){ .fd = FD_NONE };
	sigemptyset(&p->set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (os_signal_is_default(ending[i]))
			sigaddset(&p->set, ending[i]);
	p->fd = signalfd(-1, &p->set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->fd >= 0)
		os_signal_mask(SIG_BLOCK, &p->set, &p->saved);
}

void spawn_signals_give_back(struct spawn_signals *p, bool failed)
{
	const struct timespec now = { 0 };

	if (p->fd < 0)
		return;
	while (failed && sigtimedwait(&p->set, NULL, &now) > 0)
		;
	for (size_t i = 0; !failed && i < ARRAY_SIZE(ending); i++)
		if (p->passed & UINT64_C(1) << ending[i])
			kill(getpid(), ending[i]);
	cleanup_fd(&p->fd);
	os_signal_mask(SIG_SETMASK, &p->saved, NULL);
}
