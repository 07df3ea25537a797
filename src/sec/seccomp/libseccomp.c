/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libseccomp's own generator. Each architecture is compiled alone and our prologue chooses among
 * them: it takes more than twice the time for three architectures in one filter than for three
 * filters.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "sec/seccomp/build.h"
#include "sec/seccomp_dispatch.h"

/* One architecture's program. */
struct part {
	struct sock_filter *filter;
	size_t n;
};

static void cleanup_filter(scmp_filter_ctx *ctx)
{
	if (*ctx)
		scmp.release(*ctx);
}

/* ---- rules ---- */

static struct scmp_arg_cmp comparison(const struct spec_seccomp_arg *arg)
{
	return (struct scmp_arg_cmp){ .arg = arg->index,
				      .op = (enum scmp_compare)arg->op,
				      .datum_a = arg->value,
				      .datum_b = arg->value_two };
}

static int add_rule(scmp_filter_ctx ctx, const struct spec_seccomp_rule *rule, uint32_t action,
		    int nr)
{
	struct scmp_arg_cmp cmp[SECCOMP_MAX_ARGS];
	int r = 0;

	if (!seccomp_shares_argument(rule)) {
		for (size_t i = 0; i < rule->n_args; i++)
			cmp[i] = comparison(&rule->args[i]);
		return scmp.rule_add_array(ctx, action, nr, (unsigned)rule->n_args, cmp);
	}
	for (size_t i = 0; r == 0 && i < rule->n_args; i++) {
		cmp[0] = comparison(&rule->args[i]);
		r = scmp.rule_add_array(ctx, action, nr, 1, cmp);
	}
	return r;
}

static int add_rules(const struct seccomp_build *b, scmp_filter_ctx ctx, struct err *e)
{
	const int *nr = b->archs[0].numbers;

	for (size_t i = 0; i < b->spec->n_rules; i++) {
		const struct spec_seccomp_rule *rule = &b->spec->rules[i];
		uint32_t action = seccomp_full_action(rule->action, rule->errno_ret);

		for (size_t j = 0; j < rule->names.n; j++, nr++) {
			int r;

			if (action == b->default_action || *nr == __NR_SCMP_ERROR)
				continue;
			r = add_rule(ctx, rule, action, *nr);
			if (r < 0)
				return err_sys(e, -r, "error adding seccomp filter rule for "
					       "syscall %s", rule->names.v[j]);
		}
	}
	return 0;
}

/* ---- filters ---- */

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

/* An empty filter for one architecture. */
static int open_filter(const struct seccomp_build *b, uint32_t arch, scmp_filter_ctx *ret,
		       struct err *e)
{
	uint32_t native = b->archs[0].token;
	int r = 0;

	*ret = scmp.init(b->default_action);
	if (!*ret)
		return err_make(e, ERR_UNSUPPORTED, EINVAL,
				"error creating seccomp filter: default action 0x%08x refused",
				b->default_action);
	if (arch != native)
		r = scmp.arch_add(*ret, arch);
	if (r == 0 && arch != native)
		r = scmp.arch_remove(*ret, SCMP_ARCH_NATIVE);
	if (r < 0)
		return err_sys(e, -r, "error adding architecture 0x%08x to seccomp filter", arch);
	return 0;
}

static int compile_arch(const struct seccomp_build *b, uint32_t arch, struct part *p,
			struct err *e)
{
	__attribute__((cleanup(cleanup_filter))) scmp_filter_ctx ctx = NULL;
	int r = open_filter(b, arch, &ctx, e);

	/* Not only for speed: without its tree, 2.5 may forget to load the number where the first
	 * rule is for a call that the architecture lacks. */
	if (r == 0 && scmp.attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0)
		log_debug("seccomp binary tree optimization not available");
	if (r == 0)
		r = add_rules(b, ctx, e);
	return r < 0 ? r : export_filter(ctx, p, e);
}

/* ---- the whole ---- */

/* The rows of the prologue, one a part; returns how many instructions the parts have together. */
static size_t plan_rows(const struct seccomp_build *b, const struct part *parts,
			struct dispatch_arch *rows)
{
	bool has_x32 = false;
	size_t at = 0;

	for (size_t i = 0; i < b->n_archs; i++)
		has_x32 |= b->archs[i].token == SCMP_ARCH_X32;
	for (size_t i = 0; i < b->n_archs; i++) {
		uint32_t arch = b->archs[i].token;
		struct dispatch_arch row = { .audit_arch = arch, .start = at };

		if (arch == SCMP_ARCH_X32) {
			row.audit_arch = SCMP_ARCH_X86_64;
			row.half = DISPATCH_X32;
		} else if (arch == SCMP_ARCH_X86_64 && has_x32) {
			row.half = DISPATCH_NO_X32;
		}
		row.multiplexed = arch == SCMP_ARCH_S390 || arch == SCMP_ARCH_S390X;
		if (b->ceiling)
			row.largest = b->archs[i].largest;
		rows[i] = row;
		at += parts[i].n;
	}
	return at;
}

static int assemble(const struct seccomp_build *b, const struct part *parts,
		    struct seccomp_program *ret, struct err *e)
{
	struct sock_filter prologue[DISPATCH_MAX_ONCE + SECCOMP_MAX_ARCHS * DISPATCH_MAX_ARCH];
	struct dispatch_arch rows[SECCOMP_MAX_ARCHS];
	size_t n_parts = plan_rows(b, parts, rows);
	size_t n = seccomp_dispatch_build(rows, b->n_archs, prologue);
	struct sock_filter *all;

	if (n + n_parts > BPF_MAXINSNS)
		return err_make(e, ERR_UNSUPPORTED, E2BIG,
				"the seccomp filter has %zu instructions, the kernel takes %d",
				n + n_parts, BPF_MAXINSNS);
	all = malloc((n + n_parts) * sizeof(*all));
	if (!all)
		return err_sys(e, ENOMEM, "seccomp filter");
	memcpy(all, prologue, n * sizeof(*all));
	for (size_t i = 0; i < b->n_archs; i++) {
		memcpy(all + n, parts[i].filter, parts[i].n * sizeof(*all));
		n += parts[i].n;
	}
	ret->filter = all;
	ret->n = (unsigned short)n;
	return 0;
}

int seccomp_scmp_generate(const struct seccomp_build *b, struct seccomp_program *ret,
			  struct err *e)
{
	struct part parts[SECCOMP_MAX_ARCHS] = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->n_archs; i++)
		r = compile_arch(b, b->archs[i].token, &parts[i], e);
	if (r == 0)
		r = assemble(b, parts, ret, e);
	for (size_t i = 0; i < b->n_archs; i++)
		free(parts[i].filter);
	return r;
}
