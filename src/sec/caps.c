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

static void ignore(uint64_t caps, const char *why)
{
	for (unsigned n = 0; n < 64; n++) {
		if (!(caps >> n & 1))
			continue;
		if (n < ARRAY_SIZE(names))
			log_warn("ignoring capability %s: %s", names[n], why);
		else
			log_warn("ignoring capability %u: %s", n, why);
	}
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
	ignore(beyond, "the kernel does not have it");
}

/* Who stays root, or becomes it, loses nothing by that (capabilities(7)). */
static int keep(uid_t user, bool on)
{
	return user == 0 ? 0 : os_cap_keep(on);
}

/* Beyond the last one that the kernel knows: EINVAL. */
static int drop(int n, struct err *e)
{
	int r = os_cap_bounding_drop(n);

	/* Without CAP_SETPCAP that is refused, also for one that is not in the set. */
	if (r < 0 && r != -EINVAL && os_cap_bounding_has(n) != 0)
		return err_sys(e, -r, "can't drop capability %d from the bounding set", n);
	return r == -EINVAL ? r : 0;
}

static int drop_some(uint64_t keep, int from, int to, struct err *e)
{
	int r = 0;

	for (int n = from; r == 0 && n < to; n++)
		r = keep >> n & 1 ? 0 : drop(n, e);
	return r == -EINVAL ? 0 : r;
}

int caps_drop_bounding(const struct spec_caps *c, uid_t user, struct err *e)
{
	int r = drop_some(c->bounding, 0, ARRAY_SIZE(names), e);

	if (r < 0)
		return r;
	r = keep(user, true);
	return r < 0 ? err_sys(e, -r, "can't keep capabilities over the change of user") : 0;
}

int caps_drop_newer(const struct spec_caps *c, uint64_t had, struct err *e)
{
	return had >> ARRAY_SIZE(names) ? drop_some(c->bounding, ARRAY_SIZE(names), 64, e) : 0;
}

static int raise_ambient(uint64_t ambient, const struct os_caps *sets, struct err *e)
{
	/* What is not in both of these capset(2) has taken away. */
	int r = sets->permitted & sets->inheritable ? os_cap_ambient_clear() : 0;

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

/* What we do not have ourselves cannot be given: a warning, as config.md wants. */
static int set_what_we_have(struct os_caps *sets, uint64_t *ret_missing)
{
	struct os_caps have;
	int r = os_cap_set(sets);

	*ret_missing = 0;
	if (r != -EPERM || os_cap_get(&have) < 0)
		return r;
	*ret_missing = ((sets->permitted | sets->effective) & ~have.permitted) |
		       (sets->inheritable & ~(have.permitted | have.inheritable));
	if (!*ret_missing)
		return r;
	sets->effective &= ~*ret_missing;
	sets->permitted &= ~*ret_missing;
	sets->inheritable &= ~*ret_missing;
	ignore(*ret_missing, "the runtime does not have it");
	return os_cap_set(sets);
}

int caps_apply(const struct spec_caps *c, uid_t user, struct err *e)
{
	uint64_t missing;
	struct os_caps sets = {
		.effective = c->effective,
		.permitted = c->permitted,
		.inheritable = c->inheritable,
	};
	int r = keep(user, false);

	if (r < 0)
		return err_sys(e, -r, "can't apply capabilities: PR_SET_KEEPCAPS");
	r = set_what_we_have(&sets, &missing);
	if (r < 0)
		return err_sys(e, -r, "can't apply capabilities");
	return raise_ambient(c->ambient & ~missing, &sets, e);
}
