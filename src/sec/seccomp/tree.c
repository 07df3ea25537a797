/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own generator: the architecture, then a binary search over the intervals of numbers that
 * have the same verdict, then the tests of the arguments.
 *
 *     ld arch; jeq ARCH1, tree1; jeq ARCH2, tree2; ret KILL
 *     tree: ld nr; jge START, right, left; ...
 *
 * The kernel runs a filter once for each number when it is loaded, to see which calls are always
 * allowed: a tree is not only quicker to walk than libseccomp's, it also loads in a fraction of
 * the time.
 */
#include <errno.h>
#include <linux/seccomp.h>

#include "base/cleanup.h"
#include "sec/seccomp/calls.h"
#include "sec/seccomp/emit.h"
#include "sec/seccomp/intervals.h"
#include "sec/seccomp_dispatch.h"

#define HALF(bits) ((uint32_t)(bits) << 30) /* of x86-64's numbers, by the bit of x32 and above */

static const struct verdict newer = { SECCOMP_RET_ERRNO | ENOSYS, NULL };
static const struct verdict killed = { SECCOMP_RET_KILL_THREAD, NULL };

struct generator {
	const struct seccomp_build *b;
	struct calls calls[SECCOMP_MAX_ARCHS];
	struct intervals intervals;
	struct emit *out;
};

/* ---- numbers ---- */

static struct verdict verdict_of(const struct call_group *g)
{
	const struct call_rule *rule = call_group_unconditional(g);

	return rule ? (struct verdict){ rule->action, NULL } : (struct verdict){ 0, g };
}

static bool has_ceiling(const struct generator *g, const struct seccomp_arch *arch)
{
	return g->b->ceiling && arch->largest;
}

/* The numbers that calls may have, beginning with base. */
static void plan_calls(struct generator *g, size_t arch, uint32_t base)
{
	const struct seccomp_arch *a = &g->b->archs[arch];
	const struct calls *calls = &g->calls[arch];
	const struct verdict otherwise = { g->b->default_action, NULL };
	/* s390's number 0 stands for calls that the kernel does not know. */
	bool stands_in = has_ceiling(g, a) &&
			 (a->token == SCMP_ARCH_S390 || a->token == SCMP_ARCH_S390X);

	intervals_from(&g->intervals, base, stands_in ? newer : otherwise);
	intervals_from(&g->intervals, base + 1, otherwise);
	for (size_t i = 0; i < calls->n_groups; i++) {
		const struct call_group *group = &calls->groups[i];
		uint32_t nr = group->rules->nr;

		if (nr >= CALLS_ABSENT || (has_ceiling(g, a) && nr > a->largest))
			break;
		if (nr == 0 && stands_in)
			continue;
		intervals_from(&g->intervals, nr, verdict_of(group));
		intervals_from(&g->intervals, nr + 1, otherwise);
	}
	if (has_ceiling(g, a))
		intervals_from(&g->intervals, a->largest + 1, newer);
}

static size_t find_arch(const struct seccomp_build *b, uint32_t token)
{
	size_t i = 0;

	while (i < b->n_archs && b->archs[i].token != token)
		i++;
	return i;
}

/*
 * The kernel has one architecture for x86-64 and x32, whose numbers have bit 30. What is not asked
 * for is killed, as libseccomp does. But -1 is no number: a tracer writes it to have no call made.
 */
static void plan_x86_64(struct generator *g)
{
	const struct seccomp_build *b = g->b;
	const struct verdict otherwise = { b->default_action, NULL };
	size_t wide = find_arch(b, SCMP_ARCH_X86_64), x32 = find_arch(b, SCMP_ARCH_X32);
	bool has_wide = wide < b->n_archs, has_x32 = x32 < b->n_archs;
	bool wide_ends = has_wide && has_ceiling(g, &b->archs[wide]);
	bool x32_ends = has_x32 && has_ceiling(g, &b->archs[x32]);

	if (has_wide)
		plan_calls(g, wide, HALF(0));
	else
		intervals_from(&g->intervals, HALF(0), killed);
	if (has_x32)
		plan_calls(g, x32, HALF(1));
	else
		intervals_from(&g->intervals, HALF(1), killed);
	intervals_from(&g->intervals, HALF(2), wide_ends ? newer : killed);
	intervals_from(&g->intervals, HALF(3), !has_x32 ? killed : x32_ends ? newer : otherwise);
	if (!has_x32)
		intervals_from(&g->intervals, UINT32_MAX, otherwise);
}

/* ---- arguments ---- */

static const struct {
	uint16_t jump;
	bool negated;
} operators[] = {
	[SCMP_CMP_EQ] = { BPF_JEQ, false }, [SCMP_CMP_NE] = { BPF_JEQ, true },
	[SCMP_CMP_GT] = { BPF_JGT, false }, [SCMP_CMP_LE] = { BPF_JGT, true },
	[SCMP_CMP_GE] = { BPF_JGE, false }, [SCMP_CMP_LT] = { BPF_JGE, true },
};

#define BIG_ENDIAN_HOST (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static size_t word_offset(uint32_t arg, bool high)
{
	return offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t) +
	       (high != BIG_ENDIAN_HOST ? sizeof(uint32_t) : 0);
}

/* Loads the word in front of the test that was emitted last. */
static emit_label load_word(struct emit *out, const struct condition *c, bool high)
{
	uint32_t mask = (uint32_t)(c->mask >> (high ? 32 : 0));

	if (mask != UINT32_MAX)
		emit_and(out, mask);
	return emit_load(out, word_offset(c->arg, high));
}

static emit_label emit_condition(struct emit *out, const struct condition *c, emit_label holds,
				 emit_label fails)
{
	uint16_t jump = operators[c->op].jump;
	emit_label yes = operators[c->op].negated ? fails : holds;
	emit_label no = operators[c->op].negated ? holds : fails;
	uint32_t high_mask = (uint32_t)(c->mask >> 32), high = (uint32_t)(c->value >> 32);
	emit_label equal = yes; /* what follows when the upper halves are equal */

	if ((uint32_t)c->mask) {
		emit_jump(out, jump, (uint32_t)c->value, yes, no);
		equal = load_word(out, c, false);
	}
	if (!high_mask)
		return equal;
	emit_jump(out, BPF_JEQ, high, equal, no);
	if (jump != BPF_JEQ)
		emit_jump(out, BPF_JGT, high, yes, out->n);
	return load_word(out, c, true);
}

/* The rules one after the other: the first whose conditions all hold. */
static emit_label emit_group(struct emit *out, const struct call_group *g, uint32_t otherwise)
{
	emit_label next = emit_return(out, otherwise);

	for (size_t i = g->n; i > 0; i--) {
		const struct call_rule *rule = &g->rules[i - 1];
		emit_label holds = emit_return(out, rule->action);

		for (size_t k = rule->n; k > 0; k--)
			holds = emit_condition(out, &call_conditions(g, rule)[k - 1], holds, next);
		next = holds;
	}
	return next;
}

/* ---- the tree ---- */

static emit_label emit_verdict(struct generator *g, const struct verdict *v)
{
	if (!v->group)
		return emit_return(g->out, v->action);
	return emit_group(g->out, v->group, g->b->default_action);
}

/* For the intervals first to end, the number being loaded. */
static emit_label emit_search(struct generator *g, size_t first, size_t end)
{
	const struct interval *v = g->intervals.v;
	size_t middle = first + (end - first) / 2;
	emit_label left, right;

	if (end - first == 1)
		return emit_verdict(g, &v[first].verdict);
	right = emit_search(g, middle, end);
	left = emit_search(g, first, middle);
	return emit_jump(g->out, BPF_JGE, v[middle].start, right, left);
}

static emit_label emit_arch(struct generator *g, size_t arch)
{
	emit_label tree;

	g->intervals.n = 0;
	if (g->b->archs[arch].token == SCMP_ARCH_X86_64 ||
	    g->b->archs[arch].token == SCMP_ARCH_X32)
		plan_x86_64(g);
	else
		plan_calls(g, arch, 0);
	if (g->intervals.failed)
		return g->out->n;
	tree = emit_search(g, 0, g->intervals.n);
	if (g->intervals.n == 1)
		return tree; /* a return, perhaps another tree's */
	return emit_load(g->out, offsetof(struct seccomp_data, nr));
}

static uint32_t audit_arch(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token;
}

/* True when an earlier one has the same tree. */
static bool is_second(const struct seccomp_build *b, size_t arch)
{
	for (size_t i = 0; i < arch; i++)
		if (audit_arch(b->archs[i].token) == audit_arch(b->archs[arch].token))
			return true;
	return false;
}

static void emit_all(struct generator *g)
{
	emit_label trees[SECCOMP_MAX_ARCHS] = { 0 }, next;

	for (size_t i = g->b->n_archs; i > 0; i--)
		if (!is_second(g->b, i - 1))
			trees[i - 1] = emit_arch(g, i - 1);
	next = emit_return(g->out, killed.action);
	for (size_t i = g->b->n_archs; i > 0; i--)
		if (trees[i - 1])
			next = emit_jump(g->out, BPF_JEQ, audit_arch(g->b->archs[i - 1].token),
					 trees[i - 1], next);
	emit_load(g->out, offsetof(struct seccomp_data, arch));
}

static int finish(const struct generator *g, struct seccomp_program *ret, struct err *e)
{
	const struct emit *out = g->out;
	struct sock_filter *filter;

	if (out->overflow)
		return err_make(e, ERR_UNSUPPORTED, E2BIG,
				"the seccomp filter has more instructions than the kernel takes, %d",
				BPF_MAXINSNS);
	filter = g->intervals.failed ? NULL : malloc(out->n * sizeof(*filter));
	if (!filter)
		return err_sys(e, ENOMEM, "seccomp filter");
	memcpy(filter, out->buf + ARRAY_SIZE(out->buf) - out->n, out->n * sizeof(*filter));
	ret->filter = filter;
	ret->n = (unsigned short)out->n;
	return 0;
}

static bool all_plain(const struct generator *g)
{
	for (size_t i = 0; i < g->b->n_archs; i++)
		for (size_t k = 0; k < g->calls[i].n_groups; k++)
			if (!call_group_is_plain(&g->calls[i].groups[k]))
				return false;
	return true;
}

static int generate(struct generator *g, struct seccomp_program *ret, struct err *e)
{
	g->out = arena_room(g->b->arena, sizeof(*g->out));
	if (!g->out)
		return err_sys(e, ENOMEM, "seccomp filter");
	emit_init(g->out);
	emit_all(g);
	return finish(g, ret, e);
}

int seccomp_tree_generate(const struct seccomp_build *b, struct seccomp_program *ret,
			  struct err *e)
{
	struct generator g = { .b = b, .intervals = { .arena = b->arena } };
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->n_archs; i++)
		r = calls_collect(b, &b->archs[i], &g.calls[i], e);
	if (r == 0 && all_plain(&g))
		r = generate(&g, ret, e);
	else if (r == 0)
		r = seccomp_scmp_generate(b, ret, e);
	return r;
}
