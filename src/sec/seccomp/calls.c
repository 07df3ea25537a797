/* SPDX-License-Identifier: Apache-2.0 */
#include "sec/seccomp/calls.h"

#include <errno.h>

#include "base/sort.h"
#include "sec/seccomp/multiplexed.h"

#define ARCH_64BIT 0x80000000u /* __AUDIT_ARCH_64BIT */
#define ARCH_N32 0x20000000u   /* __AUDIT_ARCH_CONVENTION_MIPS64_N32: 64-bit, with short pointers */

/* What is being collected, and from which rule. */
struct collector {
	struct arena *arena;
	struct calls *calls;
	const struct multiplexers *mux;
	uint64_t word; /* the bits of an argument that count */
	uint32_t action;
};

/* Room for one more in *v, which has n of size; for a usual profile at once. */
static int grow(struct arena *a, void *v, size_t n, size_t *room, size_t size)
{
	void **array = v, *bigger;

	if (n < *room)
		return 0;
	bigger = arena_room(a, (*room ? 2 * *room : 512) * size);
	if (!bigger)
		return -ENOMEM;
	if (n)
		memcpy(bigger, *array, n * size);
	*array = bigger;
	*room = *room ? 2 * *room : 512;
	return 0;
}

/* ---- one rule ---- */

static int add_condition(const struct collector *k, struct condition condition)
{
	struct calls *c = k->calls;
	int r;

	if (!condition.mask)
		return 0; /* always true */
	r = grow(k->arena, &c->conditions, c->n_conditions, &c->conditions_room, sizeof(*c->conditions));
	if (r < 0)
		return r;
	c->conditions[c->n_conditions++] = condition;
	c->rules[c->n_rules - 1].n++;
	return 0;
}

static int add_argument(const struct collector *k, const struct spec_seccomp_arg *arg)
{
	bool masked = arg->op == SCMP_CMP_MASKED_EQ;
	struct condition c = {
		.arg = arg->index,
		.op = masked ? SCMP_CMP_EQ : arg->op,
		.mask = (masked ? arg->value : UINT64_MAX) & k->word,
		.value = masked ? arg->value_two : arg->value,
	};

	c.value &= c.mask;
	return add_condition(k, c);
}

/* A selector, when there is one, takes the place of the conditions on argument 0. */
static int add_rule(const struct collector *k, uint32_t nr, uint32_t selector,
		    const struct spec_seccomp_arg *args, size_t n)
{
	struct calls *c = k->calls;
	int r = grow(k->arena, &c->rules, c->n_rules, &c->rules_room, sizeof(*c->rules));

	if (r < 0)
		return r;
	c->rules[c->n_rules] = (struct call_rule){ .nr = nr,
						   .action = k->action,
						   .first = (uint32_t)c->n_conditions };
	c->n_rules++;
	if (selector)
		r = add_condition(k, (struct condition){ .op = SCMP_CMP_EQ, .mask = k->word,
							 .value = selector });
	for (size_t i = 0; r == 0 && i < n; i++)
		if (!selector || args[i].index != 0)
			r = add_argument(k, &args[i]);
	return r;
}

/* ---- all rules ---- */

static int add_number(const struct collector *k, int number, const struct spec_seccomp_arg *args,
		      size_t n)
{
	struct multiplexed m;
	int r;

	if (number >= 0)
		return add_rule(k, (uint32_t)number, 0, args, n);
	if (number == __NR_SCMP_ERROR)
		return 0;
	if (!multiplexed_find(k->mux, number, &m))
		/* Not of this architecture: yet libseccomp refuses rules that contradict each
		 * other, unless there are multiplexers. */
		return k->mux->socketcall >= 0 ? 0 : add_rule(k, (uint32_t)number, 0, args, n);
	r = add_rule(k, m.nr, m.selector, args, n);
	if (r == 0 && m.direct >= 0)
		r = add_rule(k, (uint32_t)m.direct, 0, args, n);
	return r;
}

static int add_names(const struct collector *k, const struct spec_seccomp_rule *rule,
		     const int *numbers)
{
	bool apart = seccomp_shares_argument(rule);
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->names.n; i++) {
		if (!apart)
			r = add_number(k, numbers[i], rule->args, rule->n_args);
		for (size_t j = 0; apart && r == 0 && j < rule->n_args; j++)
			r = add_number(k, numbers[i], &rule->args[j], 1);
	}
	return r;
}

static int add_rules(const struct seccomp_build *b, struct collector *k, const int *numbers)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->spec->n_rules; i++) {
		const struct spec_seccomp_rule *rule = &b->spec->rules[i];

		k->action = seccomp_full_action(rule->action, rule->errno_ret);
		if (k->action != b->default_action)
			r = add_names(k, rule, numbers);
		numbers += rule->names.n;
	}
	return r;
}

/* ---- by number ---- */

/* By number, then in the order of adding, which is the place that a rule has until now. */
static int sort_rules(struct arena *a, struct calls *c)
{
	uint64_t *keys = arena_room(a, 2 * c->n_rules * sizeof(*keys));
	struct call_rule *sorted = arena_room(a, c->n_rules * sizeof(*sorted));

	if (!keys || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < c->n_rules; i++)
		keys[i] = (uint64_t)c->rules[i].nr << 32 | i;
	sort_u64(keys, c->n_rules, keys + c->n_rules);
	for (size_t i = 0; i < c->n_rules; i++)
		sorted[i] = c->rules[(uint32_t)keys[i]];
	c->rules = sorted;
	return 0;
}

static int make_groups(struct arena *a, struct calls *c)
{
	int r = sort_rules(a, c);

	c->groups = arena_room(a, (c->n_rules + 1) * sizeof(*c->groups));
	if (r < 0 || !c->groups)
		return -ENOMEM;
	for (size_t i = 0; i < c->n_rules; i++) {
		if (i == 0 || c->rules[i].nr != c->rules[i - 1].nr)
			c->groups[c->n_groups++] =
				(struct call_group){ .calls = c, .rules = &c->rules[i] };
		c->groups[c->n_groups - 1].n++;
	}
	return 0;
}

int calls_collect(const struct seccomp_build *b, const struct seccomp_arch *arch,
		  struct calls *ret, struct err *e)
{
	bool wide = arch->token & ARCH_64BIT && !(arch->token & ARCH_N32);
	struct multiplexers mux;
	struct collector k = { .arena = b->arena, .calls = ret, .mux = &mux, .word = wide ? UINT64_MAX : UINT32_MAX };
	int r;

	multiplexers_init(&mux, arch->token);
	r = add_rules(b, &k, arch->numbers);
	if (r == 0)
		r = make_groups(b->arena, ret);
	return r < 0 ? err_sys(e, -r, "seccomp filter") : 0;
}

/* ---- groups ---- */

const struct call_rule *call_group_unconditional(const struct call_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (!g->rules[i].n)
			return &g->rules[i];
	return NULL;
}

/* Has conditions other than "equal" or, alone, "not equal". */
static bool asks_more(const struct call_group *g, const struct call_rule *r)
{
	const struct condition *c = call_conditions(g, r);

	for (size_t i = 0; i < r->n; i++)
		if (c[i].op != SCMP_CMP_EQ && (c[i].op != SCMP_CMP_NE || r->n > 1))
			return true;
	return false;
}

/* Of conditions that ask for no order: never both true. */
static bool contradict(const struct condition *a, const struct condition *b)
{
	if (a->arg != b->arg || (a->op == SCMP_CMP_NE && b->op == SCMP_CMP_NE))
		return false;
	if (a->op != b->op)
		return a->mask == b->mask && a->value == b->value;
	return (a->value ^ b->value) & a->mask & b->mask;
}

static bool exclude_each_other(const struct call_group *g, const struct call_rule *x,
			       const struct call_rule *y)
{
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < y->n; k++)
			if (contradict(&call_conditions(g, x)[i], &call_conditions(g, y)[k]))
				return true;
	return false;
}

/* One asks for equal where the other asks for not equal. */
static bool oppose(const struct call_group *g, const struct call_rule *x,
		   const struct call_rule *y)
{
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < y->n; k++) {
			const struct condition *a = &call_conditions(g, x)[i];
			const struct condition *b = &call_conditions(g, y)[k];

			if (a->op != b->op && contradict(a, b))
				return true;
		}
	return false;
}

static bool pair_is_plain(const struct call_group *g, const struct call_rule *earlier,
			  const struct call_rule *later)
{
	bool differ = earlier->action != later->action;

	if (differ && !exclude_each_other(g, earlier, later))
		return false;
	if ((earlier->n == 1 && later->n == 1) || !oppose(g, earlier, later))
		return true;
	return differ && later->n == 1;
}

bool call_group_is_plain(const struct call_group *g)
{
	/* What follows an unconditional rule is not looked at; what precedes it may be refused. */
	for (size_t i = 0; g->n > 1 && i < g->n && g->rules[i].n; i++) {
		if (asks_more(g, &g->rules[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (!pair_is_plain(g, &g->rules[k], &g->rules[i]))
				return false;
	}
	return true;
}
