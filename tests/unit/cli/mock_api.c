/* SPDX-License-Identifier: Apache-2.0 */
#include "mock_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <strake/features.h>

struct mock mock;

struct strake_runtime {
	int unused;
};
static strake_runtime the_runtime;

static int answer(const char *what, const char *id, struct strake_error *err)
{
	snprintf(mock.called, sizeof(mock.called), "%s", what);
	snprintf(mock.id, sizeof(mock.id), "%s", id ? id : "");
	if (mock.answer < 0) {
		err->code = STRAKE_ERROR_SYSTEM;
		err->errnum = mock.failure_errnum;
		snprintf(err->text, sizeof(err->text), "%s", mock.failure ? mock.failure : "made up");
	}
	return mock.answer;
}

static void join(const char *name, const char *const *list)
{
	size_t len = strlen(mock.text);

	len += (size_t)snprintf(mock.text + len, sizeof(mock.text) - len, "%s=", name);
	for (; list && *list; list++)
		len += (size_t)snprintf(mock.text + len, sizeof(mock.text) - len, "[%s]", *list);
	snprintf(mock.text + len, sizeof(mock.text) - len, ";");
}

void strake_early_init(void)
{
}

int strake_seal_self(char *const argv[], struct strake_error *err)
{
	(void)argv;
	mock.seals++;
	if (mock.seal_answer < 0)
		snprintf(err->text, sizeof(err->text), "cannot seal");
	return mock.seal_answer;
}

strake_runtime *strake_runtime_new(const struct strake_runtime_options *options,
				   struct strake_error *err)
{
	(void)err;
	mock.runtime = *options;
	snprintf(mock.text, sizeof(mock.text), "%s", options->root ? options->root : "");
	return &the_runtime;
}

void strake_runtime_free(strake_runtime *rt)
{
	(void)rt;
}

void strake_set_log(strake_log_fn fn, void *data, int lowest_level)
{
	(void)fn;
	(void)data;
	(void)lowest_level;
}

int strake_create(strake_runtime *rt, const char *id, const struct strake_create_options *o,
		  struct strake_error *err)
{
	(void)rt;
	mock.create = *o;
	return answer("create", id, err);
}

int strake_run(strake_runtime *rt, const char *id, const struct strake_create_options *o,
	       struct strake_error *err)
{
	(void)rt;
	mock.create = *o;
	return answer("run", id, err);
}

int strake_exec(strake_runtime *rt, const char *id, const struct strake_exec_options *o,
		struct strake_error *err)
{
	(void)rt;
	mock.exec = *o;
	mock.text[0] = '\0';
	join("args", o->args);
	join("env", o->env);
	join("gids", o->additional_gids);
	join("caps", o->caps);
	join("cgroups", o->cgroups);
	return answer("exec", id, err);
}

int strake_checkpoint(strake_runtime *rt, const char *id, const struct strake_checkpoint_options *o,
		      struct strake_error *err)
{
	(void)rt;
	mock.checkpoint = *o;
	mock.text[0] = '\0';
	join("empty_ns", o->empty_ns);
	if (o->status_fd)
		mock.sig = *o->status_fd;
	return answer("checkpoint", id, err);
}

int strake_restore(strake_runtime *rt, const char *id, const struct strake_restore_options *o,
		   struct strake_error *err)
{
	(void)rt;
	mock.restore = *o;
	return answer("restore", id, err);
}

int strake_start(strake_runtime *rt, const char *id, struct strake_error *err)
{
	(void)rt;
	return answer("start", id, err);
}

int strake_kill(strake_runtime *rt, const char *id, int sig, bool all, struct strake_error *err)
{
	(void)rt;
	mock.sig = sig;
	mock.all = all;
	return answer("kill", id, err);
}

int strake_delete(strake_runtime *rt, const char *id, bool force, struct strake_error *err)
{
	(void)rt;
	mock.force = force;
	return answer("delete", id, err);
}

int strake_pause(strake_runtime *rt, const char *id, struct strake_error *err)
{
	(void)rt;
	return answer("pause", id, err);
}

int strake_resume(strake_runtime *rt, const char *id, struct strake_error *err)
{
	(void)rt;
	return answer("resume", id, err);
}

static void number(const char *name, bool given, long long v)
{
	size_t len = strlen(mock.text);

	if (given)
		snprintf(mock.text + len, sizeof(mock.text) - len, "%s=%lld;", name, v);
}
#define NUMBER(field) number(#field, o->field, o->field ? (long long)*o->field : 0)

int strake_update(strake_runtime *rt, const char *id, const struct strake_update_options *o,
		  struct strake_error *err)
{
	const char *strings[] = { o->cpuset_cpus, o->cpuset_mems, o->l3_cache_schema, o->mem_bw_schema };

	(void)rt;
	snprintf(mock.text, sizeof(mock.text), "%.*s", (int)o->resources_len,
		 o->resources ? o->resources : "");
	NUMBER(blkio_weight);
	NUMBER(cpu_period);
	NUMBER(cpu_burst);
	NUMBER(cpu_shares);
	NUMBER(cpu_rt_period);
	NUMBER(cpu_quota);
	NUMBER(cpu_rt_runtime);
	NUMBER(cpu_idle);
	NUMBER(memory);
	NUMBER(memory_reservation);
	NUMBER(memory_swap);
	NUMBER(pids_limit);
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
		size_t len = strlen(mock.text);

		if (strings[i])
			snprintf(mock.text + len, sizeof(mock.text) - len, "%s;", strings[i]);
	}
	return answer("update", id, err);
}

int strake_mounts(strake_runtime *rt, const char *id, bool add, const char *text, size_t len,
		  struct strake_error *err)
{
	(void)rt;
	(void)text;
	(void)len;
	mock.all = add;
	return answer("mounts", id, err);
}

int strake_events(strake_runtime *rt, const char *id, const struct strake_events_options *o,
		  strake_event_fn fn, void *data, struct strake_error *err)
{
	(void)rt;
	mock.events = *o;
	if (answer("events", id, err) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (fn(data, "{\"type\":\"oom\"}") < 0) {
			snprintf(err->text, sizeof(err->text), "ended by the caller");
			return -1;
		}
	}
	return 0;
}

int strake_list(strake_runtime *rt, enum strake_detail detail, strake_info_fn fn,
		void (*unreadable)(void *data, const char *id, const char *why), void *data,
		struct strake_error *err)
{
	(void)rt;
	mock.detail = detail;
	if (answer("list", NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < mock.n_list; i++)
		if (fn(data, &mock.list[i]) < 0)
			return -1;
	unreadable(data, "broken", "container does not exist");
	return 0;
}

char *strake_state_json(strake_runtime *rt, const char *id, struct strake_error *err)
{
	(void)rt;
	return answer("state", id, err) < 0 ? NULL : strdup("{\n  \"pid\": 0\n}");
}

int strake_pids(strake_runtime *rt, const char *id, pid_t **ret, size_t *ret_n,
		struct strake_error *err)
{
	(void)rt;
	if (answer("pids", id, err) < 0)
		return -1;
	*ret = calloc(mock.n_pids + 1, sizeof(**ret));
	if (!*ret)
		abort();
	if (mock.n_pids)
		memcpy(*ret, mock.pids, mock.n_pids * sizeof(**ret));
	*ret_n = mock.n_pids;
	return 0;
}

char *strake_spec_json(bool rootless, struct strake_error *err)
{
	mock.rootless = rootless;
	return answer("spec", NULL, err) < 0 ? NULL : strdup("{}");
}

char *strake_features_json(struct strake_error *err)
{
	return answer("features", NULL, err) < 0 ? NULL : strdup("{}");
}

const char *strake_spec_version(void)
{
	return "1.3.0";
}

const char *strake_libseccomp_version(void)
{
	return "2.5.4";
}
