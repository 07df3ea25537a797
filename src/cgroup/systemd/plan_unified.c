/* SPDX-License-Identifier: Apache-2.0 */
/* linux.resources.unified: the files that units have a property for. All of them are written to
 * the files, too, so one that is not here is not lost. */
#include <ctype.h>
#include <errno.h>

#include "base/log.h"
#include "base/parse.h"
#include "cgroup/systemd/unit.h"

enum kind { LIMIT, TASKS, WEIGHT, IDLE, CPU_MAX, BITS };

static const struct {
	const char *file, *property;
	enum kind kind;
	int since; /* version of systemd */
} rows[] = {
	{ "cpu.idle", "CPUWeight", IDLE, 0 },
	{ "cpu.max", NULL, CPU_MAX, 0 },
	{ "cpu.weight", "CPUWeight", WEIGHT, 0 },
	{ "cpuset.cpus", "AllowedCPUs", BITS, 244 },
	{ "cpuset.mems", "AllowedMemoryNodes", BITS, 244 },
	{ "memory.high", "MemoryHigh", LIMIT, 0 },
	{ "memory.low", "MemoryLow", LIMIT, 0 },
	{ "memory.max", "MemoryMax", LIMIT, 0 },
	{ "memory.min", "MemoryMin", LIMIT, 0 },
	{ "memory.swap.max", "MemorySwapMax", LIMIT, 0 },
	{ "pids.max", "TasksMax", TASKS, 0 },
};

static int wrong(const struct key_value *kv, struct err *e)
{
	return err_make(e, ERR_CONFIG, EINVAL, "unified resource \"%s\" value invalid: \"%s\"",
			kv->key, kv->value);
}

/* The kernel takes blanks around a value, and so do we. */
static const char *trimmed(struct arena *a, const char *s)
{
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	len = strlen(s);
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	return arena_strndup(a, s, len);
}

static bool wants_idle(const struct sd_limits *l, struct arena *a)
{
	for (size_t i = 0; i < l->r->unified.n; i++)
		if (str_eq(l->r->unified.v[i].key, "cpu.idle"))
			return sd_has_cpu_idle(l) &&
			       str_eq(trimmed(a, l->r->unified.v[i].value), "1");
	return false;
}

/* "QUOTA [PERIOD]", QUOTA a number or "max". */
static int add_cpu_max(const struct sd_limits *l, struct sd_props *p, const char *text,
		       const struct key_value *kv, struct err *e)
{
	char *copy = arena_strdup(p->a, text), *save = NULL, *word[3];
	uint64_t period = 100000;
	int64_t quota = 0;

	if (!copy)
		return err_sys(e, ENOMEM, "unit properties");
	word[0] = strtok_r(copy, " \t\n", &save);
	word[1] = word[0] ? strtok_r(NULL, " \t\n", &save) : NULL;
	word[2] = word[1] ? strtok_r(NULL, " \t\n", &save) : NULL;
	if (!word[0] || word[2] || (!str_eq(word[0], "max") && parse_i64(word[0], &quota) < 0) ||
	    (word[1] && (parse_u64(word[1], INT64_MAX, &period) < 0 || !period)))
		return wrong(kv, e);
	sd_add_cpu_quota(l, p, &quota, period);
	return 0;
}

static int add_row(const struct sd_limits *l, struct sd_props *p, size_t row,
		   const struct key_value *kv, struct err *e)
{
	const char *text = trimmed(p->a, kv->value);
	bool tasks = rows[row].kind == TASKS, may_be_max = tasks || rows[row].kind == LIMIT;
	uint64_t n = SD_INFINITY;

	if (!text)
		return err_sys(e, ENOMEM, "unit properties");
	if (l->version < rows[row].since)
		return 0;
	switch (rows[row].kind) {
	case IDLE:
		/* Units can say 1 alone. */
		if (wants_idle(l, p->a))
			sd_add_u64(p, rows[row].property, 0);
		return 0;
	case BITS:
		if (sd_add_bits(p, rows[row].property, text, e) < 0)
			return err_wrap(e, "unified resource \"%s\"", kv->key);
		return 0;
	case CPU_MAX:
		return add_cpu_max(l, p, text, kv, e);
	case WEIGHT:
		if (wants_idle(l, p->a)) {
			log_warn("unable to apply both cpu.weight and cpu.idle to systemd, ignoring cpu.weight");
			return 0;
		}
		break;
	case LIMIT:
	case TASKS:
		break;
	}
	if (!(may_be_max && str_eq(text, "max")) && parse_u64(text, UINT64_MAX, &n) < 0)
		return wrong(kv, e);
	sd_add_u64(p, rows[row].property, tasks && !n ? 1 : n);
	return 0;
}

int sd_plan_unified(const struct sd_limits *l, struct sd_props *p, struct err *e)
{
	const struct kv_list *u = &l->r->unified;

	for (size_t i = 0; i < u->n; i++) {
		const struct key_value *kv = &u->v[i];

		if (strchr(kv->key, '/'))
			return err_make(e, ERR_CONFIG, EINVAL,
					"unified resource \"%s\" must be a file name (no slashes)",
					kv->key);
		if (!strchr(kv->key, '.') || *kv->key == '.')
			return err_make(e, ERR_CONFIG, EINVAL,
					"unified resource \"%s\" must be in the form CONTROLLER.PARAMETER",
					kv->key);
		for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
			int r = str_eq(rows[row].file, kv->key) ? add_row(l, p, row, kv, e) : 0;

			if (r < 0)
				return r;
		}
	}
	return 0;
}
