/* SPDX-License-Identifier: Apache-2.0 */
/* Our generator against libseccomp's: the same action for every number, argument and ABI. */
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "base/err.h"
#include "json/read.h"
#include "oci/fields.h"
#include "os/feature.h"
#include "sec/seccomp.h"
#include "tests/unit/child.h"
#include "sec/bpf_run.h"
#include "tests/unit/sec/profile.h"
#include "tests/unit/sec/random_profile.h"

#define N_PROFILES 4000
#define X32 0x40000000u

static const struct {
	uint32_t scmp, audit;
} archs[] = {
	{ SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 },
	{ SCMP_ARCH_X86, AUDIT_ARCH_I386 },
	{ SCMP_ARCH_X32, AUDIT_ARCH_X86_64 },
	{ SCMP_ARCH_ARM, AUDIT_ARCH_ARM },
	{ SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64 },
	{ SCMP_ARCH_MIPSEL, AUDIT_ARCH_MIPSEL },
	{ SCMP_ARCH_MIPSEL64, AUDIT_ARCH_MIPSEL64 },
	{ SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_MIPSEL64N32 },
	{ SCMP_ARCH_PPC64LE, AUDIT_ARCH_PPC64LE },
	{ SCMP_ARCH_RISCV64, AUDIT_ARCH_RISCV64 },
	{ SCMP_ARCH_S390X, AUDIT_ARCH_S390X }, /* in no profile: another byte order */
};

static struct arena arena;
static struct random rnd;
static struct seccomp_program ours, theirs;

/* ---- programs ---- */

static int compile(const struct spec_seccomp *s, const char *fallback,
		   struct seccomp_program *ret, struct err *e)
{
	int r;

	assert_int_equal(os_fallback_force(fallback), 0);
	r = seccomp_compile(s, ret, e);
	assert_int_equal(os_fallback_force(""), 0);
	return r;
}

static bool differ(const struct seccomp_data *d)
{
	uint32_t a = bpf_run(ours.filter, ours.n, d), b = bpf_run(theirs.filter, theirs.n, d);

	if (a == b && a != BPF_BROKEN)
		return false;
	print_message("architecture %x, number %x:", d->arch, (unsigned)d->nr);
	for (size_t i = 0; i < ARRAY_SIZE(d->args); i++)
		print_message(" %llx", (unsigned long long)d->args[i]);
	print_message(": ours says %x, libseccomp's %x\n", a, b);
	return true;
}

/* All arguments 0, then any. */
static bool number_differs(uint32_t arch, uint32_t nr, size_t vectors)
{
	struct seccomp_data d = { .arch = arch, .nr = (int)nr };

	for (size_t i = 0; i < vectors; i++) {
		if (differ(&d))
			return true;
		for (size_t k = 0; k < ARRAY_SIZE(d.args); k++)
			d.args[k] = random_value(&rnd);
	}
	return false;
}

static bool range_differs(uint32_t arch, uint32_t first, uint32_t n, size_t vectors)
{
	for (uint32_t i = 0; i < n; i++)
		if (number_differs(arch, first + i, vectors))
			return true;
	return false;
}

/* Around what the kernel and libseccomp treat apart: the bit of x32, negative numbers. */
static bool borders_differ(uint32_t arch)
{
	static const uint32_t borders[] = { 0, X32, 2 * X32, 3 * X32 };

	for (size_t i = 0; i < ARRAY_SIZE(borders); i++)
		if (range_differs(arch, borders[i] - 3, 6, 2))
			return true;
	return false;
}

/* ---- profiles ---- */

static void print_profile(const struct spec_seccomp *s)
{
	print_message("default %x errno %u:", s->default_action, s->default_errno_ret.v);
	for (size_t i = 0; i < s->architectures.n; i++)
		print_message(" %s", s->architectures.v[i]);
	for (size_t i = 0; i < s->n_rules; i++) {
		const struct spec_seccomp_rule *r = &s->rules[i];

		print_message("\n  %x errno %u:", r->action, r->errno_ret.v);
		for (size_t k = 0; k < r->names.n; k++)
			print_message(" %s", r->names.v[k]);
		for (size_t k = 0; k < r->n_args; k++)
			print_message(" [%u op %d %llx %llx]", r->args[k].index, r->args[k].op,
				      (unsigned long long)r->args[k].value,
				      (unsigned long long)r->args[k].value_two);
	}
	print_message("\n");
}

static bool profile_differs(const struct spec_seccomp *s, bool (*programs_differ)(void))
{
	struct err e;
	int r = compile(s, "", &ours, &e), their_r = compile(s, "seccomp_tree", &theirs, &e);
	bool bad = r != their_r || (r == 0 && programs_differ());

	if (r != their_r)
		print_message("ours gives %d, libseccomp's %d\n", r, their_r);
	if (bad)
		print_profile(s);
	return bad;
}

static void free_programs(void)
{
	seccomp_program_fini(&ours);
	seccomp_program_fini(&theirs);
}

/* The numbers of every name, and those next to them. */
static bool names_differ(void)
{
	static int numbers[ARRAY_SIZE(archs)][64];

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		for (size_t k = 0; random_names[k]; k++) {
			int *nr = &numbers[i][k];

			if (!*nr) /* the first time */
				*nr = seccomp_syscall_resolve_name_arch(archs[i].scmp,
									random_names[k]);
			if (*nr >= 0 &&
			    (number_differs(archs[i].audit, (uint32_t)*nr, 12) ||
			     range_differs(archs[i].audit, (uint32_t)*nr - 1, 3, 2)))
				return true;
		}
		if (borders_differ(archs[i].audit))
			return true;
	}
	/* What i386 has without a multiplexer, libseccomp does not tell. */
	return range_differs(AUDIT_ARCH_I386, 337, 70, 6);
}

/* In a child. *at is the profile that it is at. */
static void compare_profiles(void *arg)
{
	/* Of processor time; the others take a thousandth of it. */
	static const struct itimerval limit = { .it_value.tv_sec = 2 };

	for (uint64_t *at = arg; *at < N_PROFILES; ++*at) {
		struct spec_seccomp s;

		rnd.state = UINT64_C(88172645463325252) + *at * UINT64_C(0x9e3779b97f4a7c15);
		s = random_profile(&arena, &rnd);
		setitimer(ITIMER_VIRTUAL, &limit, NULL);
		child_check(!profile_differs(&s, names_differ));
		free_programs();
		arena_fini(&arena);
		arena_init(&arena);
	}
}

static void random_profiles(void **state)
{
	uint64_t *at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned endless = 0;

	(void)state;
	assert_true(at != MAP_FAILED);
	/* From some profiles libseccomp 2.5 never comes back. */
	for (*at = 0; *at < N_PROFILES; endless++) {
		int status = child_status(compare_profiles, at);

		if (status == 0)
			break;
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGVTALRM);
		++*at;
	}
	assert_int_equal(*at, N_PROFILES);
	assert_true(endless < 10);
	munmap(at, sizeof(*at));
}

/* Every number that any architecture has or may soon have. */
static bool any_number_differs(void)
{
	static const uint32_t bases[] = { 0, 4000, 5000, 6000, 0xf0000, X32 };

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(bases); k++)
			if (range_differs(archs[i].audit, bases[k], 700, 40))
				return true;
		if (borders_differ(archs[i].audit))
			return true;
	}
	return false;
}

static void engines_shape(void **state)
{
	struct spec_seccomp s = profile_engine(&arena);

	(void)state;
	rnd.state = 1;
	assert_false(profile_differs(&s, any_number_differs));
	/* It is the tree, not libseccomp again. */
	assert_true(ours.n < theirs.n / 2);
}

/* ---- podman's own ---- */

/* What podman makes of the file for a container with or without CAP_AUDIT_WRITE. */
#define TO_OCI                                                                                    \
	"jq -c --argjson w %s 'def on: (.includes.caps // []) as $i | (.excludes.caps // []) as $e |" \
	" (.includes.arches // []) as $a | (($i | length) == 0 or ($i == [\"CAP_AUDIT_WRITE\"]"   \
	" and $w)) and ($e != [\"CAP_AUDIT_WRITE\"] or ($w | not)) and (($a | length) == 0 or"    \
	" ($a | index(\"amd64\") != null)); {defaultAction, defaultErrnoRet, architectures:"      \
	" [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"], syscalls:"                \
	" [.syscalls[] | select(on) | {names, action, errnoRet, args} |"                          \
	" with_entries(select(.value != null and .value != []))]}"                                \
	" | with_entries(select(.value != null))' %s 2>/dev/null"
#define PODMAN_PROFILE "/usr/share/containers/seccomp.json"

static struct spec_seccomp podman_profile(const char *audit_write)
{
	char command[2000], *text = arena_alloc(&arena, 1 << 17);
	struct spec_seccomp s = { 0 };
	struct err e;
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command), TO_OCI, audit_write, PODMAN_PROFILE);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(text, 1, (1 << 17) - 1, f);
	if (pclose(f) != 0) {
		print_message("skipped: needs jq and " PODMAN_PROFILE "\n");
		skip();
	}
	assert_int_equal(json_read(fields_seccomp, &s, &arena, "podman", text, n, &e), 0);
	assert_true(s.n_rules > 10);
	return s;
}

static void podmans(void **state)
{
	static const char *const audit_write[] = { "true", "false" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(audit_write); i++) {
		struct spec_seccomp s = podman_profile(audit_write[i]);

		rnd.state = 1;
		assert_false(profile_differs(&s, any_number_differs));
		assert_true(ours.n < theirs.n / 2);
		free_programs();
	}
}

/* ---- in the kernel ---- */

#define N_CALLS 470

struct answers {
	const struct seccomp_program *program;
	int fd; /* where the errnos go */
};

/* The errno of some calls, by number. */
static void ask_kernel(void *arg)
{
	const struct answers *a = arg;
	short answer[N_CALLS];
	int listener;
	struct err e;

	child_check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	child_check(seccomp_program_load(a->program, &listener, &e) == 0);
	for (int nr = 0; nr < N_CALLS; nr++) {
		errno = 0;
		/* Where the kernel's own answer does no harm. */
		if (nr == SYS_socket || nr == SYS_personality || nr == SYS_mount ||
		    nr == SYS_bpf || nr == SYS_openat2 || nr > 450)
			syscall(nr, 16L, 3L, 9L, 0L, 0L, 0L);
		answer[nr] = (short)errno;
	}
	child_check(write(a->fd, answer, sizeof(answer)) == sizeof(answer));
}

static void same_in_the_kernel(void **state)
{
	struct spec_seccomp s = podman_profile("false");
	const struct seccomp_program *programs[] = { &ours, &theirs };
	short answers[2][N_CALLS];
	struct err e;

	(void)state;
	assert_int_equal(compile(&s, "", &ours, &e), 0);
	assert_int_equal(compile(&s, "seccomp_tree", &theirs, &e), 0);
	for (size_t i = 0; i < 2; i++) {
		int p[2];

		assert_int_equal(pipe(p), 0);
		child_run(ask_kernel, &(struct answers){ programs[i], p[1] });
		assert_int_equal(read(p[0], answers[i], sizeof(answers[i])), sizeof(answers[i]));
		close(p[0]);
		close(p[1]);
	}
	assert_memory_equal(answers[0], answers[1], sizeof(answers[0]));
	assert_int_equal(answers[0][SYS_socket], EINVAL);
	assert_int_equal(answers[0][SYS_bpf], EPERM);
	assert_int_equal(answers[0][460], ENOSYS);
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free_programs();
	arena_fini(&arena);
	return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(engines_shape),
		T(podmans),
		T(same_in_the_kernel),
		T(random_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
