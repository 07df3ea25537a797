/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/words.h"

#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>

#include "oci/spec.h"

/* Kernel numbers are written out where the C library's headers lag or clash with the kernel's. */

static const struct json_word rlimits[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};
const struct json_words words_rlimit = JSON_WORDS("rlimit type", rlimits, .sorted = true);

/* linux/sched.h. SCHED_ISO is reserved there and no kernel has it. */
static const struct json_word sched_policies[] = {
	{ "SCHED_OTHER", 0 }, { "SCHED_FIFO", 1 }, { "SCHED_RR", 2 }, { "SCHED_BATCH", 3 },
	{ "SCHED_ISO", 4 }, { "SCHED_IDLE", 5 }, { "SCHED_DEADLINE", 6 },
};
const struct json_words words_sched_policy = JSON_WORDS("scheduler policy", sched_policies);

static const struct json_word sched_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },
	{ "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};
const struct json_words words_sched_flag = JSON_WORDS("scheduler flag", sched_flags);

static const struct json_word ioprio_classes[] = {
	{ "IOPRIO_CLASS_RT", 1 }, { "IOPRIO_CLASS_BE", 2 }, { "IOPRIO_CLASS_IDLE", 3 },
};
const struct json_words words_ioprio_class = JSON_WORDS("I/O priority class", ioprio_classes);

static const struct json_word namespaces[] = {
	{ "mount", NS_MOUNT }, { "pid", NS_PID }, { "network", NS_NETWORK }, { "uts", NS_UTS },
	{ "ipc", NS_IPC }, { "user", NS_USER }, { "cgroup", NS_CGROUP }, { "time", NS_TIME },
};
const struct json_words words_namespace = JSON_WORDS("namespace type", namespaces);

static const struct json_word device_types[] = {
	{ "c", 'c' }, { "b", 'b' }, { "u", 'u' }, { "p", 'p' },
};
const struct json_words words_device_type = JSON_WORDS("device type", device_types);

static const struct json_word rule_types[] = { { "a", 'a' }, { "c", 'c' }, { "b", 'b' } };
const struct json_words words_rule_type = JSON_WORDS("cgroup device type", rule_types);

static const struct json_word rule_access[] = {
	{ "r", DEV_ACCESS_READ }, { "w", DEV_ACCESS_WRITE }, { "m", DEV_ACCESS_MKNOD },
};
/* runc lets other letters pass, and its users have them. */
const struct json_words words_rule_access =
	JSON_WORDS("device access", rule_access, .ignore_unknown = true);

/* The spec names four; the recursive ones are what engines write and every runtime takes. */
static const struct json_word propagations[] = {
	{ "private", MS_PRIVATE }, { "rprivate", MS_PRIVATE | MS_REC },
	{ "slave", MS_SLAVE }, { "rslave", MS_SLAVE | MS_REC },
	{ "shared", MS_SHARED }, { "rshared", MS_SHARED | MS_REC },
	{ "unbindable", MS_UNBINDABLE }, { "runbindable", MS_UNBINDABLE | MS_REC },
};
const struct json_words words_propagation = JSON_WORDS("propagation", propagations);

/* linux/mempolicy.h: PREFERRED_MANY since Linux 5.15, WEIGHTED_INTERLEAVE since 6.9. */
static const struct json_word mempolicy_modes[] = {
	{ "MPOL_DEFAULT", 0 }, { "MPOL_PREFERRED", 1 }, { "MPOL_BIND", 2 },
	{ "MPOL_INTERLEAVE", 3 }, { "MPOL_LOCAL", 4 }, { "MPOL_PREFERRED_MANY", 5 },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 },
};
/* runc's word for these is "invalid". */
const struct json_words words_mempolicy_mode =
	JSON_WORDS("memory policy mode", mempolicy_modes, .refusal = "invalid");

static const struct json_word mempolicy_flags[] = {
	{ "MPOL_F_NUMA_BALANCING", 1 << 13 },
	{ "MPOL_F_RELATIVE_NODES", 1 << 14 },
	{ "MPOL_F_STATIC_NODES", 1 << 15 },
};
const struct json_words words_mempolicy_flag =
	JSON_WORDS("memory policy flag", mempolicy_flags, .refusal = "invalid");

static const struct json_word personalities[] = {
	{ "LINUX", PER_LINUX }, { "LINUX32", PER_LINUX32 },
};
const struct json_words words_personality = JSON_WORDS("personality domain", personalities);

/* linux/seccomp.h, SECCOMP_RET_*. KILL is the old name of KILL_THREAD. */
static const struct json_word seccomp_actions[] = {
	{ "SCMP_ACT_ALLOW", 0x7fff0000u }, { "SCMP_ACT_ERRNO", 0x00050000u },
	{ "SCMP_ACT_NOTIFY", 0x7fc00000u }, { "SCMP_ACT_LOG", 0x7ffc0000u },
	{ "SCMP_ACT_TRACE", 0x7ff00000u }, { "SCMP_ACT_TRAP", 0x00030000u },
	{ "SCMP_ACT_KILL_PROCESS", 0x80000000u }, { "SCMP_ACT_KILL_THREAD", 0 },
	{ "SCMP_ACT_KILL", 0 },
};
const struct json_words words_seccomp_action = JSON_WORDS("seccomp action", seccomp_actions);

/* Kept as strings: what libseccomp can do with one is for sec/ to say. */
static const struct json_word seccomp_archs[] = {
	{ "SCMP_ARCH_X86_64", 0 }, { "SCMP_ARCH_X86", 0 }, { "SCMP_ARCH_X32", 0 },
	{ "SCMP_ARCH_AARCH64", 0 }, { "SCMP_ARCH_ARM", 0 }, { "SCMP_ARCH_LOONGARCH64", 0 },
	{ "SCMP_ARCH_M68K", 0 }, { "SCMP_ARCH_MIPS", 0 }, { "SCMP_ARCH_MIPS64", 0 },
	{ "SCMP_ARCH_MIPS64N32", 0 }, { "SCMP_ARCH_MIPSEL", 0 }, { "SCMP_ARCH_MIPSEL64", 0 },
	{ "SCMP_ARCH_MIPSEL64N32", 0 }, { "SCMP_ARCH_PARISC", 0 }, { "SCMP_ARCH_PARISC64", 0 },
	{ "SCMP_ARCH_PPC", 0 }, { "SCMP_ARCH_PPC64", 0 }, { "SCMP_ARCH_PPC64LE", 0 },
	{ "SCMP_ARCH_RISCV64", 0 }, { "SCMP_ARCH_S390", 0 }, { "SCMP_ARCH_S390X", 0 },
	{ "SCMP_ARCH_SH", 0 }, { "SCMP_ARCH_SHEB", 0 },
};
const struct json_words words_seccomp_arch = JSON_WORDS("seccomp architecture", seccomp_archs);

static const struct json_word seccomp_flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", 1 << 0 },
	{ "SECCOMP_FILTER_FLAG_LOG", 1 << 1 },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 1 << 2 },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1 << 5 },
};
const struct json_words words_seccomp_flag = JSON_WORDS("seccomp flag", seccomp_flags);

static const struct json_word seccomp_operators[] = {
	{ "SCMP_CMP_NE", 1 }, { "SCMP_CMP_LT", 2 }, { "SCMP_CMP_LE", 3 }, { "SCMP_CMP_EQ", 4 },
	{ "SCMP_CMP_GE", 5 }, { "SCMP_CMP_GT", 6 }, { "SCMP_CMP_MASKED_EQ", 7 },
};
const struct json_words words_seccomp_operator = JSON_WORDS("seccomp operator", seccomp_operators);
