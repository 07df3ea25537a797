/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/words.h"

/* Numbers as in linux/capability.h (41 as of Linux 5.9), which an old header may not have. */
static const struct json_word capabilities[] = {
	{ "CAP_AUDIT_CONTROL", UINT64_C(1) << 30 },
	{ "CAP_AUDIT_READ", UINT64_C(1) << 37 },
	{ "CAP_AUDIT_WRITE", UINT64_C(1) << 29 },
	{ "CAP_BLOCK_SUSPEND", UINT64_C(1) << 36 },
	{ "CAP_BPF", UINT64_C(1) << 39 },
	{ "CAP_CHECKPOINT_RESTORE", UINT64_C(1) << 40 },
	{ "CAP_CHOWN", UINT64_C(1) << 0 },
	{ "CAP_DAC_OVERRIDE", UINT64_C(1) << 1 },
	{ "CAP_DAC_READ_SEARCH", UINT64_C(1) << 2 },
	{ "CAP_FOWNER", UINT64_C(1) << 3 },
	{ "CAP_FSETID", UINT64_C(1) << 4 },
	{ "CAP_IPC_LOCK", UINT64_C(1) << 14 },
	{ "CAP_IPC_OWNER", UINT64_C(1) << 15 },
	{ "CAP_KILL", UINT64_C(1) << 5 },
	{ "CAP_LEASE", UINT64_C(1) << 28 },
	{ "CAP_LINUX_IMMUTABLE", UINT64_C(1) << 9 },
	{ "CAP_MAC_ADMIN", UINT64_C(1) << 33 },
	{ "CAP_MAC_OVERRIDE", UINT64_C(1) << 32 },
	{ "CAP_MKNOD", UINT64_C(1) << 27 },
	{ "CAP_NET_ADMIN", UINT64_C(1) << 12 },
	{ "CAP_NET_BIND_SERVICE", UINT64_C(1) << 10 },
	{ "CAP_NET_BROADCAST", UINT64_C(1) << 11 },
	{ "CAP_NET_RAW", UINT64_C(1) << 13 },
	{ "CAP_PERFMON", UINT64_C(1) << 38 },
	{ "CAP_SETFCAP", UINT64_C(1) << 31 },
	{ "CAP_SETGID", UINT64_C(1) << 6 },
	{ "CAP_SETPCAP", UINT64_C(1) << 8 },
	{ "CAP_SETUID", UINT64_C(1) << 7 },
	{ "CAP_SYSLOG", UINT64_C(1) << 34 },
	{ "CAP_SYS_ADMIN", UINT64_C(1) << 21 },
	{ "CAP_SYS_BOOT", UINT64_C(1) << 22 },
	{ "CAP_SYS_CHROOT", UINT64_C(1) << 18 },
	{ "CAP_SYS_MODULE", UINT64_C(1) << 16 },
	{ "CAP_SYS_NICE", UINT64_C(1) << 23 },
	{ "CAP_SYS_PACCT", UINT64_C(1) << 20 },
	{ "CAP_SYS_PTRACE", UINT64_C(1) << 19 },
	{ "CAP_SYS_RAWIO", UINT64_C(1) << 17 },
	{ "CAP_SYS_RESOURCE", UINT64_C(1) << 24 },
	{ "CAP_SYS_TIME", UINT64_C(1) << 25 },
	{ "CAP_SYS_TTY_CONFIG", UINT64_C(1) << 26 },
	{ "CAP_WAKE_ALARM", UINT64_C(1) << 35 },
};
_Static_assert(ARRAY_SIZE(capabilities) == CAPABILITY_MAX, "one row a capability");

/* config.md: an unknown capability MUST only be warned of. */
const struct json_words words_capability = JSON_WORDS("capability", capabilities,
						      .sorted = true, .ignore_unknown = true);

const char *capability_name(unsigned number)
{
	return number < 64 ? json_word_name(&words_capability, UINT64_C(1) << number) : NULL;
}

int capability_number(const char *name)
{
	uint64_t bit;
	int r = json_word_value(&words_capability, name, strlen(name), &bit);

	return r < 0 ? r : __builtin_ctzll(bit);
}
