/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/seccomp.h>
#include <stddef.h>

#include "os/seccomp_raw.h"
#include "sec/seccomp.h"

const char *const seccomp_action_names[] = {
	"SCMP_ACT_ALLOW",       "SCMP_ACT_ERRNO",
	"SCMP_ACT_KILL",        "SCMP_ACT_KILL_PROCESS",
	"SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
	"SCMP_ACT_NOTIFY",      "SCMP_ACT_TRACE",
	"SCMP_ACT_TRAP",        NULL,
};

const char *const seccomp_operator_names[] = {
	"SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT",
	"SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE",
	NULL,
};

/* All that the spec names. One that the library does not know is an error at compile, and not in
 * seccomp_known_archs(). */
const char *const seccomp_arch_names[SECCOMP_ARCH_NAMES + 1] = {
	"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",
	"SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",
	"SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",
	"SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64",
	"SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_X32",
	"SCMP_ARCH_X86", "SCMP_ARCH_X86_64",
	NULL,
};

/* Flags are spelled SECCOMP_FILTER_FLAG_*, actions SCMP_ACT_*: the spec has it so. */
const char *const seccomp_flag_names[] = {
	"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
	"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	NULL,
};

/* What to ask the kernel for each of the names above; the last means nothing without a listener. */
static const uint32_t flag_bits[] = {
	SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC,
	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_NEW_LISTENER,
};

_Static_assert(ARRAY_SIZE(flag_bits) + 1 == ARRAY_SIZE(seccomp_flag_names), "one row each");

const char *const *seccomp_supported_flags(void)
{
	static const char *known[ARRAY_SIZE(seccomp_flag_names)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flag_bits); i++)
		if (os_seccomp_flags_known(flag_bits[i]))
			known[n++] = seccomp_flag_names[i];
	known[n] = NULL;
	return known;
}
