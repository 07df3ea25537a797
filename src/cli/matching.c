/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/matching.h"

#include <errno.h>
#include <regex.h>

#include "base/str.h"

struct ids {
	regex_t expression;
	struct str text; /* each with its NUL */
	size_t n;
};

static void add(struct ids *ids, const char *id)
{
	if (regexec(&ids->expression, id, 0, NULL, 0) != 0)
		return;
	str_add_n(&ids->text, id, strlen(id) + 1);
	ids->n++;
}

static int add_info(void *data, const struct strake_info *info)
{
	add(data, info->id);
	return 0;
}

/* Whose state cannot be read may be the very one that shall go. */
static void add_unreadable(void *data, const char *id, const char *why)
{
	(void)why;
	add(data, id);
}

static int each(struct cli *c, const struct ids *ids,
		int (*fn)(struct cli *c, const char *id, void *data), void *data)
{
	const char *id = ids->text.s;
	struct strake_error why = {};
	int ret = 0;

	for (size_t i = 0; i < ids->n; i++, id += strlen(id) + 1) {
		if (fn(c, id, data) >= 0)
			continue;
		if (ret < 0)
			logger_failure(&c->log, why.text);
		why = c->err;
		ret = -1;
	}
	c->err = why;
	return ret;
}

int matching_each(struct cli *c, const char *expression,
		  int (*fn)(struct cli *c, const char *id, void *data), void *data)
{
	struct ids ids = { .n = 0 };
	char why[128];
	int r = regcomp(&ids.expression, expression, REG_EXTENDED | REG_NOSUB);

	if (r != 0) {
		regerror(r, &ids.expression, why, sizeof(why));
		return cli_fail(c, "invalid regular expression %s: %s", expression, why);
	}
	r = strake_list(c->rt, STRAKE_DETAIL_ID, add_info, add_unreadable, &ids, &c->err);
	if (r == 0 && str_failed(&ids.text))
		r = cli_fail(c, "list the containers: %s", err_strerror(ENOMEM));
	if (r == 0)
		r = each(c, &ids, fn, data);
	str_fini(&ids.text);
	regfree(&ids.expression);
	return r;
}
