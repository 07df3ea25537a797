/* SPDX-License-Identifier: Apache-2.0 */
/* Properties on their way to the agent and back into a list. */
#include <math.h>
#include <stdlib.h>

#include "cgroup/systemd/props_wire.h"
#include "tests/unit/test.h"

static struct arena arena;
static struct str bytes;
static struct err err;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	str_init(&bytes);
	err_init(&err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	str_fini(&bytes);
	return 0;
}

static void add_text(struct sd_props *p, const char *text)
{
	const struct sd_value *v = NULL;

	if (sd_value_parse(&arena, text, &v, &err) < 0)
		fail_msg("%s", text);
	sd_add(p, "Name", v);
}

static bool get(const char *from, size_t len, struct sd_props *p)
{
	struct wire_in in = { .at = from, .end = from + len };

	sd_props_get(&in, &arena, p);
	assert_false(p->failed);
	return wire_done(&in);
}

static void round_trip(const struct sd_props *p, struct sd_props *back)
{
	sd_props_put(&bytes, p);
	assert_false(bytes.failed);
	assert_true(get(bytes.s, bytes.len, back));
	assert_int_equal(back->n, p->n);
}

static void every_type_comes_back(void **state)
{
	static const char *const texts[] = {
		"byte 1", "int16 -2", "uint16 3", "-4", "uint32 5", "int64 -6", "uint64 18446744073709551615",
		"true", "false", "'s'", "objectpath '/o'", "signature 'a(ss)'", "@as []", "@a(ss) []",
		"[('a', 'b'), ('c', 'd')]", "{'k': <1>}", "@a{sv} {}", "<[byte 1, 2]>", "<<@as []>>",
		"@(s(ti)) ('x', (1, 2))", "[[@as [], ['x']]]", "b'\\001\\377'",
	};
	struct sd_props p, back;
	struct str want, have;

	(void)state;
	sd_props_init(&p, &arena);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		add_text(&p, texts[i]);
	sd_add_pid(&p, "PIDs", 4294967295U);
	assert_int_equal(sd_add_bits(&p, "AllowedCPUs", "0-65535", &err), 0);
	round_trip(&p, &back);
	str_init(&want);
	str_init(&have);
	sd_props_text(&p, &want);
	sd_props_text(&back, &have);
	assert_string_equal(str_text(&have), str_text(&want));
	for (size_t i = 0; i < p.n; i++)
		assert_string_equal(back.v[i].value->sig, p.v[i].value->sig);
	str_fini(&want);
	str_fini(&have);
}

static void strings_stay_as_they_are(void **state)
{
	static const char *const texts[] = {
		"", "'", "\"", "\\", "\\'", "a\nB=uint64 1\n", "\t\r\v\f\b\a\x01\x7f", "\xff\xfe", "\xc3\xa4 \xe2\x82\xac",
	};
	struct sd_props p, back;

	(void)state;
	sd_props_init(&p, &arena);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		sd_add_str(&p, texts[i], texts[i]);
	round_trip(&p, &back);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_string_equal(back.v[i].name, texts[i]);
		assert_string_equal(back.v[i].value->s, texts[i]);
	}
}

/* Bit for bit: as text the first would be 0. */
static void doubles_stay_as_they_are(void **state)
{
	const double numbers[] = { 1e-9, 0.1, -0.0, 1e300, INFINITY, NAN };
	struct sd_props p, back;

	(void)state;
	sd_props_init(&p, &arena);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct sd_value *v = sd_value_new(&arena, 'd', "d", 0);

		assert_non_null(v);
		v->d = numbers[i];
		sd_add(&p, "Name", v);
	}
	round_trip(&p, &back);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_memory_equal(&back.v[i].value->d, &numbers[i], sizeof(double));
}

/* Cut anywhere, and each byte another: refused or read, never beyond the end (sanitizers look). */
static void damage_is_noticed(void **state)
{
	struct sd_props p, back;

	(void)state;
	sd_props_init(&p, &arena);
	add_text(&p, "[('a', <{'k': <1>}>)]");
	sd_add_str(&p, "Name", "text");
	sd_props_put(&bytes, &p);
	for (size_t len = 0; len < bytes.len; len++) {
		char *cut = malloc(len + 1);

		memcpy(cut, bytes.s, len);
		assert_false(get(cut, len, &back));
		free(cut);
	}
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.s[i] ^= 0x55;
		get(bytes.s, bytes.len, &back);
		bytes.s[i] ^= 0x55;
	}
	assert_true(get(bytes.s, bytes.len, &back));
}

/* One property: a number, or a container of n, of which so many bytes are there. */
static bool made_up(const char *sig, char type, uint32_t n, size_t items)
{
	struct sd_props back;
	struct str s;
	bool taken;

	str_init(&s);
	wire_put_u32(&s, 1);
	wire_put_text(&s, "Name");
	wire_put_u32(&s, (unsigned char)type);
	wire_put_text(&s, sig);
	wire_put_u32(&s, n);
	if (!strchr("aerv", type))
		wire_put_u32(&s, 0);
	for (size_t i = 0; i < items; i++) {
		wire_put_u32(&s, 'y');
		wire_put_text(&s, "y");
		wire_put_u64(&s, 1);
	}
	taken = get(s.s, s.len, &back);
	str_fini(&s);
	return taken;
}

static void what_nobody_writes_is_refused(void **state)
{
	(void)state;
	assert_true(made_up("u", 'u', 0, 0));
	assert_false(made_up("s", 'u', 0, 0));
	assert_false(made_up("uu", 'u', 0, 0));
	assert_false(made_up("h", 'h', 0, 0));
	assert_true(made_up("v", 'v', 1, 1));
	assert_false(made_up("ay", 'v', 1, 1));
	assert_false(made_up("v", 'v', 0, 0));
	assert_false(made_up("v", 'v', 2, 2));
	assert_true(made_up("ay", 'a', 2, 2));
	assert_false(made_up("ay", 'a', 4294967295U, 2));
	assert_false(made_up("a", 'a', 0, 0));
	assert_false(made_up("{yy}", 'e', 1, 1));
	assert_false(made_up("(yy)", 'a', 2, 2));
}

#define fresh(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(every_type_comes_back), fresh(strings_stay_as_they_are),
		fresh(doubles_stay_as_they_are), fresh(damage_is_noticed),
		fresh(what_nobody_writes_is_refused),
	};

	return cmocka_run_group_tests_name("cgroup/systemd/wire", tests, NULL, NULL);
}
