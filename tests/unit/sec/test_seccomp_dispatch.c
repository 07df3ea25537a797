/* SPDX-License-Identifier: Apache-2.0 */
/* The prologue alone, and the whole program against one that libseccomp makes in one piece. */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "sec/seccomp.h"
#include "sec/seccomp_dispatch.h"
#include "sec/bpf_run.h"
#include "tests/unit/sec/profile.h"
#include "tests/unit/test.h"

#define ENOSYS_ACTION (SECCOMP_RET_ERRNO | ENOSYS)
#define N_ROWS 5
/* What the stand-ins for the programs answer. */
#define PART(i) (SECCOMP_RET_TRACE | (uint32_t)(i))

static const struct dispatch_arch rows[N_ROWS] = {
	{ AUDIT_ARCH_X86_64, DISPATCH_NO_X32, 450, false, 0 },
	{ AUDIT_ARCH_I386, DISPATCH_ALL, 440, false, 1 },
	{ AUDIT_ARCH_X86_64, DISPATCH_X32, X32_BIT | 540, false, 2 },
	{ AUDIT_ARCH_S390X, DISPATCH_ALL, 430, true, 3 },
	{ AUDIT_ARCH_AARCH64, DISPATCH_ALL, 0, false, 4 },
};

static void rows_lead_to_their_parts(void **state)
{
	static const struct {
		uint32_t arch, nr, want;
	} cases[] = {
		{ AUDIT_ARCH_X86_64, 0, PART(0) },
		{ AUDIT_ARCH_X86_64, 450, PART(0) },
		{ AUDIT_ARCH_X86_64, 451, ENOSYS_ACTION },
		{ AUDIT_ARCH_X86_64, X32_BIT, PART(2) },
		{ AUDIT_ARCH_X86_64, X32_BIT | 540, PART(2) },
		{ AUDIT_ARCH_X86_64, X32_BIT | 541, ENOSYS_ACTION },
		{ AUDIT_ARCH_X86_64, UINT32_MAX, ENOSYS_ACTION },
		{ AUDIT_ARCH_I386, 440, PART(1) },
		{ AUDIT_ARCH_I386, 441, ENOSYS_ACTION },
		{ AUDIT_ARCH_S390X, 0, ENOSYS_ACTION }, /* the multiplexer */
		{ AUDIT_ARCH_S390X, 1, PART(3) },
		{ AUDIT_ARCH_S390X, 431, ENOSYS_ACTION },
		{ AUDIT_ARCH_AARCH64, 0, PART(4) },
		{ AUDIT_ARCH_AARCH64, 99999, PART(4) }, /* no ceiling */
		{ AUDIT_ARCH_S390, 1, SECCOMP_RET_KILL_THREAD },
	};
	struct sock_filter prog[DISPATCH_MAX_ONCE + N_ROWS * DISPATCH_MAX_ARCH + N_ROWS];
	size_t n = seccomp_dispatch_build(rows, N_ROWS, prog);

	(void)state;
	assert_true(n <= DISPATCH_MAX_ONCE + N_ROWS * DISPATCH_MAX_ARCH);
	for (uint32_t i = 0; i < N_ROWS; i++)
		prog[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, PART(i));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct seccomp_data d = { .nr = (int)cases[i].nr, .arch = cases[i].arch };

		assert_int_equal(bpf_run(prog, n, &d), cases[i].want);
	}
}

/* x86-64 without x32: its numbers are the program's to refuse, and not "newer". */
static void x32_goes_to_the_program(void **state)
{
	static const struct dispatch_arch row = { AUDIT_ARCH_X86_64, DISPATCH_ALL, 450, false, 0 };
	struct sock_filter prog[DISPATCH_MAX_ONCE + DISPATCH_MAX_ARCH + 1];
	size_t n = seccomp_dispatch_build(&row, 1, prog);
	struct seccomp_data d = { .nr = X32_BIT | 5, .arch = AUDIT_ARCH_X86_64 };

	(void)state;
	prog[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, PART(0));
	assert_int_equal(bpf_run(prog, n, &d), PART(0));
	d.nr = 451;
	assert_int_equal(bpf_run(prog, n, &d), ENOSYS_ACTION);
}

/* The same profile in one libseccomp filter. */
static size_t reference(const struct spec_seccomp *s, struct sock_filter *out, size_t room)
{
	scmp_filter_ctx ctx = seccomp_init(ENOSYS_ACTION);
	int fd = memfd_create("reference", MFD_CLOEXEC);
	ssize_t n;

	assert_non_null(ctx);
	assert_int_equal(seccomp_arch_add(ctx, SCMP_ARCH_X86), 0);
	assert_int_equal(seccomp_arch_add(ctx, SCMP_ARCH_X32), 0);
	for (size_t i = 0; i < s->n_rules; i++)
		for (size_t k = 0; k < s->rules[i].names.n; k++) {
			const struct spec_seccomp_rule *r = &s->rules[i];
			int nr = seccomp_syscall_resolve_name(r->names.v[k]);
			struct scmp_arg_cmp cmp = { .op = SCMP_CMP_EQ };

			if (nr == __NR_SCMP_ERROR || r->action != SECCOMP_RET_ALLOW)
				continue;
			if (r->n_args)
				cmp = (struct scmp_arg_cmp){ r->args->index, r->args->op,
							     r->args->value, r->args->value_two };
			assert_int_equal(seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr,
								(unsigned)r->n_args, &cmp), 0);
		}
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	n = io_read_full(fd, out, room * sizeof(*out));
	assert_true(n > 0);
	close(fd);
	seccomp_release(ctx);
	return (size_t)n / sizeof(*out);
}

static void same_as_in_one_piece(void **state)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_ARM };
	static const uint64_t args[] = { 0, 8, 0x20000, 0x10000000, 0x7e020000, UINT64_MAX };
	static struct sock_filter one[BPF_MAXINSNS];
	struct seccomp_program p;
	struct arena arena;
	struct err e;
	size_t n;

	(void)state;
	arena_init(&arena);
	struct spec_seccomp s = profile_engine(&arena);

	/* No ceiling then: the answers must be the same everywhere. */
	s.default_errno_ret = OPT_U32(ENOSYS);
	assert_int_equal(seccomp_compile(&s, &p, &e), 0);
	n = reference(&s, one, BPF_MAXINSNS);
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		for (uint32_t nr = 0; nr < 2048; nr++)
			for (size_t k = 0; k < ARRAY_SIZE(args); k++) {
				struct seccomp_data d = { .arch = archs[i], .args = { args[k] } };

				d.nr = (int)((nr & 1023) | (nr & 1024 ? X32_BIT : 0));
				assert_int_equal(bpf_run(p.filter, p.n, &d), bpf_run(one, n, &d));
				d.nr = (int)(UINT32_MAX - nr);
				assert_int_equal(bpf_run(p.filter, p.n, &d), bpf_run(one, n, &d));
			}
	seccomp_program_fini(&p);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_lead_to_their_parts),
		cmocka_unit_test(x32_goes_to_the_program),
		cmocka_unit_test(same_as_in_one_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
