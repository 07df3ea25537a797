/* SPDX-License-Identifier: Apache-2.0 */
/* A spec's limits as unit properties, as runc maps them. What units have no property for is left
 * to the files. */
#include "cgroup/systemd/unit.h"

#include <errno.h>

#include "cgroup/fs/rows.h"

#define ANNOTATION "org.systemd.property."

/* Which version of systemd knows it. */
enum { HAS_OOM_POLICY = 253 };

/* ---- memory, io, pids ---- */

static bool has(const struct opt_i64 *v)
{
	return v->set && v->v;
}

static int add_memory(const struct sd_limits *l, struct sd_props *p, struct err *e)
{
	const struct spec_memory *m = l->r->memory;
	int64_t swap;
	int r;

	/* -1 is systemd's infinity when it has no sign. */
	if (has(&m->limit))
		sd_add_u64(p, l->v2 ? "MemoryMax" : "MemoryLimit", (uint64_t)m->limit.v);
	if (!l->v2)
		return 0;
	if (has(&m->reservation))
		sd_add_u64(p, "MemoryLow", (uint64_t)m->reservation.v);
	r = cg_swap_max(m->limit.set ? m->limit.v : 0, m->swap.set ? m->swap.v : 0, &swap, e);
	if (r == 0 && swap != CG_NOTHING)
		sd_add_u64(p, "MemorySwapMax", (uint64_t)swap);
	return r;
}

static void add_io(const struct sd_limits *l, struct sd_props *p)
{
	const struct opt_u16 *w = &l->r->block_io->weight;
	uint64_t v2;

	if (!w->set || !w->v)
		return;
	v2 = cg_io_weight(w->v);
	if (!l->v2)
		sd_add_u64(p, "BlockIOWeight", w->v);
	else if (v2 && v2 <= 10000) /* what is not is refused by the files, by name */
		sd_add_u64(p, "IOWeight", v2);
}

static void add_pids(const struct sd_limits *l, struct sd_props *p)
{
	int64_t n = l->r->pids_limit.v;

	/* systemd refuses 0. */
	if (l->r->pids_limit.set)
		sd_add_u64(p, "TasksMax", n < 0 ? SD_INFINITY : n == 0 ? 1 : (uint64_t)n);
}

static int finish(const struct sd_props *p, struct err *e)
{
	return p->failed ? err_sys(e, ENOMEM, "unit properties") : 0;
}

int sd_plan_limits(const struct sd_limits *l, struct sd_props *p, struct opt_i64 *ret_quota,
		   struct err *e)
{
	int r = 0;

	*ret_quota = (struct opt_i64){ 0 };
	if (!l->r)
		return 0;
	if (l->r->memory)
		r = add_memory(l, p, e);
	if (r == 0 && l->r->cpu)
		r = sd_plan_cpu(l, p, ret_quota, e);
	if (r < 0)
		return r;
	if (l->r->block_io)
		add_io(l, p);
	add_pids(l, p);
	r = l->v2 ? sd_plan_unified(l, p, e) : 0;
	return r < 0 ? r : finish(p, e);
}

/* ---- the start ---- */

static bool is_property_name(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	return n >= 3 && !s[n];
}

/*
 * What describes, orders, limits and ends the container's own unit; a final star stands for all
 * that begins so. The rest starts or stops units of the host, shuts it down (SuccessAction) or takes
 * its processes (PIDs): with CRI-O any user of a cluster could, by annotation (CVE-2024-3154).
 */
static const char *const allowed[] = {
	"After", "Allowed*", "Before", "BlockIO*", "CPU*", "CollectMode", "CoredumpReceive",
	"DefaultDependencies", "Delegate", "DelegateControllers", "DelegateSubgroup", "Description",
	"DisableControllers", "Documentation", "FinalKillSignal", "IO*", "IPAccounting",
	"IPAddressAllow", "IPAddressDeny", "KillMode", "KillSignal", "ManagedOOM*", "Memory*",
	"OOMPolicy", "RestartKillSignal", "RestrictNetworkInterfaces", "RuntimeMaxUSec",
	"RuntimeRandomizedExtraUSec", "SendSIGHUP", "SendSIGKILL", "SocketBind*", "Startup*",
	"Tasks*", "TimeoutStopUSec",
};

static bool is_allowed(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		size_t n = strcspn(allowed[i], "*");

		if (strncmp(name, allowed[i], n) == 0 && (allowed[i][n] || !name[n]))
			return true;
	}
	return false;
}

/* "TimeoutStopSec", as the manual has it, is TimeoutStopUSec on the bus, and a whole number. */
static int sec_to_usec(struct sd_props *p, const struct sd_value **v, struct err *e)
{
	const struct sd_value *old = *v;
	struct sd_value *usec = sd_value_new(p->a, 't', "t", 0);

	if (!usec)
		return err_sys(e, ENOMEM, "unit properties");
	if (strlen(old->sig) != 1 || !strchr("ynqiuxtd", old->type))
		return err_make(e, ERR_CONFIG, EINVAL, "not a number");
	if (old->type == 'd' ? old->d < 0 || old->d > 1e12
			     : strchr("nix", old->type) ? old->i < 0 : old->u > INT64_MAX / 1000000)
		return err_make(e, ERR_CONFIG, ERANGE, "not a number of seconds");
	usec->u = old->type == 'd' ? (uint64_t)(old->d * 1000000) : old->u * 1000000;
	*v = usec;
	return 0;
}

static int add_annotation(struct sd_props *p, const struct key_value *kv, struct err *e)
{
	const char *name = kv->key + strlen(ANNOTATION);
	size_t len = strlen(name);
	const struct sd_value *v;
	int r;

	if (!is_property_name(name))
		return err_make(e, ERR_CONFIG, EINVAL,
				"annotation %s name incorrect: a property has three letters or more, and nothing else",
				kv->key);
	r = sd_value_parse(p->a, kv->value, &v, e);
	if (r == 0 && len > 3 && strcmp(name + len - 3, "Sec") == 0 && name[len - 4] >= 'a') {
		name = arena_printf(p->a, "%.*sUSec", (int)(len - 3), name);
		r = sec_to_usec(p, &v, e);
	}
	if (r < 0)
		return err_wrap(e, "annotation %s=%s value parse error", kv->key, kv->value);
	if (!is_allowed(name))
		return err_make(e, ERR_CONFIG, EPERM,
				"annotation %s: only properties that concern the container's own unit can be set",
				kv->key);
	sd_add(p, name, v);
	return 0;
}

/* systemd lets nobody change it later, though the kernel would. */
static int add_oom_policy(const struct sd_limits *l, struct sd_props *p, struct err *e)
{
	if (!l->r || !l->v2 || l->version < HAS_OOM_POLICY)
		return 0;
	for (size_t i = 0; i < l->r->unified.n; i++) {
		const struct key_value *kv = &l->r->unified.v[i];

		if (!str_eq(kv->key, "memory.oom.group"))
			continue;
		if (str_eq(kv->value, "0") || str_eq(kv->value, "1"))
			sd_add_str(p, "OOMPolicy", *kv->value == '1' ? "kill" : "continue");
		else
			return err_make(e, ERR_CONFIG, EINVAL,
					"unified resource \"%s\" is 0 or 1, not \"%s\"", kv->key,
					kv->value);
	}
	return 0;
}

int sd_plan_start(const struct sd_unit *u, const struct sd_limits *l, pid_t pid,
		  const struct kv_list *annotations, struct sd_props *p, struct err *e)
{
	sd_add_str(p, "Description", arena_printf(p->a, "strake container %s", u->label));
	if (u->is_slice) {
		sd_add_list(p, "Wants", u->slice);
	} else {
		sd_add_str(p, "Slice", u->slice);
		sd_add_bool(p, "Delegate", true);
		if (pid)
			sd_add_pid(p, "PIDs", (uint32_t)pid);
	}
	/* As with the files, where every controller counts; and a memory cgroup that is joined late
	 * does not know what was used before. */
	sd_add_bool(p, "MemoryAccounting", true);
	sd_add_bool(p, "CPUAccounting", true);
	sd_add_bool(p, l->v2 ? "IOAccounting" : "BlockIOAccounting", true);
	sd_add_bool(p, "TasksAccounting", true);
	sd_add_bool(p, "DefaultDependencies", false);
	for (size_t i = 0; annotations && i < annotations->n; i++) {
		int r = str_starts(annotations->v[i].key, ANNOTATION)
				? add_annotation(p, &annotations->v[i], e) : 0;

		if (r < 0)
			return r;
	}
	return add_oom_policy(l, p, e) < 0 ? -(int)e->errnum : finish(p, e);
}
