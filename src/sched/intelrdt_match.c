/* SPDX-License-Identifier: Apache-2.0 */
/* What the config asks of a resctrl group against what the group has: "L3:0=7ff;1=7ff". */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "sched/intelrdt_dir.h"

#define SCHEMATA_MAX 16384

/* The kernel pads: "    L3:0=007ff". */
static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The entry "id=value" that s begins with, its value in ret and the rest behind it; NULL: none. */
static const char *next_entry(const char *s, int base, unsigned long *ret_id,
			      unsigned long long *ret)
{
	char *end;

	s = skip_blanks(s);
	*ret_id = strtoul(s, &end, 10);
	if (end == s || *end != '=')
		return NULL;
	s = end + 1;
	*ret = strtoull(s, &end, base);
	if (end == s)
		return NULL;
	return *end == ';' ? end + 1 : end;
}

static bool has_entry(const char *line, int base, unsigned long id, unsigned long long value)
{
	unsigned long have_id;
	unsigned long long have;

	while ((line = next_entry(line, base, &have_id, &have)))
		if (have_id == id)
			return have == value;
	return false;
}

/* The line of a text that is for the same resource, behind its colon; NULL: none. */
static const char *line_for(const char *text, const char *resource, size_t n)
{
	while (text) {
		const char *line = skip_blanks(text);

		if (strncmp(line, resource, n) == 0 && line[n] == ':')
			return line + n + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

/* Bandwidth is in percent or MBps, cache in bit masks. A domain that is not named may be as it is. */
static bool line_matches(const char *have, const char *wanted)
{
	size_t n = strcspn(wanted, ":\n");
	int base = str_starts(wanted, "MB") ? 10 : 16;
	const char *line = wanted[n] == ':' ? line_for(have, wanted, n) : NULL;
	const char *entry = line ? wanted + n + 1 : NULL;
	unsigned long id;
	unsigned long long value;

	while (entry && *entry && *entry != '\n') {
		entry = next_entry(entry, base, &id, &value);
		if (!entry || !has_entry(line, base, id, value))
			return false;
	}
	return entry != NULL;
}

static const char *first_mismatch(const char *have, const char *schema, bool cache)
{
	while (!str_empty(schema)) {
		size_t n = strcspn(schema, "\n");
		bool ours = n > 0 && (!cache || !str_starts(schema, "MB:"));

		if (ours && !line_matches(have, schema))
			return schema;
		schema += n + (schema[n] == '\n');
	}
	return NULL;
}

int intelrdt_match_at(int group, const char *name, const struct spec_intel_rdt *r, struct err *e)
{
	auto_free char *have = malloc(SCHEMATA_MAX);
	const char *wrong;
	int ret;

	if (str_empty(r->l3_cache_schema) && str_empty(r->mem_bw_schema))
		return 0;
	ret = have ? io_read_file(group, "schemata", have, SCHEMATA_MAX) : -ENOMEM;
	if (ret < 0)
		return err_sys(e, -ret, "intelrdt: read the schemata of %s", name);
	wrong = first_mismatch(have, r->l3_cache_schema, true);
	if (!wrong)
		wrong = first_mismatch(have, r->mem_bw_schema, false);
	if (!wrong)
		return 0;
	return err_make(e, ERR_CONFIG, EEXIST,
			"intelRdt: the group %s is there already, and its schemata do not match %.*s", name,
			(int)strcspn(wrong, "\n"), wrong);
}
