/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler: what a profile means, by running its program on a BPF machine of our own. */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/err.h"
#include "os/seccomp_raw.h"
#include "sec/seccomp.h"
#include "sec/bpf_run.h"
#include "tests/unit/sec/profile.h"
#include "tests/unit/test.h"

#define ALLOW SECCOMP_RET_ALLOW
#define ERRNO(n) (SECCOMP_RET_ERRNO | (n))
#define X32(n) (0x40000000 | (n))

static struct arena arena;
static struct err e;
static struct seccomp_program prog;

static uint32_t run(uint32_t arch, uint32_t nr, uint64_t a0, uint64_t a1)
{
	struct seccomp_data d = { .nr = (int)nr, .arch = arch, .args = { a0, a1 } };

	return bpf_run(prog.filter, prog.n, &d);
}

static int nr_of(uint32_t arch, const char *name)
{
	return seccomp_syscall_resolve_name_arch(arch, name);
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	err_init(&e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seccomp_program_fini(&prog);
	arena_fini(&arena);
	return 0;
}

static struct spec_seccomp one_rule(const char *names, uint32_t action,
				    struct spec_seccomp_arg *args, size_t n_args,
				    uint32_t default_action)
{
	struct spec_seccomp s = { .default_action = default_action, .n_rules = 1 };

	s.rules = arena_new(&arena, struct spec_seccomp_rule);
	*s.rules = (struct spec_seccomp_rule){ .names = profile_names(&arena, names),
					       .action = action, .args = args, .n_args = n_args };
	return s;
}

static void engine_profile(void **state)
{
	static const struct {
		const char *name;
		uint64_t a0;
		uint32_t action;
	} cases[] = {
		{ "read", 0, ALLOW },
		{ "openat2", 0, ALLOW },
		{ "mount", 0, ERRNO(EPERM) },
		{ "bpf", 0, ERRNO(EPERM) },
		{ "clone3", 0, ERRNO(ENOSYS) },
		{ "clone", 0x01200011, ALLOW },
		{ "clone", 0x10000000, ERRNO(EPERM) }, /* CLONE_NEWUSER */
		{ "personality", 0x8, ALLOW },
		{ "personality", 0x20000, ALLOW },
		{ "personality", 0x40000, ERRNO(EPERM) },
	};
	static const struct {
		uint32_t scmp, audit;
	} archs[] = {
		{ SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 },
		{ SCMP_ARCH_X86, AUDIT_ARCH_I386 },
		{ SCMP_ARCH_X32, AUDIT_ARCH_X86_64 },
	};
	struct spec_seccomp s = profile_engine(&arena);

	(void)state;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_false(prog.notify);
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		for (size_t k = 0; k < ARRAY_SIZE(cases); k++)
			assert_int_equal(run(archs[i].audit,
					     (uint32_t)nr_of(archs[i].scmp, cases[k].name),
					     cases[k].a0, 0),
					 cases[k].action);
	/* An architecture that the profile does not name. */
	assert_int_equal(run(AUDIT_ARCH_AARCH64, 63, 0, 0), SECCOMP_RET_KILL_THREAD);
}

static bool names_have(const struct strv *names, const char *name)
{
	for (size_t i = 0; name && i < names->n; i++)
		if (str_eq(names->v[i], name))
			return true;
	return false;
}

/* What the engine's profile means for a number, all arguments 0. */
static uint32_t engine_verdict(const struct strv *allowed, const char *name, bool above)
{
	if (above || str_eq(name, "clone3"))
		return ERRNO(ENOSYS);
	/* These two have conditions that 0 fulfils. */
	if (str_eq(name, "clone") || str_eq(name, "personality"))
		return ALLOW;
	return names_have(allowed, name) ? ALLOW : ERRNO(EPERM);
}

/* Every number of every ABI: what no rule names is refused, above the ceiling with ENOSYS. */
static void engine_profile_exhaustively(void **state)
{
	static const struct {
		uint32_t scmp, audit, base;
	} abis[] = {
		{ SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, 0 },
		{ SCMP_ARCH_X86, AUDIT_ARCH_I386, 0 },
		{ SCMP_ARCH_X32, AUDIT_ARCH_X86_64, X32(0) },
	};
	struct spec_seccomp s = profile_engine(&arena);
	const struct strv *names = &s.rules[0].names;

	(void)state;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(abis); i++) {
		int largest = nr_of(abis[i].scmp, "clone3");

		for (size_t k = 0; k < names->n; k++)
			if (nr_of(abis[i].scmp, names->v[k]) > largest)
				largest = nr_of(abis[i].scmp, names->v[k]);
		for (uint32_t nr = abis[i].base; nr < abis[i].base + 1024; nr++) {
			char *name = seccomp_syscall_resolve_num_arch(abis[i].scmp, (int)nr);

			assert_int_equal(run(abis[i].audit, nr, 0, 0),
					 engine_verdict(names, name, nr > (uint32_t)largest));
			free(name);
		}
	}
}

static void ceiling_only_where_the_default_refuses(void **state)
{
	static const struct {
		uint32_t default_action, rule, above;
	} cases[] = {
		{ SECCOMP_RET_ERRNO, ALLOW, ERRNO(ENOSYS) },
		{ SECCOMP_RET_KILL_PROCESS, ALLOW, ERRNO(ENOSYS) },
		{ SECCOMP_RET_KILL_THREAD, ALLOW, ERRNO(ENOSYS) },
		{ SECCOMP_RET_TRAP, ALLOW, ERRNO(ENOSYS) },
		{ SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, ALLOW },
		{ SECCOMP_RET_LOG, SECCOMP_RET_ERRNO, SECCOMP_RET_LOG },
		{ SECCOMP_RET_TRACE, ALLOW, SECCOMP_RET_TRACE | EPERM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spec_seccomp s = one_rule("getpid uname", cases[i].rule, NULL, 0,
						 cases[i].default_action);

		assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
		assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_openat2, 0, 0), cases[i].above);
		seccomp_program_fini(&prog);
	}
}

/* Without x32 in the list its numbers are of an unknown ABI, not "newer calls". */
/* read(2) is number 0 of x86-64: what is above it is refused as the profile says, as with runc. */
static void no_ceiling_at_number_zero(void **state)
{
	struct spec_seccomp s = one_rule("read", ALLOW, NULL, 0, SECCOMP_RET_ERRNO);

	(void)state;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_read, 0, 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_write, 0, 0), ERRNO(EPERM));
	assert_int_equal(run(AUDIT_ARCH_X86_64, 5000, 0, 0), ERRNO(EPERM));
}

static void x32_needs_to_be_listed(void **state)
{
	struct spec_seccomp s = one_rule("read getpid", ALLOW, NULL, 0, SECCOMP_RET_ERRNO);

	(void)state;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_getpid, 0, 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, X32(SYS_getpid), 0, 0), SECCOMP_RET_KILL_THREAD);
	assert_int_equal(run(AUDIT_ARCH_X86_64, X32(1000), 0, 0), SECCOMP_RET_KILL_THREAD);
	assert_int_equal(run(AUDIT_ARCH_I386, 20, 0, 0), SECCOMP_RET_KILL_THREAD);
}

static void native_is_implied(void **state)
{
	struct spec_seccomp s = one_rule("read getpid", ALLOW, NULL, 0, SECCOMP_RET_ERRNO);

	(void)state;
	s.architectures = profile_names(&arena, "SCMP_ARCH_X86");
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_getpid, 0, 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_mount, 0, 0), ERRNO(ENOSYS));
	assert_int_equal(run(AUDIT_ARCH_I386, 20, 0, 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_I386, 2, 0, 0), ERRNO(EPERM));
}

static void foreign_architecture(void **state)
{
	struct spec_seccomp s = one_rule("read getpid", ALLOW, NULL, 0, SECCOMP_RET_ERRNO);

	(void)state;
	s.architectures = profile_names(&arena, "SCMP_ARCH_AARCH64");
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_AARCH64, 172, 0, 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_AARCH64, 40, 0, 0), ERRNO(EPERM));
	assert_int_equal(run(AUDIT_ARCH_AARCH64, 173, 0, 0), ERRNO(ENOSYS));
}

static void conditions(void **state)
{
	struct spec_seccomp_arg both[] = {
		{ .index = 0, .value = 5, .op = SCMP_CMP_GE },
		{ .index = 1, .value = 7, .op = SCMP_CMP_EQ },
	};
	struct spec_seccomp_arg either[] = {
		{ .index = 0, .value = 5, .op = SCMP_CMP_EQ },
		{ .index = 0, .value = UINT64_C(0x100000005), .op = SCMP_CMP_EQ },
	};
	struct spec_seccomp s = one_rule("dup2 unlinkat", ALLOW, both, 2, SECCOMP_RET_ERRNO);

	(void)state;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, 5, 7), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, UINT64_MAX, 7), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, 4, 7), ERRNO(EPERM));
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, 5, 8), ERRNO(EPERM));
	seccomp_program_fini(&prog);

	/* Two on one argument: either suffices. */
	s = one_rule("dup2 unlinkat", ALLOW, either, 2, SECCOMP_RET_ERRNO);
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, 5, 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, UINT64_C(0x100000005), 0), ALLOW);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_dup2, 6, 0), ERRNO(EPERM));
}

static void operators(void **state)
{
	/* value 100 against 99, 100, 101 */
	static const struct {
		int op;
		bool match[3];
	} cases[] = {
		{ SCMP_CMP_NE, { 1, 0, 1 } }, { SCMP_CMP_LT, { 1, 0, 0 } },
		{ SCMP_CMP_LE, { 1, 1, 0 } }, { SCMP_CMP_EQ, { 0, 1, 0 } },
		{ SCMP_CMP_GE, { 0, 1, 1 } }, { SCMP_CMP_GT, { 0, 0, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spec_seccomp_arg arg = { .value = 100, .op = cases[i].op };
		struct spec_seccomp s = one_rule("close", SECCOMP_RET_TRAP, &arg, 1, ALLOW);

		assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
		for (uint32_t k = 0; k < 3; k++)
			assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_close, 99 + k, 0),
					 cases[i].match[k] ? SECCOMP_RET_TRAP : ALLOW);
		seccomp_program_fini(&prog);
	}
}

static void actions_and_their_data(void **state)
{
	static const struct {
		uint32_t action;
		struct opt_u32 data;
		uint32_t want;
	} cases[] = {
		{ SECCOMP_RET_ERRNO, { 0 }, ERRNO(EPERM) },
		{ SECCOMP_RET_ERRNO, { true, ENOTDIR }, ERRNO(ENOTDIR) },
		{ SECCOMP_RET_ERRNO, { true, 0 }, ERRNO(0) },
		{ SECCOMP_RET_TRACE, { 0 }, SECCOMP_RET_TRACE | EPERM },
		{ SECCOMP_RET_TRACE, { true, 77 }, SECCOMP_RET_TRACE | 77 },
		{ SECCOMP_RET_TRAP, { 0 }, SECCOMP_RET_TRAP },
		{ SECCOMP_RET_LOG, { 0 }, SECCOMP_RET_LOG },
		{ SECCOMP_RET_KILL_THREAD, { 0 }, SECCOMP_RET_KILL_THREAD },
		{ SECCOMP_RET_KILL_PROCESS, { 0 }, SECCOMP_RET_KILL_PROCESS },
		{ SECCOMP_RET_USER_NOTIF, { 0 }, SECCOMP_RET_USER_NOTIF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spec_seccomp s = one_rule("getppid", cases[i].action, NULL, 0, ALLOW);

		s.rules[0].errno_ret = cases[i].data;
		assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
		assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_getppid, 0, 0), cases[i].want);
		assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_read, 0, 0), ALLOW);
		assert_int_equal(prog.notify, cases[i].action == SECCOMP_RET_USER_NOTIF);
		seccomp_program_fini(&prog);
	}
}

/* A rule that says what the default says is no rule; the library would refuse it. */
static void rules_equal_to_the_default(void **state)
{
	struct spec_seccomp s = one_rule("getpid", SECCOMP_RET_ERRNO, NULL, 0, SECCOMP_RET_ERRNO);

	(void)state;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_getpid, 0, 0), ERRNO(EPERM));
	seccomp_program_fini(&prog);
	s.default_errno_ret = OPT_U32(ENOSYS);
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_getpid, 0, 0), ERRNO(EPERM));
	assert_int_equal(run(AUDIT_ARCH_X86_64, SYS_read, 0, 0), ERRNO(ENOSYS));
}

static void flags(void **state)
{
	struct spec_seccomp s = one_rule("getpid", SECCOMP_RET_TRAP, NULL, 0, ALLOW);

	(void)state;
	/* Absent: runc's choice. */
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(prog.flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	seccomp_program_fini(&prog);
	s.has_flags = true;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(prog.flags, 0);
	seccomp_program_fini(&prog);
	s.flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
		  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(prog.flags, SECCOMP_FILTER_FLAG_LOG);
	seccomp_program_fini(&prog);
	s.rules[0].action = SECCOMP_RET_USER_NOTIF;
	assert_int_equal(seccomp_compile(&s, &prog, &e), 0);
	assert_int_equal(prog.flags,
			 SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	seccomp_program_fini(&prog);
	s.flags = 1u << 30;
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
}

static void refusals(void **state)
{
	struct spec_seccomp_arg arg = { .index = 6, .op = SCMP_CMP_EQ };
	struct spec_seccomp s = one_rule("read write", SECCOMP_RET_USER_NOTIF, NULL, 0, ALLOW);
	char text[200];

	(void)state;
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "SCMP_ACT_NOTIFY cannot be used for the write syscall");
	s = one_rule("read", ALLOW, NULL, 0, SECCOMP_RET_USER_NOTIF);
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "SCMP_ACT_NOTIFY cannot be used as default action");
	s = one_rule("read", SECCOMP_RET_TRAP, &arg, 1, ALLOW);
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	assert_int_equal(e.kind, ERR_CONFIG);
	s = one_rule("read", SECCOMP_RET_TRAP, NULL, 0, ALLOW);
	s.architectures = profile_names(&arena, "SCMP_ARCH_VAX");
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
	s = one_rule("read", SECCOMP_RET_ERRNO, NULL, 0, ALLOW);
	s.rules[0].errno_ret = OPT_U32(4095);
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	assert_int_equal(e.kind, ERR_CONFIG);
	s = one_rule("read", 0x12340000, NULL, 0, ALLOW); /* no kernel knows it */
	assert_true(seccomp_compile(&s, &prog, &e) < 0);
	assert_int_equal(e.kind, ERR_UNSUPPORTED);
	assert_null(prog.filter); /* untouched */
}

static bool is_sorted(const char *const *v)
{
	for (; v[0] && v[1]; v++)
		if (strcmp(v[0], v[1]) >= 0)
			return false;
	return true;
}

static void names_for_features(void **state)
{
	(void)state;
	assert_true(is_sorted(seccomp_action_names));
	assert_true(is_sorted(seccomp_operator_names));
	assert_true(is_sorted(seccomp_arch_names));
	assert_true(is_sorted(seccomp_flag_names));
	assert_true(is_sorted(seccomp_supported_flags()));
	assert_non_null(seccomp_supported_flags()[0]);
	assert_true(seccomp_library_version()[0] >= '2');
}

static bool is_among(const char *name, const char *const *v)
{
	while (*v && strcmp(*v, name) != 0)
		v++;
	return *v;
}

/* `features` names an architecture exactly when a profile may. */
static void known_archs_compile(void **state)
{
	size_t n_known = 0;

	(void)state;
	for (size_t i = 0; i < SECCOMP_ARCH_NAMES; i++) {
		char *name = arena_strdup(&arena, seccomp_arch_names[i]);
		struct spec_seccomp s = {
			.default_action = ALLOW, .architectures = { .v = &name, .n = 1 },
		};
		bool known = is_among(name, seccomp_known_archs());
		int r = seccomp_compile(&s, &prog, &e);

		n_known += known;
		/* Known, but not of this machine's byte order: -EDOM. */
		assert_true(known ? r == 0 || r == -EDOM : r == -EINVAL);
		seccomp_program_fini(&prog);
	}
	assert_null(seccomp_arch_names[SECCOMP_ARCH_NAMES]);
	assert_true(n_known >= 16);
	assert_true(is_sorted(seccomp_known_archs()));
}

/* What the kernel would refuse later comes to the machine first, when somebody gives a filter ready-made. */
static void broken_programs(void **state)
{
	static const struct sock_filter first[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, sizeof(struct seccomp_data) },
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, UINT32_MAX - 3 },
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 2 },
		{ BPF_LD | BPF_MEM, 0, 0, BPF_MEMWORDS },
		{ BPF_ST, 0, 0, UINT32_MAX },
		{ BPF_JMP | BPF_JA, 0, 0, 1 },
		{ BPF_JMP | BPF_JA, 0, 0, UINT32_MAX },
		{ BPF_JMP | BPF_JEQ | BPF_K, UINT8_MAX, UINT8_MAX, 0 },
		{ BPF_LD | BPF_W | BPF_IND, 0, 0, 0 },
	};
	const struct seccomp_data d = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		const struct sock_filter p[] = { first[i], { BPF_RET | BPF_K, 0, 0, ALLOW } };

		assert_int_equal(bpf_run(p, ARRAY_SIZE(p), &d), BPF_BROKEN);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(engine_profile), T(engine_profile_exhaustively),
		T(ceiling_only_where_the_default_refuses), T(no_ceiling_at_number_zero),
		T(x32_needs_to_be_listed),
		T(native_is_implied), T(foreign_architecture), T(conditions), T(operators),
		T(actions_and_their_data), T(rules_equal_to_the_default), T(flags), T(refusals),
		T(names_for_features), T(known_archs_compile), T(broken_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
