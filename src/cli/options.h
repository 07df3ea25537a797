/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: one row a flag, with the shapes that callers of runc use.
 * Runs in: parent.
 * Must not happen here: printing; allocating for anything but lists (globals are parsed before
 * the program seals itself).
 *
 * -flag is --flag, --flag=v is --flag v, a boolean takes =true/false/1/0/t/f, the last one wins,
 * lists append, "--" ends the flags.
 */
#pragma once

#include "base/err.h"

enum opt_kind {
	OPT_BOOL,     /* bool */
	OPT_TRISTATE, /* int: untouched when not given, else 0 or 1 */
	OPT_STRING,   /* const char *; an empty value counts as not given */
	OPT_RAW,      /* const char *; an empty value is a value */
	OPT_COUNT,    /* unsigned */
	OPT_INT,      /* struct opt_int */
	OPT_DURATION, /* int64_t: nanoseconds from "5s", "1m30s" */
	OPT_STRINGS,  /* const char *const *: NULL-terminated, heap, see opts_fini() */
	OPT_NUMBERS,  /* the same, each a decimal integer */
	OPT_IGNORED   /* takes a value and drops it: a flag that older clients still send */
};

struct opt_int {
	bool set;
	int64_t v;
};

struct opt {
	const char *name, *alias; /* alias may be NULL */
	enum opt_kind kind;
	size_t offset; /* in the struct that opts_parse() fills */
	bool hidden;   /* not in the help */
	const char *help, *def; /* def: the default as the help shows it; NULL: none */
};

#define OPT(kind_, type, field, name_, alias_, help_)                                    \
	{ .name = (name_), .alias = (alias_), .kind = (kind_), .offset = offsetof(type, field), \
	  .help = (help_) }
#define OPT_END { .name = NULL }

static inline bool opt_takes_value(const struct opt *o)
{
	return o->kind != OPT_BOOL && o->kind != OPT_TRISTATE;
}

/*
 * Fills *values from args (NULL-terminated). What is left are the arguments: they are moved to
 * the front of args, NULL-terminated, *ret_n of them. help is set by --help and -h, which every
 * table has without a row. *values may hold lists after a failure too.
 */
int opts_parse(const struct opt *table, void *values, char **args, bool *help, size_t *ret_n,
	       struct err *e);
/* The same, but the flags end at the first argument, args[*ret_first], and nothing is moved. */
int opts_parse_leading(const struct opt *table, void *values, char **args, bool *help,
		       size_t *ret_first, struct err *e);
/*
 * Flags of table that stand among the words of a command whose own flags are in own: they are taken
 * out of args. Ends where the command's parser would end: at "--", with leading at the first argument,
 * and at what neither knows, which is for that parser to say.
 */
int opts_hoist(const struct opt *table, void *values, const struct opt *own, bool leading, char **args,
	       struct err *e);
/* Frees the lists. */
void opts_fini(const struct opt *table, void *values);

/* What Go's strconv.ParseBool takes: 0, 1, or -EINVAL. */
int opt_bool(const char *s);
