/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/log.h"
#include "os/feature.h"
#include "proc/fds.h"
#include "proc/seal.h"

void strake_early_init(void)
{
	const char *fallbacks = secure_getenv("STRAKE_FALLBACK");

	if (fallbacks)
		(void)os_fallback_force(fallbacks); /* of a list with an unknown name: none */
	fds_early_init();
}

int strake_seal_self(char *const argv[], struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(seal_self(argv, &e), &e, err);
}

strake_runtime *strake_runtime_new(const struct strake_runtime_options *options,
				   struct strake_error *err)
{
	struct strake_runtime_options o;
	strake_runtime *rt = NULL;
	struct err e;
	int r = 0;

	err_init(&e);
	api_copy_options(&o, sizeof(o), options);
	if (!options)
		o.rootless = -1;
	rt = calloc(1, sizeof(*rt));
	if (rt)
		rt->program = strdup(o.program ? o.program : "strake");
	if (!rt || !rt->program)
		r = err_sys(&e, ENOMEM, "make a runtime");
	if (r == 0) {
		o.program = rt->program;
		r = rt_init(&rt->rt, &o, &e);
	}
	if (r < 0) {
		api_result(r, &e, err);
		if (rt)
			free(rt->program);
		free(rt);
		return NULL;
	}
	return rt;
}

void strake_runtime_free(strake_runtime *rt)
{
	if (!rt)
		return;
	rt_fini(&rt->rt);
	free(rt->program);
	free(rt);
}

static struct {
	strake_log_fn fn;
	void *data;
} sink;

static void to_sink(void *data, enum log_level level, const char *msg)
{
	(void)data;
	sink.fn(sink.data, (int)level, msg);
}

void strake_set_log(strake_log_fn fn, void *data, int lowest_level)
{
	sink.fn = fn;
	sink.data = data;
	log_set_sink(fn ? to_sink : NULL, NULL);
	log_set_level((enum log_level)lowest_level);
}
