/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "checkpoint/checkpoint.h"

int strake_create(strake_runtime *rt, const char *id, const struct strake_create_options *o,
		  struct strake_error *err)
{
	struct strake_create_options own;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	return api_result(container_create(&rt->rt, id, &own, &e), &e, err);
}

int strake_start(strake_runtime *rt, const char *id, struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_start(&rt->rt, id, &e), &e, err);
}

int strake_run(strake_runtime *rt, const char *id, const struct strake_create_options *o,
	       struct strake_error *err)
{
	struct strake_create_options own;
	int status = 0, r;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	r = container_run(&rt->rt, id, &own, &status, &e);
	return api_result(r < 0 ? r : status, &e, err);
}

int strake_exec(strake_runtime *rt, const char *id, const struct strake_exec_options *o,
		struct strake_error *err)
{
	struct strake_exec_options own;
	int status = 0, r;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	r = container_exec(&rt->rt, id, &own, &status, &e);
	return api_result(r < 0 ? r : status, &e, err);
}

int strake_kill(strake_runtime *rt, const char *id, int sig, bool all, struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_kill(&rt->rt, id, sig, all, &e), &e, err);
}

int strake_delete(strake_runtime *rt, const char *id, bool force, struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_delete(&rt->rt, id, force, &e), &e, err);
}

int strake_pause(strake_runtime *rt, const char *id, struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_pause(&rt->rt, id, true, &e), &e, err);
}

int strake_resume(strake_runtime *rt, const char *id, struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_pause(&rt->rt, id, false, &e), &e, err);
}

int strake_update(strake_runtime *rt, const char *id, const struct strake_update_options *o,
		  struct strake_error *err)
{
	struct strake_update_options own;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	return api_result(container_update(&rt->rt, id, &own, &e), &e, err);
}

int strake_mounts(strake_runtime *rt, const char *id, bool add, const char *text, size_t len,
		  struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_mounts(&rt->rt, id, add, text, len, &e), &e, err);
}

int strake_events(strake_runtime *rt, const char *id, const struct strake_events_options *o,
		  strake_event_fn fn, void *data, struct strake_error *err)
{
	struct strake_events_options own;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	return api_result(container_events(&rt->rt, id, &own, fn, data, &e), &e, err);
}

int strake_checkpoint(strake_runtime *rt, const char *id, const struct strake_checkpoint_options *o,
		      struct strake_error *err)
{
	struct strake_checkpoint_options own;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	return api_result(container_checkpoint(&rt->rt, id, &own, &e), &e, err);
}

int strake_restore(strake_runtime *rt, const char *id, const struct strake_restore_options *o,
		   struct strake_error *err)
{
	struct strake_restore_options own;
	int status = 0, r;
	struct err e;

	err_init(&e);
	api_copy_options(&own, sizeof(own), o);
	r = container_restore(&rt->rt, id, &own, &status, &e);
	return api_result(r < 0 ? r : status, &e, err);
}

int strake_pids(strake_runtime *rt, const char *id, pid_t **ret, size_t *ret_n,
		struct strake_error *err)
{
	struct err e;

	err_init(&e);
	return api_result(container_pids(&rt->rt, id, ret, ret_n, &e), &e, err);
}
