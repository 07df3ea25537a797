/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sec/random_profile.h"

#include <linux/seccomp.h>
#include <seccomp.h>

#include "tests/unit/sec/profile.h"

#define PICK(r, pool) ((pool)[random_below((r), ARRAY_SIZE(pool))])

const char *const random_names[] = {
	"read", "write", "open", "close", "ioctl", "execve", "clone", "personality", "socket",
	"socketcall", "bind", "accept", "accept4", "send", "recvmmsg", "ipc", "semop", "shmget",
	"semtimedop", "restart_syscall", "mmap2", "ptrace", "rt_sigaction", "openat2", "clone3",
	"chown32", "breakpoint", "getpid", "getuid", "mount", "no_such_call",
	NULL
};

static const char *const archs[] = {
	"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X32",
	"SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64",
	"SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64",
};

static const struct {
	uint32_t action;
	struct opt_u32 data;
} actions[] = {
	{ SECCOMP_RET_ALLOW, { 0 } },
	{ SECCOMP_RET_ERRNO, { 0 } },
	{ SECCOMP_RET_ALLOW, { 0 } },
	{ SECCOMP_RET_ERRNO, { true, 38 } },
	{ SECCOMP_RET_KILL_THREAD, { 0 } },
	{ SECCOMP_RET_KILL_PROCESS, { 0 } },
	{ SECCOMP_RET_TRAP, { 0 } },
	{ SECCOMP_RET_LOG, { 0 } },
	{ SECCOMP_RET_TRACE, { true, 7 } },
};

static const uint64_t values[] = {
	0, 1, 2, 5, 16, 0x7e020000, 0x7fffffff, 0x80000000, UINT32_MAX, UINT64_C(0x100000000),
	UINT64_C(0x100000001), UINT64_C(0x500000010), UINT64_C(0xffffffff00000000), UINT64_MAX,
};

uint32_t random_below(struct random *r, uint32_t n)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (uint32_t)(r->state >> 32) % n;
}

uint64_t random_value(struct random *r)
{
	return PICK(r, values) + random_below(r, 3) - 1;
}

/* How wild a profile is. */
struct style {
	uint32_t n_actions; /* few: rules that agree; all: rules that contradict each other */
	uint32_t n_values;  /* few: conditions that exclude or repeat each other */
	bool unordered;     /* no operator but EQ, NE, MASKED_EQ */
};

static struct spec_seccomp_arg random_arg(struct random *r, const struct style *style)
{
	static const int unordered[] = { SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_MASKED_EQ };

	return (struct spec_seccomp_arg){
		.index = random_below(r, 8) ? random_below(r, 3) : random_below(r, 6),
		.op = style->unordered ? PICK(r, unordered) : 1 + (int)random_below(r, 7),
		.value = values[random_below(r, style->n_values)],
		.value_two = values[random_below(r, style->n_values)],
	};
}

static struct spec_seccomp_rule random_rule(struct arena *a, struct random *r,
					    const struct style *style)
{
	size_t action = random_below(r, style->n_actions);
	struct spec_seccomp_rule rule = {
		.action = actions[action].action,
		.errno_ret = actions[action].data,
		.names = { .v = arena_array(a, 3, sizeof(char *)), .n = 1 + random_below(r, 3) },
		.args = arena_array(a, 3, sizeof(struct spec_seccomp_arg)),
		.n_args = random_below(r, 4),
	};

	for (size_t i = 0; i < rule.names.n; i++)
		rule.names.v[i] = arena_strdup(
			a, random_names[random_below(r, ARRAY_SIZE(random_names) - 1)]);
	for (size_t i = 0; i < rule.n_args; i++)
		rule.args[i] = random_arg(r, style);
	return rule;
}

struct spec_seccomp random_profile(struct arena *a, struct random *r)
{
	struct style style = {
		.n_actions = random_below(r, 2) ? 2 : ARRAY_SIZE(actions),
		.n_values = random_below(r, 2) ? 2 : ARRAY_SIZE(values),
		.unordered = random_below(r, 4),
	};
	size_t fallback = random_below(r, ARRAY_SIZE(actions));
	struct spec_seccomp s = {
		.default_action = actions[fallback].action,
		.default_errno_ret = actions[fallback].data,
		.architectures = { .v = arena_array(a, 3, sizeof(char *)),
				   .n = random_below(r, 4) },
		/* libseccomp 2.5 may never come back from many comparisons of one argument. */
		.n_rules = random_below(r, style.unordered ? 12 : 4),
	};

	s.rules = arena_array(a, s.n_rules + 1, sizeof(*s.rules));
	for (size_t i = 0; i < s.architectures.n; i++)
		s.architectures.v[i] = arena_strdup(a, PICK(r, archs));
	for (size_t i = 0; i < s.n_rules; i++)
		s.rules[i] = random_rule(a, r, &style);
	return s;
}
