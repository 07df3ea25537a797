/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile becomes BPF, by libseccomp, with the meaning that runc gives to it:
 * the native architecture is always in; a rule whose action is the default's is skipped, an
 * unknown name too; two conditions on one argument are two rules (either suffices).
 */
#include "sec/seccomp.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "os/library.h"
#include "os/seccomp_raw.h"
#include "sec/seccomp_dispatch.h"

#define MAX_ARCHS 32
/* As runc: below, libseccomp's binary tree gains nothing, and with no rules 2.5 gets it wrong. */
#define TREE_MIN_RULES 32
#define MAX_ARGS 6

#define SECCOMP_SONAME "libseccomp.so.2"
#define SECCOMP_FUNCTIONS(X)                                                                      \
	X(seccomp_, version) X(seccomp_, init) X(seccomp_, release)                               \
	X(seccomp_, arch_native) X(seccomp_, arch_resolve_name) X(seccomp_, arch_add)             \
	X(seccomp_, arch_remove) X(seccomp_, attr_set) X(seccomp_, syscall_resolve_name)          \
	X(seccomp_, syscall_resolve_name_arch) X(seccomp_, rule_add_array) X(seccomp_, export_bpf)

/* libseccomp: scmp.init is seccomp_init. */
static struct libseccomp {
	SECCOMP_FUNCTIONS(OS_LIBRARY_POINTER)
} scmp;

OS_LIBRARY_NOTE(seccomp_note, SECCOMP_SONAME, "seccomp", "linux.seccomp: system call filters");

static const char *const seccomp_names[] = { SECCOMP_FUNCTIONS(OS_LIBRARY_NAME) };
static struct os_library library = {
	.soname = SECCOMP_SONAME,
	.names = seccomp_names,
	.table = &scmp,
	.n = ARRAY_SIZE(seccomp_names),
};

/* One architecture's program. Each is compiled alone and ours chooses among them: libseccomp takes
 * more than twice the time for three architectures in one filter than for three filters. */
struct part {
	uint32_t arch; /* SCMP_ARCH_* */
	struct sock_filter *filter;
	size_t n;
};

struct build {
	const struct spec_seccomp *spec;
	uint32_t default_action;
	struct part parts[MAX_ARCHS]; /* native first, then the config's */
	size_t n_parts;
	bool tree, notify;
};

static void cleanup_build(struct build *b)
{
	for (size_t i = 0; i < b->n_parts; i++)
		free(b->parts[i].filter);
}

static void cleanup_filter(scmp_filter_ctx *ctx)
{
	if (*ctx)
		scmp.release(*ctx);
}

/* The action with its data; EPERM where an errno is asked for and none is given. */
static uint32_t full_action(uint32_t action, struct opt_u32 data)
{
	if (action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE)
		return action | ((data.set ? data.v : EPERM) & SECCOMP_RET_DATA);
	return action;
}

/* A tracer, like the kernel itself, knows what to do about a call newer than the profile. */
static bool lets_through(uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	return kind == SECCOMP_RET_ALLOW || kind == SECCOMP_RET_LOG || kind == SECCOMP_RET_TRACE;
}

/* "SCMP_ARCH_X86_64" -> "x86_64", which is the library's own word; 0 when it has none such. */
static uint32_t arch_token(const char *name)
{
	char word[32];
	size_t i;

	if (!str_starts(name, "SCMP_ARCH_"))
		return 0;
	name += strlen("SCMP_ARCH_");
	for (i = 0; name[i] && i < sizeof(word) - 1; i++)
		word[i] = (char)tolower((unsigned char)name[i]);
	word[i] = '\0';
	return name[i] ? 0 : scmp.arch_resolve_name(word);
}

static int find_archs(struct build *b, struct err *e)
{
	const struct strv *names = &b->spec->architectures;

	b->parts[b->n_parts++].arch = scmp.arch_native();
	for (size_t i = 0; i < names->n; i++) {
		uint32_t arch = arch_token(names->v[i]);
		size_t k = 0;

		if (!arch)
			return err_make(e, ERR_UNSUPPORTED, EINVAL,
					"error validating Seccomp architecture: "
					"%s is not known to libseccomp %s",
					names->v[i], seccomp_library_version());
		while (k < b->n_parts && b->parts[k].arch != arch)
			k++;
		if (k < b->n_parts)
			continue;
		if (b->n_parts == MAX_ARCHS)
			return err_make(e, ERR_CONFIG, E2BIG, "too many seccomp architectures");
		b->parts[b->n_parts++].arch = arch;
	}
	return 0;
}

/* True when two conditions look at the same argument, which one rule of the library cannot say. */
static bool shares_argument(const struct spec_seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

static int add_conditions(scmp_filter_ctx ctx, const struct spec_seccomp_rule *rule,
			  uint32_t action, int nr)
{
	struct scmp_arg_cmp cmp[MAX_ARGS];
	int r;

	if (!shares_argument(rule)) {
		for (size_t i = 0; i < rule->n_args; i++)
			cmp[i] = (struct scmp_arg_cmp){ .arg = rule->args[i].index,
							.op = (enum scmp_compare)rule->args[i].op,
							.datum_a = rule->args[i].value,
							.datum_b = rule->args[i].value_two };
		return scmp.rule_add_array(ctx, action, nr, (unsigned)rule->n_args, cmp);
	}
	for (size_t i = 0; i < rule->n_args; i++) {
		cmp[0] = (struct scmp_arg_cmp){ .arg = rule->args[i].index,
						.op = (enum scmp_compare)rule->args[i].op,
						.datum_a = rule->args[i].value,
						.datum_b = rule->args[i].value_two };
		r = scmp.rule_add_array(ctx, action, nr, 1, cmp);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_rule(const struct spec_seccomp_rule *rule, bool fail_unknown, struct err *e)
{
	for (size_t i = 0; i < rule->n_args; i++)
		if (rule->args[i].index >= MAX_ARGS)
			return err_make(e, ERR_CONFIG, EINVAL,
					"seccomp: argument index %u is above 5",
					rule->args[i].index);
	for (size_t i = 0; i < rule->names.n; i++) {
		if (str_empty(rule->names.v[i]))
			return err_make(e, ERR_CONFIG, EINVAL,
					"empty string is not a valid syscall");
		/* init writes the listener's descriptor to us: a blocked write would hang both. */
		if (rule->action == SECCOMP_RET_USER_NOTIF && str_eq(rule->names.v[i], "write"))
			return err_make(e, ERR_CONFIG, EINVAL,
					"SCMP_ACT_NOTIFY cannot be used for the write syscall");
		if (scmp.syscall_resolve_name(rule->names.v[i]) != __NR_SCMP_ERROR)
			continue;
		if (fail_unknown)
			return err_make(e, ERR_CONFIG, EINVAL, "unknown seccomp syscall \"%s\"",
					rule->names.v[i]);
		log_debug("unknown seccomp syscall \"%s\" ignored", rule->names.v[i]);
	}
	return 0;
}

static int check_rules(struct build *b, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < b->spec->n_rules; i++) {
		const struct spec_seccomp_rule *rule = &b->spec->rules[i];
		int r = check_rule(rule, b->spec->fail_unknown, e);

		if (r < 0)
			return r;
		n += rule->names.n;
		b->notify |= rule->action == SECCOMP_RET_USER_NOTIF && rule->names.n;
	}
	b->tree = n > TREE_MIN_RULES;
	return 0;
}

static int add_rule(const struct build *b, scmp_filter_ctx ctx,
		    const struct spec_seccomp_rule *rule, struct err *e)
{
	uint32_t action = full_action(rule->action, rule->errno_ret);

	if (action == b->default_action)
		return 0;
	for (size_t i = 0; i < rule->names.n; i++) {
		int r, nr = scmp.syscall_resolve_name(rule->names.v[i]);

		if (nr == __NR_SCMP_ERROR)
			continue;
		r = add_conditions(ctx, rule, action, nr);
		if (r < 0)
			return err_sys(e, -r, "error adding seccomp filter rule for syscall %s",
				       rule->names.v[i]);
	}
	return 0;
}

/* The largest number that the profile names for arch; 0 when there is none. */
static uint32_t largest_number(const struct spec_seccomp *s, uint32_t arch)
{
	int largest = 0;

	for (size_t i = 0; i < s->n_rules; i++)
		for (size_t k = 0; k < s->rules[i].names.n; k++) {
			int nr = scmp.syscall_resolve_name_arch(arch, s->rules[i].names.v[k]);

			/* Negative: the library's own numbers, for calls that arch lacks. */
			if (nr > largest)
				largest = nr;
		}
	return (uint32_t)largest;
}

/* libseccomp 2.6 could write to memory; a memfd serves 2.5 as well. */
static int export_filter(scmp_filter_ctx ctx, struct part *ret, struct err *e)
{
	auto_fd fd = memfd_create("seccomp", MFD_CLOEXEC);
	auto_free struct sock_filter *filter = NULL;
	struct stat st;
	int r;

	if (fd < 0)
		return err_sys(e, errno, "memfd_create for the seccomp filter");
	r = scmp.export_bpf(ctx, fd);
	if (r < 0)
		return err_sys(e, -r, "error exporting the seccomp filter");
	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, errno, "error reading the seccomp filter");
	filter = malloc((size_t)st.st_size + 1);
	if (!filter)
		return err_sys(e, ENOMEM, "error reading the seccomp filter");
	if (io_read_full(fd, filter, (size_t)st.st_size) != st.st_size ||
	    (size_t)st.st_size % sizeof(*filter) != 0)
		return err_sys(e, EIO, "error reading the seccomp filter");
	ret->n = (size_t)st.st_size / sizeof(*filter);
	ret->filter = TAKE_PTR(filter);
	return 0;
}

static int compile_part(const struct build *b, struct part *p, struct err *e)
{
	__attribute__((cleanup(cleanup_filter))) scmp_filter_ctx ctx =
		scmp.init(b->default_action);
	int r = 0;

	if (!ctx)
		return err_make(e, ERR_UNSUPPORTED, EINVAL,
				"error creating seccomp filter: default action 0x%08x refused",
				b->default_action);
	if (p->arch != scmp.arch_native())
		r = scmp.arch_add(ctx, p->arch);
	if (r == 0 && p->arch != scmp.arch_native())
		r = scmp.arch_remove(ctx, SCMP_ARCH_NATIVE);
	if (r < 0)
		return err_sys(e, -r, "error adding architecture 0x%08x to seccomp filter",
			       p->arch);
	if (b->tree && scmp.attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0)
		log_debug("seccomp binary tree optimization not available");
	for (size_t i = 0; r == 0 && i < b->spec->n_rules; i++)
		r = add_rule(b, ctx, &b->spec->rules[i], e);
	return r < 0 ? r : export_filter(ctx, p, e);
}

/* The rows of the prologue, one a part; returns how many instructions the parts have together. */
static size_t plan_rows(const struct build *b, struct dispatch_arch *rows)
{
	bool ceiling = !lets_through(b->default_action) &&
		       b->default_action != (SECCOMP_RET_ERRNO | ENOSYS);
	bool has_x32 = false;
	size_t at = 0;

	for (size_t i = 0; i < b->n_parts; i++)
		has_x32 |= b->parts[i].arch == SCMP_ARCH_X32;
	for (size_t i = 0; i < b->n_parts; i++) {
		uint32_t arch = b->parts[i].arch;
		struct dispatch_arch row = { .audit_arch = arch, .start = at };

		if (arch == SCMP_ARCH_X32) {
			row.audit_arch = SCMP_ARCH_X86_64;
			row.half = DISPATCH_X32;
		} else if (arch == SCMP_ARCH_X86_64 && has_x32) {
			row.half = DISPATCH_NO_X32;
		}
		row.multiplexed = arch == SCMP_ARCH_S390 || arch == SCMP_ARCH_S390X;
		if (ceiling)
			row.largest = largest_number(b->spec, arch);
		rows[i] = row;
		at += b->parts[i].n;
	}
	return at;
}

static int assemble(const struct build *b, struct seccomp_program *ret, struct err *e)
{
	struct sock_filter prologue[DISPATCH_MAX_ONCE + MAX_ARCHS * DISPATCH_MAX_ARCH];
	struct dispatch_arch rows[MAX_ARCHS];
	size_t n_parts = plan_rows(b, rows);
	size_t n = seccomp_dispatch_build(rows, b->n_parts, prologue);
	struct sock_filter *all;

	if (n + n_parts > BPF_MAXINSNS)
		return err_make(e, ERR_UNSUPPORTED, E2BIG,
				"the seccomp filter has %zu instructions, the kernel takes %d",
				n + n_parts, BPF_MAXINSNS);
	all = malloc((n + n_parts) * sizeof(*all));
	if (!all)
		return err_sys(e, ENOMEM, "seccomp filter");
	memcpy(all, prologue, n * sizeof(*all));
	for (size_t i = 0; i < b->n_parts; i++) {
		memcpy(all + n, b->parts[i].filter, b->parts[i].n * sizeof(*all));
		n += b->parts[i].n;
	}
	ret->filter = all;
	ret->n = (unsigned short)n;
	return 0;
}

/* TSYNC means nothing to a process of one thread. Without the key, runc gives SPEC_ALLOW. */
static int choose_flags(const struct spec_seccomp *s, bool notify, uint32_t *ret, struct err *e)
{
	uint32_t flags = s->flags & ~(uint32_t)SECCOMP_FILTER_FLAG_TSYNC;

	if (!s->has_flags) {
		flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
		*ret = os_seccomp_flags_known(flags) ? flags : 0;
		return 0;
	}
	if (!notify && flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) {
		log_debug("seccomp: WAIT_KILLABLE_RECV left out, as no rule notifies");
		flags &= ~(uint32_t)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	}
	if (!os_seccomp_flags_known(flags | (notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0)))
		return err_make(e, ERR_UNSUPPORTED, EINVAL,
				"linux.seccomp: this kernel does not take the flags 0x%x%s", flags,
				notify ? " with a listener" : "");
	*ret = flags;
	return 0;
}

int seccomp_compile(const struct spec_seccomp *s, struct seccomp_program *ret, struct err *e)
{
	__attribute__((cleanup(cleanup_build))) struct build b = { .spec = s };
	struct seccomp_program p = { 0 };
	int r;

	b.default_action = full_action(s->default_action, s->default_errno_ret);
	if (b.default_action == SECCOMP_RET_USER_NOTIF)
		return err_make(e, ERR_CONFIG, EINVAL,
				"SCMP_ACT_NOTIFY cannot be used as default action");
	r = os_library_load(&library, "linux.seccomp needs", e);
	if (r == 0)
		r = check_rules(&b, e);
	if (r == 0)
		r = choose_flags(s, b.notify, &p.flags, e);
	if (r == 0)
		log_debug("seccomp filter flags: %u",
			  p.flags | (b.notify ? (unsigned)SECCOMP_FILTER_FLAG_NEW_LISTENER : 0));
	if (r == 0)
		r = find_archs(&b, e);
	for (size_t i = 0; r == 0 && i < b.n_parts; i++)
		r = compile_part(&b, &b.parts[i], e);
	if (r == 0)
		r = assemble(&b, &p, e);
	if (r < 0)
		return r;
	p.notify = b.notify;
	*ret = p;
	return 0;
}

const char *seccomp_library_version(void)
{
	static char text[40];
	const struct scmp_version *v;
	struct err e;

	/* Absent, it is as good as not built in: seccomp_compile() says why. */
	if (os_library_load(&library, "the version needs", &e) < 0)
		return text;
	v = scmp.version();
	if (v)
		snprintf(text, sizeof(text), "%u.%u.%u", v->major, v->minor, v->micro);
	return text;
}
