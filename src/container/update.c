/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update: new limits into the cgroup, and into resources.json beside the config for the next one.
 * Only what was asked for is written. runc writes all that it has stored; a limit that somebody
 * changed meanwhile, or that can no longer be met, would then come into the way of another.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/str.h"
#include "container/config.h"
#include "container/opened.h"
#include "oci/emit.h"
#include "oci/load.h"
#include "oci/merge.h"
#include "sched/sched.h"

struct update {
	struct arena arena;
	struct spec config;  /* the snapshot; not of a container that runc made */
	bool has_config;
	struct spec_resources *stored; /* NULL: there were none */
	struct spec_resources *wanted; /* what the caller gave */
};

static void update_fini(struct update *u)
{
	if (u->has_config)
		spec_fini(&u->config);
	arena_fini(&u->arena);
}

/* The caller's values as one resources object. */
static struct spec_resources *resources_of(struct arena *a, const struct strake_update_options *o)
{
	struct spec_resources *r = arena_new(a, struct spec_resources);

	if (!r)
		return NULL;
	r->memory = arena_new(a, struct spec_memory);
	r->cpu = arena_new(a, struct spec_cpu);
	r->block_io = arena_new(a, struct spec_blkio);
	if (!r->memory || !r->cpu || !r->block_io)
		return NULL;
#define TAKE(to, from)                              \
	do {                                        \
		if (o->from) {                      \
			r->to.set = true;           \
			r->to.v = *o->from;         \
		}                                   \
	} while (0)
	TAKE(block_io->weight, blkio_weight);
	TAKE(cpu->period, cpu_period);
	TAKE(cpu->burst, cpu_burst);
	TAKE(cpu->shares, cpu_shares);
	TAKE(cpu->realtime_period, cpu_rt_period);
	TAKE(cpu->quota, cpu_quota);
	TAKE(cpu->realtime_runtime, cpu_rt_runtime);
	TAKE(cpu->idle, cpu_idle);
	TAKE(memory->limit, memory);
	TAKE(memory->reservation, memory_reservation);
	TAKE(memory->swap, memory_swap);
	TAKE(pids_limit, pids_limit);
#undef TAKE
	if (o->cpuset_cpus)
		r->cpu->cpus = arena_strdup(a, o->cpuset_cpus);
	if (o->cpuset_mems)
		r->cpu->mems = arena_strdup(a, o->cpuset_mems);
	return r;
}

static int read_wanted(struct update *u, const struct strake_update_options *o, struct err *e)
{
	struct spec_memory *m;
	int r = 0;

	if (o->resources)
		r = spec_load_resources(&u->arena, "resources", o->resources, o->resources_len,
					&u->wanted, e);
	else if (!(u->wanted = resources_of(&u->arena, o)))
		r = err_sys(e, ENOMEM, "update");
	if (r < 0)
		return r;
	m = u->wanted->memory;
	if (m && (m->kernel.set || m->kernel_tcp.set))
		log_warn("Kernel memory settings are ignored and will be removed");
	/* It does not outlive the update that asked for it. */
	if (m && !m->check_before_update.set)
		m->check_before_update = (struct opt_bool){ .set = true, .v = false };
	return 0;
}

static int read_runc_state(struct opened *c, struct update *u, struct err *e)
{
	auto_free char *text = NULL;
	size_t len;
	int r = store_read_state_text(&c->dir, &text, &len, e);

	return r < 0 ? r : spec_resources_of_runc(&u->arena, "state.json", text, len, &u->stored, e);
}

/* What an earlier update left, else what the container was created with. */
static int read_stored(struct opened *c, struct update *u, struct err *e)
{
	auto_free char *text = NULL;
	size_t len = 0;
	int r = snapshot_load(&c->dir, &u->config, e);

	/* Only a container that runc made has no snapshot. */
	u->has_config = r == 0;
	if (r == 0 || r == -ENOENT)
		r = store_read_resources(&c->dir, &text, &len, e);
	if (r < 0)
		return r;
	if (text)
		return spec_load_resources(&u->arena, "resources.json", text, len, &u->stored, e);
	if (!u->has_config)
		return read_runc_state(c, u, e);
	u->stored = u->config.linux->resources;
	return 0;
}

static int check_intel_rdt(const struct update *u, const struct strake_update_options *o,
			   struct err *e)
{
	bool cache = !str_empty(o->l3_cache_schema), bandwidth = !str_empty(o->mem_bw_schema);

	if (cache && !intelrdt_has_cache())
		return err_make(e, ERR_UNSUPPORTED, ENODEV,
				"Intel RDT/CAT: l3 cache schema is not enabled");
	if (bandwidth && !intelrdt_has_bandwidth())
		return err_make(e, ERR_UNSUPPORTED, ENODEV,
				"Intel RDT/MBA: memory bandwidth schema is not enabled");
	if ((cache || bandwidth) && !(u->has_config && u->config.linux->intel_rdt))
		return err_make(e, ERR_STATE, EINVAL,
				"updating a non-existent Intel RDT configuration is not supported");
	return 0;
}

/* The kernel keeps the schemata that are not written. */
static int set_intel_rdt(const struct opened *c, const struct update *u,
			 const struct strake_update_options *o, struct err *e)
{
	struct spec_intel_rdt rdt;
	int r = 0;

	if (str_empty(o->l3_cache_schema) && str_empty(o->mem_bw_schema))
		return 0;
	rdt = (struct spec_intel_rdt){ .clos_id = u->config.linux->intel_rdt->clos_id };
	rdt.l3_cache_schema = o->l3_cache_schema ? strdup(o->l3_cache_schema) : NULL;
	rdt.mem_bw_schema = o->mem_bw_schema ? strdup(o->mem_bw_schema) : NULL;
	if ((o->l3_cache_schema && !rdt.l3_cache_schema) ||
	    (o->mem_bw_schema && !rdt.mem_bw_schema))
		r = err_sys(e, ENOMEM, "update");
	if (r == 0)
		r = intelrdt_set(&rdt, c->state.id, e);
	free(rdt.l3_cache_schema);
	free(rdt.mem_bw_schema);
	return r;
}

/* Half of an update is none: what was there before, as far as it is known. */
static void set_back(struct opened *c, const struct update *u)
{
	char text[ERR_TEXT_MAX];
	struct err e;

	err_init(&e);
	if (!u->stored || cgroup_set(c->cgroup, u->stored, &e) >= 0)
		return;
	err_format(&e, text, sizeof(text));
	log_warn("the limits that were in force before could not be set again: %s", text);
}

static int write_stored(const struct opened *c, const struct spec_resources *merged, struct err *e)
{
	auto_str text = { 0 };
	int r = spec_emit_resources(merged, NULL, &text, e);

	return r < 0 ? r : store_write_resources(&c->dir, str_text(&text), text.len, e);
}

static int update(struct opened *c, struct update *u, const struct strake_update_options *o,
		  struct err *e)
{
	struct spec_resources *limits = NULL, *merged = NULL;
	int r = read_wanted(u, o, e);

	if (r == 0)
		r = read_stored(c, u, e);
	if (r == 0 && u->has_config && o->resources)
		spec_drop_old_pids(u->config.oci_version, u->wanted);
	if (r == 0)
		r = check_intel_rdt(u, o, e);
	if (r == 0)
		r = spec_update_complete(&u->arena, u->stored, u->wanted, &limits, e);
	if (r == 0)
		r = spec_update_merge(&u->arena, u->stored, u->wanted, &merged, e);
	if (r < 0)
		return r;
	if (c->status == STATUS_STOPPED || c->status == STATUS_CREATING)
		return err_make(e, ERR_STATE, EINVAL, "container not running");
	r = cgroup_set(c->cgroup, limits, e);
	if (r >= 0)
		r = set_intel_rdt(c, u, o, e);
	if (r < 0) {
		set_back(c, u);
		return r;
	}
	return write_stored(c, merged, e);
}

int container_update(struct runtime *rt, const char *id, const struct strake_update_options *o,
		     struct err *e)
{
	struct update u = { .has_config = false };
	struct opened c;
	int r = opened_init(&c, rt, id, OPEN_LOCKED, e);

	if (r < 0)
		return r;
	arena_init(&u.arena);
	r = update(&c, &u, o, e);
	update_fini(&u);
	opened_fini(&c);
	return r;
}
