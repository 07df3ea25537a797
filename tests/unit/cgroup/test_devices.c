/* SPDX-License-Identifier: Apache-2.0 */
/* The device program, run by an interpreter, against the rules taken literally. */
#include <stdlib.h>

#include "cgroup/devices/devices.h"
#include "os/bpf.h"
#include "tests/unit/test.h"

static struct arena arena;

/* Just what the generator emits; everything else fails the test. */
static uint64_t run(const struct bpf_insn *p, size_t n, const uint32_t ctx[3])
{
	uint64_t reg[11] = { 0 };
	size_t pc = 0;

	for (;;) {
		const struct bpf_insn *i;
		uint64_t src;
		bool jump;

		assert_true(pc < n);
		i = &p[pc++];
		src = i->code & BPF_X ? reg[i->src_reg] : (uint64_t)(int64_t)i->imm;
		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			assert_int_equal(i->src_reg, 1);
			reg[i->dst_reg] = ctx[i->off / 4];
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			reg[i->dst_reg] = (uint32_t)reg[i->dst_reg] & (uint32_t)i->imm;
			continue;
		case BPF_ALU | BPF_RSH | BPF_K:
			reg[i->dst_reg] = (uint32_t)reg[i->dst_reg] >> i->imm;
			continue;
		case BPF_ALU | BPF_MOV | BPF_K:
		case BPF_ALU | BPF_MOV | BPF_X:
			reg[i->dst_reg] = (uint32_t)src;
			continue;
		case BPF_ALU64 | BPF_MOV | BPF_K:
		case BPF_ALU64 | BPF_MOV | BPF_X:
			reg[i->dst_reg] = src;
			continue;
		case BPF_ALU64 | BPF_LSH | BPF_K:
			reg[i->dst_reg] <<= src;
			continue;
		case BPF_ALU64 | BPF_OR | BPF_X:
			reg[i->dst_reg] |= src;
			continue;
		case BPF_LD | BPF_DW | BPF_IMM:
			reg[i->dst_reg] = (uint32_t)i->imm | (uint64_t)(uint32_t)p[pc++].imm << 32;
			continue;
		case BPF_JMP | BPF_JNE | BPF_K:
		case BPF_JMP | BPF_JNE | BPF_X:
			jump = reg[i->dst_reg] != src;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			jump = reg[i->dst_reg] == src;
			break;
		case BPF_JMP | BPF_EXIT:
			return reg[0];
		default:
			fail_msg("instruction %02x", i->code);
			return 0;
		}
		assert_true(i->off >= 0);
		pc += jump ? (size_t)i->off : 0;
	}
}

/* Each access on its own, the last rule that names it wins, nothing is allowed by itself. */
static bool literally(const struct spec_resources *r, char type, uint32_t major, uint32_t minor,
		      uint8_t access)
{
	uint8_t granted = DEV_ACCESS_MKNOD; /* the defaults: any node may be made */

	for (uint8_t bit = 1; bit <= 4; bit = (uint8_t)(bit << 1)) {
		for (size_t i = 0; r && i < r->n_devices && bit != DEV_ACCESS_MKNOD; i++) {
			const struct spec_device_rule *d = &r->devices[i];

			if ((d->access & bit) && (d->type == 'a' || d->type == type) &&
			    (!d->major.set || d->major.v < 0 || d->major.v == major) &&
			    (!d->minor.set || d->minor.v < 0 || d->minor.v == minor))
				granted = (uint8_t)(d->allow ? granted | bit : granted & ~bit);
		}
	}
	return (access & ~granted) == 0;
}

static bool is_default(char type, uint32_t major, uint32_t minor)
{
	static const uint32_t list[][2] = { { 1, 3 }, { 1, 5 }, { 1, 7 }, { 1, 8 }, { 1, 9 }, { 5, 0 },
					    { 5, 2 }, { 10, 200 } };

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (type == 'c' && list[i][0] == major && list[i][1] == minor)
			return true;
	return type == 'c' && major == 136;
}

static void compile(const struct spec_resources *r, struct bpf_insn **p, size_t *n)
{
	struct cg_dev_rules rules;
	struct err e;

	err_init(&e);
	assert_int_equal(cg_dev_rules(r, &arena, &rules, &e), 0);
	assert_int_equal(cg_dev_program(&rules, &arena, p, n, &e), 0);
}

static bool asks(const struct bpf_insn *p, size_t n, char type, uint32_t major, uint32_t minor,
		 uint8_t access)
{
	uint32_t a = (access & DEV_ACCESS_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0) |
		     (access & DEV_ACCESS_READ ? BPF_DEVCG_ACC_READ : 0) |
		     (access & DEV_ACCESS_WRITE ? BPF_DEVCG_ACC_WRITE : 0);
	const uint32_t ctx[3] = { (a << 16) | (type == 'b' ? BPF_DEVCG_DEV_BLOCK
							   : BPF_DEVCG_DEV_CHAR),
				  major, minor };

	return run(p, n, ctx) == 1;
}

static void compare(const struct spec_resources *r)
{
	static const uint32_t numbers[] = { 0, 1, 3, 5, 7, 8, 136, 2147483647, 2147483648u,
					    4294967295u };
	struct bpf_insn *p;
	size_t n;

	compile(r, &p, &n);
	if (geteuid() == 0) { /* the kernel's verifier takes it */
		int prog = os_bpf_load_device(p, n);

		if (prog != -EPERM && prog != -ENOSYS)
			assert_true(prog >= 0);
		fd_close(prog);
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers) * ARRAY_SIZE(numbers); i++) {
		uint32_t major = numbers[i / ARRAY_SIZE(numbers)], minor = numbers[i % ARRAY_SIZE(numbers)];

		for (int t = 0; t < 2; t++)
			for (uint8_t a = 1; a < 8; a++) {
				char type = t ? 'b' : 'c';
				bool want = is_default(type, major, minor) ||
					    literally(r, type, major, minor, a);

				assert_int_equal(asks(p, n, type, major, minor, a), want);
			}
	}
}

#define N(v) { true, (v) }

/* GHSA-g54h-m393-cpwq: no list at all is no device at all, but for the defaults. */
static void ghsa_g54h_devices_default_deny(void **state)
{
	const struct spec_resources empty = { 0 };
	struct bpf_insn *p;
	size_t n;

	(void)state;
	compare(NULL);
	compare(&empty);
	compile(NULL, &p, &n);
	assert_false(asks(p, n, 'c', 1, 1, DEV_ACCESS_READ)); /* mem */
	assert_true(asks(p, n, 'c', 1, 1, DEV_ACCESS_MKNOD));
	assert_true(asks(p, n, 'c', 1, 5, DEV_ACCESS_READ | DEV_ACCESS_WRITE)); /* zero */
	assert_false(asks(p, n, 'b', 1, 5, DEV_ACCESS_READ));
	assert_false(asks(p, n, 'c', 5, 1, DEV_ACCESS_READ)); /* the host's console */
}

static void last_rule_wins_for_each_access(void **state)
{
	struct spec_device_rule d[] = {
		{ true, 'a', { 0 }, { 0 }, CG_DEV_RWM },
		{ false, 'c', N(8), N(1), DEV_ACCESS_WRITE },
		{ false, 'b', N(8), { 0 }, CG_DEV_RWM },
		{ true, 'b', N(8), N(3), DEV_ACCESS_READ },
	};
	const struct spec_resources r = { .devices = d, .n_devices = ARRAY_SIZE(d) };
	struct bpf_insn *p;
	size_t n;

	(void)state;
	compare(&r);
	compile(&r, &p, &n);
	assert_false(asks(p, n, 'c', 8, 1, DEV_ACCESS_READ | DEV_ACCESS_WRITE));
	assert_true(asks(p, n, 'c', 8, 1, DEV_ACCESS_READ));
	assert_true(asks(p, n, 'b', 8, 3, DEV_ACCESS_READ));
	assert_false(asks(p, n, 'b', 8, 3, DEV_ACCESS_WRITE));
}

static void random_rules(void **state)
{
	static const int64_t numbers[] = { -1, 0, 1, 3, 5, 8, 136, 2147483648ll, 4294967295ll };

	(void)state;
	srand(42);
	for (int round = 0; round < 300; round++) {
		struct spec_device_rule d[8];
		struct spec_resources r = { .devices = d, .n_devices = (size_t)rand() % 9 };

		for (size_t i = 0; i < r.n_devices; i++)
			d[i] = (struct spec_device_rule){
				.allow = rand() & 1, .type = "abc"[rand() % 3],
				.major = { rand() & 1, numbers[(size_t)rand() % ARRAY_SIZE(numbers)] },
				.minor = { rand() & 1, numbers[(size_t)rand() % ARRAY_SIZE(numbers)] },
				.access = (uint8_t)(1 + rand() % 7),
			};
		compare(&r);
	}
}

/* Everything of one type, and rules before it that nobody asks any more. */
static void unreachable_rules(void **state)
{
	struct spec_device_rule d[] = {
		{ true, 'c', N(8), N(1), CG_DEV_RWM },
		{ true, 'b', N(8), N(1), CG_DEV_RWM },
		{ false, 'c', { 0 }, { 0 }, CG_DEV_RWM },
		{ true, 'b', { 0 }, { 0 }, CG_DEV_RWM },
		{ true, 'b', { 0 }, { 0 }, CG_DEV_RWM },
		{ true, 'c', { 0 }, N(3), CG_DEV_RWM },
	};

	(void)state;
	for (size_t i = 0; i <= ARRAY_SIZE(d); i++) {
		const struct spec_resources r = { .devices = d, .n_devices = i };

		compare(&r);
	}
}

static void many_rules(void **state)
{
	size_t n = 2500;
	struct spec_device_rule *d = calloc(n, sizeof(*d));
	struct spec_resources r = { .devices = d, .n_devices = n };
	struct cg_dev_rules rules;
	struct err e;

	(void)state;
	assert_non_null(d);
	for (size_t i = 0; i < n; i++)
		d[i] = (struct spec_device_rule){ true, 'c', N(300), N((int64_t)i), CG_DEV_RWM };
	compare(&r);
	free(d);
	err_init(&e);
	rules = (struct cg_dev_rules){ .n = 100000 };
	assert_true(cg_dev_program(&rules, &arena, &(struct bpf_insn *){ 0 }, &n, &e) < 0);
}

static void bad_rules(void **state)
{
	struct spec_device_rule d = { true, 'c', N(1), N(4294967296ll), DEV_ACCESS_READ };
	struct spec_resources r = { .devices = &d, .n_devices = 1 };
	struct cg_dev_rules rules;
	char text[256];
	struct err e;

	(void)state;
	err_init(&e);
	assert_true(cg_dev_rules(&r, &arena, &rules, &e) < 0);
	d = (struct spec_device_rule){ true, 'c', N(1), N(1), 0 };
	err_init(&e);
	assert_true(cg_dev_rules(&r, &arena, &rules, &e) < 0);
	err_format(&e, text, sizeof(text));
	assert_string_equal(text, "device access at 0 field cannot be empty");
}

/* v1: what the kernel's list would hold. */
static const char *list_text(const struct spec_resources *r)
{
	static char text[1024];
	struct cg_dev_rules rules;
	struct cg_dev_list l;
	struct err e;

	err_init(&e);
	assert_int_equal(cg_dev_rules(r, &arena, &rules, &e), 0);
	/* The defaults are the same for all. */
	rules.n -= 11;
	if (cg_dev_list(&rules, &arena, &l, &e) < 0) {
		err_format(&e, text, sizeof(text));
		return text;
	}
	strcpy(text, l.default_allow ? "allow" : "deny");
	for (size_t i = 0; i < l.n; i++) {
		strcat(text, "|");
		cg_dev_text(&l.v[i], text + strlen(text), 64);
	}
	return text;
}

static void v1_lists(void **state)
{
	struct spec_device_rule d[] = {
		{ true, 'c', N(8), N(1), DEV_ACCESS_READ },
		{ true, 'c', N(8), N(1), DEV_ACCESS_WRITE },
		{ true, 'a', N(10), N(229), CG_DEV_RWM },
		{ false, 'c', N(8), N(1), DEV_ACCESS_WRITE },
	};
	struct spec_resources r = { .devices = d, .n_devices = 4 };

	(void)state;
	assert_string_equal(list_text(NULL), "deny");
	/* An 'a' with a number is that number, not everything. */
	assert_string_equal(list_text(&r), "deny|c 8:1 r|c 10:229 rwm|b 10:229 rwm");
	d[0] = (struct spec_device_rule){ true, 'a', { 0 }, { 0 }, CG_DEV_RWM };
	r.n_devices = 1;
	assert_string_equal(list_text(&r), "allow");
	d[1] = (struct spec_device_rule){ false, 'b', N(8), { 0 }, DEV_ACCESS_WRITE };
	r.n_devices = 2;
	assert_string_equal(list_text(&r), "allow|b 8:* w");
	/* A hole in a wildcard is ignored by the kernel without a word: refused. */
	d[0] = (struct spec_device_rule){ true, 'c', N(8), { 0 }, CG_DEV_RWM };
	d[1] = (struct spec_device_rule){ false, 'c', N(8), N(1), DEV_ACCESS_WRITE };
	assert_string_equal(list_text(&r),
			    "device rule \"c 8:1 w\" not supported by devices cgroupv1 "
			    "(cannot punch hole in existing wildcard rule \"c 8:* rwm\")");
	/* A wildcard takes all that it covers. */
	d[0] = (struct spec_device_rule){ true, 'c', N(8), N(1), CG_DEV_RWM };
	d[1] = (struct spec_device_rule){ false, 'c', N(8), { 0 }, CG_DEV_RWM };
	assert_string_equal(list_text(&r), "deny");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ghsa_g54h_devices_default_deny),
		cmocka_unit_test(last_rule_wins_for_each_access), cmocka_unit_test(random_rules),
		cmocka_unit_test(unreachable_rules), cmocka_unit_test(many_rules),
		cmocka_unit_test(bad_rules), cmocka_unit_test(v1_lists),
	};
	int r;

	arena_init(&arena);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_fini(&arena);
	return r;
}
