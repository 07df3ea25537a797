/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>

#include "base/util.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "tests/unit/test.h"

struct values {
	bool flag, other;
	int tri;
	const char *text, *raw;
	unsigned count;
	const char *const *list, *const *numbers;
};

#define V(kind, field, name, alias) OPT(kind, struct values, field, name, alias, "")
static const struct opt table[] = {
	V(OPT_BOOL, flag, "flag", "f"),
	V(OPT_BOOL, other, "other-flag", NULL),
	V(OPT_TRISTATE, tri, "tri", NULL),
	V(OPT_STRING, text, "text", "t"),
	V(OPT_RAW, raw, "raw", NULL),
	V(OPT_COUNT, count, "count", NULL),
	V(OPT_STRINGS, list, "list", "l"),
	V(OPT_NUMBERS, numbers, "number", "n"),
	{ .name = "old", .kind = OPT_IGNORED },
	OPT_END
};

#define WORDS_MAX 12

/* One command line, and how it reads: see render(). */
struct row {
	const char *words[WORDS_MAX];
	const char *reads;
};

static size_t render_list(char *out, size_t room, const char *name, const char *const *list)
{
	size_t len = 0;

	for (; list && *list; list++)
		len += (size_t)snprintf(out + len, room - len, "%s=%s ", name, *list);
	return len;
}

static void render(char *out, size_t room, const struct values *v, char **args, size_t n, bool help)
{
	size_t len = 0;

	len += (size_t)snprintf(out, room, "%s%s%s", v->flag ? "flag " : "", v->other ? "other " : "",
				help ? "help " : "");
	if (v->tri != -1)
		len += (size_t)snprintf(out + len, room - len, "tri=%d ", v->tri);
	if (v->text)
		len += (size_t)snprintf(out + len, room - len, "text=%s ", v->text);
	if (v->raw)
		len += (size_t)snprintf(out + len, room - len, "raw=%s ", v->raw);
	if (v->count)
		len += (size_t)snprintf(out + len, room - len, "count=%u ", v->count);
	len += render_list(out + len, room - len, "l", v->list);
	len += render_list(out + len, room - len, "n", v->numbers);
	len += (size_t)snprintf(out + len, room - len, "|");
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, room - len, " %s", args[i]);
	assert_null(args[n]);
}

static void check(const struct row *row, bool leading)
{
	struct values v = { .tri = -1 };
	char copies[WORDS_MAX][64], *args[WORDS_MAX + 1] = { NULL };
	char got[512];
	bool help = false;
	struct err e;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < WORDS_MAX && row->words[i]; i++) {
		snprintf(copies[i], sizeof(copies[i]), "%s", row->words[i]);
		args[i] = copies[i];
	}
	err_init(&e);
	if (leading) {
		size_t first = 0;

		r = opts_parse_leading(table, &v, args, &help, &first, &e);
		if (r == 0) {
			while (args[first + n])
				n++;
			render(got, sizeof(got), &v, args + first, n, help);
		}
	} else {
		r = opts_parse(table, &v, args, &help, &n, &e);
		if (r == 0)
			render(got, sizeof(got), &v, args, n, help);
	}
	assert_int_equal(r < 0, err_is_set(&e));
	if (r < 0)
		err_format(&e, got, sizeof(got));
	assert_string_equal(got, row->reads);
	opts_fini(table, &v);
	assert_null(v.list);
}

static void every_shape_of_a_flag(void **state)
{
	static const struct row rows[] = {
		{ { NULL }, "|" },
		{ { "a", "b" }, "| a b" },
		{ { "--flag" }, "flag |" },
		{ { "-flag" }, "flag |" },
		{ { "-f", "a" }, "flag | a" },
		{ { "a", "--flag" }, "flag | a" },
		{ { "-other-flag", "--text", "x", "a" }, "other text=x | a" },
		{ { "--text=x=y" }, "text=x=y |" },
		{ { "-text", "x", "-t", "y" }, "text=y |" },
		{ { "-t", "x", "-t=y" }, "text=y |" },
		{ { "--text=" }, "|" },
		{ { "--raw=" }, "raw= |" },
		{ { "--text", "--flag", "a" }, "text=--flag | a" },
		{ { "--text", "-", "a" }, "text=- | a" },
		{ { "-", "a" }, "| - a" },
		{ { "", "a" }, "|  a" },
		{ { "--flag=true" }, "flag |" },
		{ { "--flag=T" }, "flag |" },
		{ { "--flag=0" }, "|" },
		{ { "--flag", "--flag=f" }, "|" },
		{ { "--tri" }, "tri=1 |" },
		{ { "--tri=false" }, "tri=0 |" },
		{ { "--list", "a", "-list=b" }, "l=a l=b |" },
		{ { "--list=a,b", "--list=" }, "l=a,b l= |" },
		{ { "-n", "1", "--number=-2" }, "n=1 n=-2 |" },
		{ { "--count", "0x10" }, "count=16 |" },
		{ { "--old", "x", "a" }, "| a" },
		{ { "--help" }, "help |" },
		{ { "a", "-h" }, "help | a" },
		{ { "a", "--", "--flag" }, "| a --flag" },
		{ { "--", "--flag", "--" }, "| --flag --" },
		/* Behind an argument an unknown flag is an argument, as in runc: `kill ID -9`. */
		{ { "a", "-9", "--flag" }, "flag | a -9" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], false);
}

static void words_of_usage_errors(void **state)
{
	static const struct row rows[] = {
		{ { "--nope", "a" }, "flag provided but not defined: -nope" },
		{ { "--nope=3" }, "flag provided but not defined: -nope" },
		{ { "-fl" }, "flag provided but not defined: -fl" },
		{ { "--text" }, "flag needs an argument: -text" },
		{ { "a", "-t" }, "flag needs an argument: -t" },
		{ { "-f=foo" }, "invalid boolean value \"foo\" for -f: parse error" },
		{ { "--tri=2" }, "invalid boolean value \"2\" for -tri: parse error" },
		{ { "--help=x" }, "invalid boolean value \"x\" for -help: parse error" },
		{ { "--count", "x" }, "invalid value \"x\" for flag -count: parse error" },
		{ { "--count=" }, "invalid value \"\" for flag -count: parse error" },
		{ { "--count= 1" }, "invalid value \" 1\" for flag -count: parse error" },
		{ { "--count=99999999999999999999" },
		  "invalid value \"99999999999999999999\" for flag -count: value out of range" },
		{ { "--count=-1" }, "invalid value \"-1\" for flag -count: value out of range" },
		{ { "-n", "x" },
		  "invalid value \"x\" for flag -n: strconv.ParseInt: parsing \"x\": invalid syntax" },
		{ { "---flag" }, "bad flag syntax: ---flag" },
		{ { "--=x" }, "bad flag syntax: --=x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], false);
}

static void flags_can_end_at_the_first_argument(void **state)
{
	static const struct row rows[] = {
		{ { "--flag", "a", "--other-flag", "--", "-x" }, "flag | a --other-flag -- -x" },
		{ { "--text", "a", "b" }, "text=a | b" },
		{ { "--flag", "--", "-a", "b" }, "flag | -a b" },
		{ { "-" }, "| -" },
		{ { NULL }, "|" },
		{ { "--nope" }, "flag provided but not defined: -nope" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i], true);
}

/* Another command's flags are in table; what is of "globals" among its words is taken out. */
static void flags_of_another_table_are_taken_out(void **state)
{
	static const struct opt globals[] = { V(OPT_BOOL, flag, "debug", NULL), V(OPT_RAW, raw, "root", NULL),
					      OPT_END };
	static const struct opt own[] = { V(OPT_STRING, text, "text", "t"), V(OPT_BOOL, flag, "flag", "f"),
					  OPT_END };
	static const struct {
		struct row row;
		bool leading;
	} rows[] = {
		{ { { "--debug", "--text", "--root", "a", "--root", "r", "-f" }, "flag raw=r | --text --root a -f" }, false },
		{ { { "a", "--root=r", "--", "--debug" }, "raw=r | a -- --debug" }, false },
		{ { { "--root", "r", "a", "--debug" }, "raw=r | a --debug" }, true },
		{ { { "--nope", "--debug" }, "| --nope --debug" }, false },
		{ { { "--text" }, "| --text" }, false },
		{ { { "--root" }, "flag needs an argument: -root" }, false },
		{ { { "--debug=x" }, "invalid boolean value \"x\" for -debug: parse error" }, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct values v = { .tri = -1 };
		char copies[WORDS_MAX][64], *args[WORDS_MAX + 1] = { NULL }, got[512];
		struct err e;
		size_t n = 0;

		for (; n < WORDS_MAX && rows[i].row.words[n]; n++) {
			snprintf(copies[n], sizeof(copies[n]), "%s", rows[i].row.words[n]);
			args[n] = copies[n];
		}
		if (opts_hoist(globals, &v, own, rows[i].leading, args, &e) < 0) {
			assert_string_equal(e.text, rows[i].row.reads);
			continue;
		}
		for (n = 0; args[n]; n++)
			;
		render(got, sizeof(got), &v, args, n, false);
		assert_string_equal(got, rows[i].row.reads);
	}
}

static void signals_by_number_and_name(void **state)
{
	static const struct {
		const char *text;
		int sig;
	} good[] = {
		{ "9", 9 }, { "0", 0 }, { "64", 64 }, { "KILL", SIGKILL }, { "SIGKILL", SIGKILL },
		{ "sigterm", SIGTERM }, { "Hup", SIGHUP }, { "CLD", SIGCHLD }, { "io", SIGIO },
	};
	static const char *const bad[] = { "", "SIG", "-9", "65", "9x", "FOO", "SIGSIGKILL", "RTMIN-1",
					   "RTMAX+1", "RTMIN+99", "RTMINX" };
	int sig;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(signal_parse(good[i].text, &sig), 0);
		assert_int_equal(sig, good[i].sig);
	}
	assert_int_equal(signal_parse("RTMIN+2", &sig), 0);
	assert_int_equal(sig, SIGRTMIN + 2);
	assert_int_equal(signal_parse("sigrtmax-1", &sig), 0);
	assert_int_equal(sig, SIGRTMAX - 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(signal_parse(bad[i], &sig) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_of_a_flag),
		cmocka_unit_test(words_of_usage_errors),
		cmocka_unit_test(flags_can_end_at_the_first_argument),
		cmocka_unit_test(flags_of_another_table_are_taken_out),
		cmocka_unit_test(signals_by_number_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
