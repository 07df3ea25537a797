/* SPDX-License-Identifier: Apache-2.0 */
/* events: statistics now and then, and the OOM killer when it strikes, until the container is gone.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "container/config.h"
#include "container/opened.h"
#include "oci/stats.h"
#include "sched/sched.h"

#define NS_PER_S  1000000000

struct events {
	struct opened *c;
	struct spec_intel_rdt *rdt; /* NULL: none, or the config is runc's */
	struct spec config;
	bool has_config;
	int (*fn)(void *data, const char *json);
	void *data;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The caller's function says only that it failed; the reason is its own. */
static int give(const struct events *ev, const struct str *json, struct err *e)
{
	if (ev->fn(ev->data, str_text(json)) >= 0)
		return 0;
	return err_make(e, ERR_USAGE, ECANCELED, "ended by the caller");
}

static int give_oom(const struct events *ev, struct err *e)
{
	auto_str json = { 0 };
	int r = oom_emit(ev->c->state.id, &json, e);

	return r < 0 ? r : give(ev, &json, e);
}

/* *given tells a failure to read from one to hand on. */
static int give_stats(const struct events *ev, bool *given, struct err *e)
{
	struct stats s = { .cpu.pressure = NULL };
	auto_str json = { 0 };
	struct arena a;
	int r;

	arena_init(&a);
	r = cgroup_stats(ev->c->cgroup, &a, &s, e);
	if (r == 0 && ev->rdt)
		r = intelrdt_stats(ev->rdt, ev->c->state.id, &a, &s.intel_rdt, e);
	if (r == 0)
		r = stats_emit(ev->c->state.id, &s, &json, e);
	arena_fini(&a);
	*given = r == 0;
	return r < 0 ? r : give(ev, &json, e);
}

/* A failure now may be none the next time, and what else happens is still worth telling. */
static int tick(const struct events *ev, struct err *e)
{
	char text[ERR_TEXT_MAX];
	bool given = false;
	int r = give_stats(ev, &given, e);

	if (r == 0 || given)
		return r;
	err_format(e, text, sizeof(text));
	if (cgroup_exists(ev->c->cgroup))
		log_warn("%s", text);
	err_init(e);
	return 0;
}

static int wait_until(int fd, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left = deadline - now_ns();
	struct timespec t = { 0 };

	if (left > 0)
		t = (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
	if (ppoll(&p, 1, &t, NULL) < 0 && errno != EINTR)
		return err_sys(e, errno, "poll");
	return 0;
}

static int follow(const struct events *ev, struct cgroup_watch *w, int64_t interval, struct err *e)
{
	int64_t next = now_ns() + interval;

	for (;;) {
		enum cgroup_event event;
		int r = wait_until(cgroup_watch_fd(w), next, e);

		if (r < 0)
			return r;
		event = cgroup_watch_read(w);
		if (event == CGROUP_GONE)
			return 0;
		if (event == CGROUP_OOM)
			r = give_oom(ev, e);
		if (r == 0 && now_ns() >= next) {
			r = tick(ev, e);
			/* As a clock ticks, but what was missed is not made up for. */
			next += interval;
			if (next < now_ns())
				next = now_ns() + interval;
		}
		if (r < 0)
			return r;
	}
}

static int run(struct events *ev, const struct strake_events_options *o, struct err *e)
{
	struct cgroup_watch *w = NULL;
	bool given;
	int r = opened_cgroup(ev->c, e);

	if (r < 0)
		return r;
	if (o->stats_only)
		return give_stats(ev, &given, e);
	r = cgroup_watch_new(ev->c->cgroup, &w, e);
	if (r == 0)
		r = follow(ev, w, o->interval_ns, e);
	cgroup_watch_free(w);
	return r;
}

int container_events(struct runtime *rt, const char *id, const struct strake_events_options *o,
		     int (*fn)(void *data, const char *json), void *data, struct err *e)
{
	struct opened c;
	struct events ev = { .c = &c, .fn = fn, .data = data };
	int r = opened_init(&c, rt, id, OPEN_UNLOCKED, e);

	if (r < 0)
		return r;
	if (!o->stats_only && o->interval_ns <= 0)
		r = err_make(e, ERR_USAGE, EINVAL, "duration interval must be greater than 0");
	else if (c.status == STATUS_STOPPED)
		r = err_make(e, ERR_STATE, ESRCH, "container with id %s is not running", id);
	if (r == 0) {
		ev.has_config = snapshot_load(&c.dir, &ev.config, e) == 0;
		ev.rdt = ev.has_config ? ev.config.linux->intel_rdt : NULL;
		err_init(e);
		r = run(&ev, o, e);
	}
	if (ev.has_config)
		spec_fini(&ev.config);
	opened_fini(&c);
	return r;
}
