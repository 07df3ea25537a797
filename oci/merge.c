/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/merge.h"

#include <errno.h>

#include "json/field.h"

/* An optional number or bool of a section. */
struct number {
	size_t set, v, size;
	bool zero_counts; /* 0 is a value; elsewhere it is what callers write for "not given" */
};
#define NUMBER(T, m, zero)                                                      \
	{ offsetof(T, m.set), offsetof(T, m.v), sizeof(((T *)0)->m.v), (zero) }

static const struct number memory_numbers[] = {
#define T struct spec_memory
	NUMBER(T, limit, false), NUMBER(T, reservation, false), NUMBER(T, swap, false),
	NUMBER(T, swappiness, true), NUMBER(T, disable_oom_killer, true),
	NUMBER(T, use_hierarchy, true), NUMBER(T, check_before_update, true),
#undef T
};
static const struct number cpu_numbers[] = {
#define T struct spec_cpu
	NUMBER(T, shares, false), NUMBER(T, quota, false), NUMBER(T, period, false),
	NUMBER(T, burst, true), NUMBER(T, realtime_runtime, false),
	NUMBER(T, realtime_period, false), NUMBER(T, idle, true),
#undef T
};
static const struct number blkio_numbers[] = {
	NUMBER(struct spec_blkio, weight, false), NUMBER(struct spec_blkio, leaf_weight, false),
};
static const struct number weight_numbers[] = {
	NUMBER(struct spec_blkio_weight_device, weight, true),
	NUMBER(struct spec_blkio_weight_device, leaf_weight, true),
};
static const struct number rdma_numbers[] = {
	NUMBER(struct spec_rdma, hca_handles, true), NUMBER(struct spec_rdma, hca_objects, true),
};

static void take_numbers(void *to, const void *from, const struct number *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct number *f = &numbers[i];
		const char *v = (const char *)from + f->v;

		if (!*((const bool *)from + f->set) ||
		    (!f->zero_counts && json_load_uint(v, f->size) == 0))
			continue;
		*((bool *)to + f->set) = true;
		memcpy((char *)to + f->v, v, f->size);
	}
}
#define TAKE_NUMBERS(to, from, table) take_numbers(to, from, table, ARRAY_SIZE(table))

/*
 * Lists whose items have an identity: an item of the update changes the last one of the same
 * identity, which is the one in force, or is added.
 */
struct list_kind {
	size_t size;
	bool (*same)(const void *a, const void *b);
	void (*change)(void *item, const void *by);
};

static int merge_list(struct arena *a, const struct list_kind *k, const void *stored,
		      size_t n_stored, const void *update, size_t n_update, void *ret_list,
		      size_t *ret_n)
{
	char *v = arena_array(a, n_stored + n_update + 1, k->size);
	size_t n = n_stored;

	if (!v)
		return -ENOMEM;
	if (n_stored)
		memcpy(v, stored, n_stored * k->size);
	for (size_t i = 0; i < n_update; i++) {
		const char *by = (const char *)update + i * k->size;
		size_t at = n;

		while (at > 0 && !k->same(v + (at - 1) * k->size, by))
			at--;
		if (at)
			k->change(v + (at - 1) * k->size, by);
		else
			memcpy(v + n++ * k->size, by, k->size);
	}
	if (n)
		memcpy(ret_list, &v, sizeof(v));
	*ret_n = n;
	return 0;
}

#define LIST_KIND(kind, T, same_, change_)                                              \
	static bool kind##_same(const void *pa, const void *pb)                         \
	{                                                                               \
		const T *x = pa, *y = pb;                                               \
		return (same_);                                                         \
	}                                                                               \
	static void kind##_change(void *px, const void *py)                             \
	{                                                                               \
		T *x = px;                                                              \
		const T *y = py;                                                        \
		change_;                                                                \
	}                                                                               \
	static const struct list_kind kind = { sizeof(T), kind##_same, kind##_change }

LIST_KIND(weight_device, struct spec_blkio_weight_device,
	  x->major == y->major && x->minor == y->minor, TAKE_NUMBERS(x, y, weight_numbers));
LIST_KIND(throttle, struct spec_blkio_throttle, x->major == y->major && x->minor == y->minor,
	  x->rate = y->rate);
LIST_KIND(hugepage, struct spec_hugepage_limit, str_eq(x->page_size, y->page_size),
	  x->limit = y->limit);
LIST_KIND(priority, struct spec_net_priority, str_eq(x->name, y->name), x->priority = y->priority);
LIST_KIND(rdma, struct spec_rdma, str_eq(x->device, y->device), TAKE_NUMBERS(x, y, rdma_numbers));
LIST_KIND(file, struct key_value, str_eq(x->key, y->key), x->value = y->value);

#define MERGE(kind, list, n, stored, update)                                                       \
	merge_list(a, &(kind), (stored)->list, (stored)->n, (update)->list, (update)->n,           \
		   &to->list, &to->n)

static int merge_blkio(struct arena *a, struct spec_blkio *to, const struct spec_blkio *u)
{
	const struct spec_blkio old = *to;
	int r;

	TAKE_NUMBERS(to, u, blkio_numbers);
	r = MERGE(weight_device, weight_devices, n_weight_devices, &old, u);
	if (r == 0)
		r = MERGE(throttle, read_bps.v, read_bps.n, &old, u);
	if (r == 0)
		r = MERGE(throttle, write_bps.v, write_bps.n, &old, u);
	if (r == 0)
		r = MERGE(throttle, read_iops.v, read_iops.n, &old, u);
	if (r == 0)
		r = MERGE(throttle, write_iops.v, write_iops.n, &old, u);
	return r;
}

static int merge_network(struct arena *a, struct spec_network *to, const struct spec_network *u)
{
	const struct spec_network old = *to;

	if (u->class_id.set && u->class_id.v)
		to->class_id = u->class_id;
	return MERGE(priority, priorities, n_priorities, &old, u);
}

static void merge_memory(struct spec_memory *to, const struct spec_memory *u)
{
	/* "Unlimited" means memory+swap too, unless that is given. */
	if (u->limit.set && u->limit.v == -1)
		to->swap = (struct opt_i64){ .set = false };
	TAKE_NUMBERS(to, u, memory_numbers);
	to->kernel = to->kernel_tcp = (struct opt_i64){ .set = false };
}

static void merge_cpu(struct spec_cpu *to, const struct spec_cpu *u)
{
	/* Idle has a weight of its own, and the kernel forgets the old one. */
	if (u->idle.set)
		to->shares = (struct opt_u64){ .set = false };
	TAKE_NUMBERS(to, u, cpu_numbers);
	if (!str_empty(u->cpus))
		to->cpus = u->cpus;
	if (!str_empty(u->mems))
		to->mems = u->mems;
}

/* A copy of a section, or an empty one; NULL only when out of memory. */
static void *copy(struct arena *a, const void *from, size_t size)
{
	void *to = arena_alloc(a, size);

	if (to && from)
		memcpy(to, from, size);
	return to;
}
#define COPY(from) copy(a, (from), sizeof(*(from)))

static int merge_lists(struct arena *a, struct spec_resources *to, const struct spec_resources *u)
{
	const struct spec_resources old = *to;
	int r = MERGE(hugepage, hugepage_limits, n_hugepage_limits, &old, u);

	if (r == 0)
		r = MERGE(rdma, rdma, n_rdma, &old, u);
	if (r == 0)
		r = MERGE(file, unified.v, unified.n, &old, u);
	return r;
}

/* The sections that update has become copies, changed; the others stay shared with stored. */
static int merge_sections(struct arena *a, struct spec_resources *to,
			  const struct spec_resources *u)
{
	int r = 0;

	if (u->memory) {
		to->memory = COPY(to->memory);
		if (!to->memory)
			return -ENOMEM;
		merge_memory(to->memory, u->memory);
	}
	if (u->cpu) {
		to->cpu = COPY(to->cpu);
		if (!to->cpu)
			return -ENOMEM;
		merge_cpu(to->cpu, u->cpu);
	}
	if (u->block_io) {
		to->block_io = COPY(to->block_io);
		r = to->block_io ? merge_blkio(a, to->block_io, u->block_io) : -ENOMEM;
	}
	if (r == 0 && u->network) {
		to->network = COPY(to->network);
		r = to->network ? merge_network(a, to->network, u->network) : -ENOMEM;
	}
	return r;
}

int spec_update_merge(struct arena *a, const struct spec_resources *stored,
		      const struct spec_resources *update, struct spec_resources **ret,
		      struct err *e)
{
	struct spec_resources *to = COPY(stored);
	int r = to ? merge_sections(a, to, update) : -ENOMEM;

	if (r == 0)
		r = merge_lists(a, to, update);
	if (r < 0)
		return err_sys(e, -r, "update the stored resources");
	if (update->pids_limit.set)
		to->pids_limit = update->pids_limit;
	*ret = to;
	return 0;
}

static bool given_u64(const struct opt_u64 *v)
{
	return v->set && v->v;
}

static bool given_i64(const struct opt_i64 *v)
{
	return v->set && v->v;
}

static void complete_cpu(struct spec_cpu *to, const struct spec_cpu *stored)
{
	bool quota = given_i64(&to->quota), period = given_u64(&to->period);

	if (quota && !period && given_u64(&stored->period))
		to->period = stored->period;
	if (period && !quota && given_i64(&stored->quota))
		to->quota = stored->quota;
}

static void complete_memory(struct spec_memory *to, const struct spec_memory *stored)
{
	bool limit = given_i64(&to->limit), swap = given_i64(&to->swap);

	if (limit && !swap && to->limit.v != -1 && given_i64(&stored->swap))
		to->swap = stored->swap;
	if (swap && !limit && given_i64(&stored->limit))
		to->limit = stored->limit;
}

int spec_update_complete(struct arena *a, const struct spec_resources *stored,
			 const struct spec_resources *update, struct spec_resources **ret,
			 struct err *e)
{
	struct spec_resources *to = COPY(update);

	if (to && to->cpu && stored && stored->cpu)
		to->cpu = COPY(to->cpu);
	if (to && to->memory)
		to->memory = COPY(to->memory);
	if (!to || (update->cpu && !to->cpu) || (update->memory && !to->memory))
		return err_sys(e, ENOMEM, "update the resources");
	to->devices = NULL;
	to->n_devices = 0;
	if (to->cpu && stored && stored->cpu)
		complete_cpu(to->cpu, stored->cpu);
	if (to->memory && stored && stored->memory)
		complete_memory(to->memory, stored->memory);
	if (to->memory)
		to->memory->kernel = to->memory->kernel_tcp = (struct opt_i64){ .set = false };
	*ret = to;
	return 0;
}
