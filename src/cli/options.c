/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/str.h"
#include "cli/go_values.h"
#include "cli/quote.h"

static const struct opt help_opt = { .name = "help", .alias = "h", .kind = OPT_BOOL };

struct parser {
	const struct opt *table;
	char *values;
	bool *help;
	size_t n_args; /* upper bound for the length of a list */
};

/* One flag as it was written. */
struct token {
	const char *name;
	size_t name_len;
	const char *value; /* NULL without "=" */
};

int opt_bool(const char *s)
{
	static const char *const words[2][6] = {
		{ "0", "f", "F", "false", "False", "FALSE" },
		{ "1", "t", "T", "true", "True", "TRUE" },
	};

	for (int v = 0; v < 2; v++)
		for (size_t i = 0; i < ARRAY_SIZE(words[v]); i++)
			if (strcmp(s, words[v][i]) == 0)
				return v;
	return -EINVAL;
}

static int usage_value(const struct token *t, const char *value, const char *what, const char *why,
		       struct err *e)
{
	auto_str quoted = {};

	quote_go(&quoted, value);
	return err_make(e, ERR_USAGE, EINVAL, "invalid %s %s for %s-%.*s: %s", what, str_text(&quoted),
			str_eq(what, "value") ? "flag " : "", (int)t->name_len, t->name, why);
}

static int set_bool(const struct opt *o, char *at, const struct token *t, struct err *e)
{
	int v = t->value ? opt_bool(t->value) : 1;

	if (v < 0)
		return usage_value(t, t->value, "boolean value", "parse error", e);
	if (o->kind == OPT_TRISTATE)
		*(int *)(void *)at = v;
	else
		*(bool *)at = v;
	return 0;
}

/* As Go's flag.Int, which takes 0x and 0 as bases. */
static int parse_int(const struct token *t, const char *value, long long min, long long max,
		     long long *ret, struct err *e)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(value, &end, 0);
	if (end == value || *end || *value == ' ')
		return usage_value(t, value, "value", "parse error", e);
	if (errno || v < min || v > max)
		return usage_value(t, value, "value", "value out of range", e);
	*ret = v;
	return 0;
}

/* What is below zero means nothing here. */
static int set_count(char *at, const struct token *t, const char *value, struct err *e)
{
	long long v;
	int r = parse_int(t, value, 0, INT_MAX, &v, e);

	if (r == 0)
		*(unsigned *)(void *)at = (unsigned)v;
	return r;
}

static int set_int(char *at, const struct token *t, const char *value, struct err *e)
{
	long long v;
	int r = parse_int(t, value, INT64_MIN, INT64_MAX, &v, e);

	if (r == 0)
		*(struct opt_int *)(void *)at = (struct opt_int){ .set = true, .v = v };
	return r;
}

static int check_number(const struct token *t, const char *value, struct err *e)
{
	auto_str why = {};
	const char *digits = value + (*value == '-' || *value == '+');
	const char *problem = NULL;

	errno = 0;
	if (!*digits || digits[strspn(digits, "0123456789")])
		problem = "invalid syntax";
	else if ((void)strtoll(value, NULL, 10), errno == ERANGE)
		problem = "value out of range";
	if (!problem)
		return 0;
	str_add(&why, "strconv.ParseInt: parsing ");
	quote_go(&why, value);
	str_addf(&why, ": %s", problem);
	return usage_value(t, value, "value", str_text(&why), e);
}

static int append(const struct parser *p, char *at, const char *value, struct err *e)
{
	const char ***list = (const char ***)(void *)at;
	size_t n = 0;

	if (!*list) {
		*list = calloc(p->n_args + 1, sizeof(**list));
		if (!*list)
			return err_sys(e, ENOMEM, "keep the command line");
	}
	while ((*list)[n])
		n++;
	(*list)[n] = value;
	return 0;
}

static int set_value(const struct parser *p, const struct opt *o, const struct token *t,
		     const char *value, struct err *e)
{
	char *at = p->values + o->offset;
	int r;

	switch (o->kind) {
	case OPT_STRING:
		*(const char **)(void *)at = *value ? value : NULL;
		return 0;
	case OPT_RAW:
		*(const char **)(void *)at = value;
		return 0;
	case OPT_COUNT:
		return set_count(at, t, value, e);
	case OPT_INT:
		return set_int(at, t, value, e);
	case OPT_DURATION:
		if (go_duration(value, (int64_t *)(void *)at) < 0)
			return usage_value(t, value, "value", "parse error", e);
		return 0;
	case OPT_NUMBERS:
		r = check_number(t, value, e);
		return r < 0 ? r : append(p, at, value, e);
	case OPT_STRINGS:
		return append(p, at, value, e);
	default:
		return 0; /* OPT_IGNORED */
	}
}

static bool named(const char *name, const struct token *t)
{
	return name && strncmp(name, t->name, t->name_len) == 0 && !name[t->name_len];
}

static const struct opt *find(const struct parser *p, const struct token *t)
{
	for (const struct opt *o = p->table; o && o->name; o++)
		if (named(o->name, t) || named(o->alias, t))
			return o;
	return p->help && (named("help", t) || named("h", t)) ? &help_opt : NULL;
}

static bool split(const char *arg, struct token *ret)
{
	const char *name = arg + 1 + (arg[1] == '-');
	const char *eq = strchr(name, '=');

	if (!*name || *name == '-' || *name == '=')
		return false;
	ret->name = name;
	ret->name_len = eq ? (size_t)(eq - name) : strlen(name);
	ret->value = eq ? eq + 1 : NULL;
	return true;
}

/* args[*i] is the flag o; moves *i on when the value is the next word. */
static int take(struct parser *p, const struct opt *o, const struct token *t, char **args,
		size_t *i, struct err *e)
{
	const char *value = t->value;

	if (o == &help_opt)
		return set_bool(o, (char *)p->help, t, e);
	if (!opt_takes_value(o))
		return set_bool(o, p->values + o->offset, t, e);
	if (!value)
		value = args[*i + 1] ? args[++*i] : NULL;
	if (!value)
		return err_make(e, ERR_USAGE, EINVAL, "flag needs an argument: -%.*s",
				(int)t->name_len, t->name);
	return set_value(p, o, t, value, e);
}

enum word { WORD_FLAG, WORD_ARGUMENT, WORD_END };

/* Looks at args[*i]: an enum word, or -errno. Behind an argument, what is no flag of ours is another. */
static int word(struct parser *p, char **args, size_t *i, bool behind_argument, struct err *e)
{
	struct token t = {};
	const struct opt *o = NULL;
	int r;

	if (args[*i][0] != '-' || !args[*i][1])
		return WORD_ARGUMENT;
	if (str_eq(args[*i], "--"))
		return WORD_END;
	if (split(args[*i], &t))
		o = find(p, &t);
	if (o) {
		r = take(p, o, &t, args, i, e);
		return r < 0 ? r : WORD_FLAG;
	}
	if (behind_argument)
		return WORD_ARGUMENT;
	if (!t.name)
		return err_make(e, ERR_USAGE, EINVAL, "bad flag syntax: %s", args[*i]);
	return err_make(e, ERR_USAGE, EINVAL, "flag provided but not defined: -%.*s", (int)t.name_len,
			t.name);
}

static size_t count(char *const *args)
{
	size_t n = 0;

	while (args[n])
		n++;
	return n;
}

int opts_parse_leading(const struct opt *table, void *values, char **args, bool *help,
		       size_t *ret_first, struct err *e)
{
	struct parser p = { .table = table, .values = values, .help = help, .n_args = count(args) };
	size_t i;

	for (i = 0; args[i]; i++) {
		int r = word(&p, args, &i, false, e);

		if (r < 0)
			return r;
		if (r == WORD_END)
			i++;
		if (r != WORD_FLAG)
			break;
	}
	*ret_first = i;
	return 0;
}

int opts_parse(const struct opt *table, void *values, char **args, bool *help, size_t *ret_n,
	       struct err *e)
{
	struct parser p = { .table = table, .values = values, .help = help, .n_args = count(args) };
	bool flags = true;
	size_t n = 0;

	for (size_t i = 0; args[i]; i++) {
		int r = flags ? word(&p, args, &i, n > 0, e) : WORD_ARGUMENT;

		if (r < 0)
			return r;
		if (r == WORD_ARGUMENT)
			args[n++] = args[i];
		flags = flags && r != WORD_END;
	}
	args[n] = NULL;
	*ret_n = n;
	return 0;
}

static void remove_words(char **args, size_t n)
{
	for (; args[n]; args++)
		args[0] = args[n];
	args[0] = NULL;
}

int opts_hoist(const struct opt *table, void *values, const struct opt *own, bool leading, char **args,
	       struct err *e)
{
	struct parser p = { .table = table, .values = values, .n_args = count(args) };
	const struct parser cmd = { .table = own };

	for (size_t i = 0; args[i]; i++) {
		struct token t = {};
		const struct opt *o, *mine;
		size_t last = i;
		int r;

		if (args[i][0] != '-' || !args[i][1]) {
			if (leading)
				return 0;
			continue;
		}
		if (str_eq(args[i], "--") || !split(args[i], &t))
			return 0;
		o = find(&cmd, &t);
		if (o) {
			i += opt_takes_value(o) && !t.value && args[i + 1];
			continue;
		}
		mine = find(&p, &t);
		if (!mine)
			return 0;
		r = take(&p, mine, &t, args, &last, e);
		if (r < 0)
			return r;
		remove_words(args + i, last - i + 1);
		i--;
	}
	return 0;
}

void opts_fini(const struct opt *table, void *values)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (o->kind == OPT_STRINGS || o->kind == OPT_NUMBERS) {
			void **at = (void **)(void *)((char *)values + o->offset);

			free(*at);
			*at = NULL;
		}
	}
}
