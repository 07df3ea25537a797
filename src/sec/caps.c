/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/caps.h"

#include <errno.h>
#include <strings.h>

#include "base/log.h"
#include "os/cap.h"

/* In order of number (linux/capability.h). The last is of Linux 5.9. */
static const char *const names[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
	"CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
	"CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
	"CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
	"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

const char *const *caps_names(void)
{
	static const char *known[ARRAY_SIZE(names) + 1];

	if (!known[0]) {
		int last = os_cap_last();

		for (size_t i = 0; i < ARRAY_SIZE(names) && (int)i <= last; i++)
			known[i] = names[i];
	}
	return known;
}

int caps_number(const char *name)
{
	if (strncasecmp(name, "CAP_", 4) == 0)
		name += 4;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(names[i] + 4, name) == 0)
			return (int)i;
	return -ENOENT;
}

void caps_clip(struct spec_caps *c)
{
	uint64_t *sets[] = { &c->bounding, &c->effective, &c->inheritable, &c->permitted,
			     &c->ambient };
	uint64_t known = UINT64_MAX >> (63 - os_cap_last()), beyond = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		beyond |= *sets[i] & ~known;
		*sets[i] &= known;
	}
	for (unsigned n = 0; n < 64; n++) {
		if (!(beyond >> n & 1))
			continue;
		if (n < ARRAY_SIZE(names))
			log_warn("ignoring capability %s: the kernel does not have it", names[n]);
		else
			log_warn("ignoring capability %u: the kernel does not have it", n);
	}
}

/* Who stays root, or becomes it, loses nothing by that (capabilities(7)). */
static int keep(uid_t user, bool on)
{
	return user == 0 ? 0 : os_cap_keep(on);
}

int caps_drop_bounding(const struct spec_caps *c, uid_t user, struct err *e)
{
	/* Beyond the last one the kernel knows: EINVAL. */
	for (int n = 0, r = 0; n < 64 && r != -EINVAL; n++) {
		if (c->bounding >> n & 1)
			continue;
		r = os_cap_bounding_drop(n);
		/* Without CAP_SETPCAP that is refused, also for one that is not in the set. */
		if (r < 0 && r != -EINVAL && os_cap_bounding_has(n) != 0)
			return err_sys(e, -r, "can't drop capability %d from the bounding set", n);
	}
	int r = keep(user, true);

	if (r < 0)
		return err_sys(e, -r, "can't keep capabilities over the change of user");
	return 0;
}

static int raise_ambient(uint64_t ambient, struct err *e)
{
	int r = os_cap_ambient_clear();

	/* EINVAL: Linux before 4.3 has no ambient set. */
	if (r < 0 && r != -EINVAL)
		return err_sys(e, -r, "can't clear ambient capabilities");
	for (unsigned n = 0; n < 64; n++) {
		if (!(ambient >> n & 1))
			continue;
		r = os_cap_ambient_raise((int)n);
		if (r < 0)
			log_warn("can't raise ambient capability %s: %s",
				 n < ARRAY_SIZE(names) ? names[n] : "of an unknown number",
				 err_strerror(-r));
	}
	return 0;
}

int caps_apply(const struct spec_caps *c, uid_t user, struct err *e)
{
	struct os_caps sets = {
		.effective = c->effective,
		.permitted = c->permitted,
		.inheritable = c->inheritable,
	};
	int r = keep(user, false);

	if (r < 0)
		return err_sys(e, -r, "can't apply capabilities: PR_SET_KEEPCAPS");
	r = os_cap_set(&sets);
	if (r < 0)
		return err_sys(e, -r, "can't apply capabilities");
	return raise_ambient(c->ambient, e);
}
