/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpulist.h"
#include "base/path.h"
#include "oci/validate_parts.h"
#include "oci/words.h"

static int check_command(const struct spec_process *p, struct err *e)
{
	if (!*p->cwd)
		return INVALID(e, ("process.cwd"), "Cwd property must not be empty");
	if (!path_is_absolute(p->cwd))
		return INVALID(e, ("process.cwd"), "Cwd must be an absolute path, found \"%s\"",
			       p->cwd);
	if (p->args.n == 0)
		return INVALID(e, ("process.args"), "args must not be empty");
	return 0;
}

static int check_env(const struct spec_process *p, struct err *e)
{
	for (size_t i = 0; i < p->env.n; i++) {
		if (p->env.v[i][0] == '=')
			return INVALID(e, ("process.env[%zu]", i),
				       "invalid environment variable: name cannot be empty");
		if (!strchr(p->env.v[i], '='))
			return INVALID(e, ("process.env[%zu]", i),
				       "invalid environment variable: missing '='");
	}
	return 0;
}

#define NO_ID "expected an id from 0 to 4294967294, found %u"

/* (uid_t)-1 means "leave it" to the kernel's calls, which would keep the caller's id: root. */
static int check_user(const struct spec_process *p, struct err *e)
{
	if (p->user.uid == UINT32_MAX || p->user.gid == UINT32_MAX)
		return INVALID(e, ("process.user.%s", p->user.uid == UINT32_MAX ? "uid" : "gid"),
			       NO_ID, UINT32_MAX);
	for (size_t i = 0; i < p->user.n_additional_gids; i++)
		if (p->user.additional_gids[i] == UINT32_MAX)
			return INVALID(e, ("process.user.additionalGids[%zu]", i), NO_ID, UINT32_MAX);
	return 0;
}

/* config.md: entries "with same type": "the runtime MUST generate an error". */
static int check_rlimits(const struct spec_process *p, struct err *e)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < p->rlimits.n; i++) {
		const struct spec_rlimit *l = &p->rlimits.v[i];
		const char *name = json_word_name(&words_rlimit, (unsigned)l->resource);

		if (seen & UINT64_C(1) << l->resource)
			return INVALID(e, ("process.rlimits[%zu]", i), "duplicated %s", name);
		seen |= UINT64_C(1) << l->resource;
		if (l->soft > l->hard)
			return INVALID(e, ("process.rlimits[%zu].soft", i),
				       "%s: expected at most the hard limit, %llu, found %llu", name,
				       (unsigned long long)l->hard, (unsigned long long)l->soft);
	}
	return 0;
}

static int check_oom_score(const struct spec_process *p, struct err *e)
{
	if (p->oom_score_adj.set && (p->oom_score_adj.v < -1000 || p->oom_score_adj.v > 1000))
		return INVALID(e, ("process.oomScoreAdj"),
			       "expected an integer from -1000 to 1000, found %d", p->oom_score_adj.v);
	return 0;
}

/* Numbers of linux/sched.h, as in words.c. */
enum { OTHER = 0, FIFO = 1, RR = 2, BATCH = 3, DEADLINE = 6 };

static int check_scheduler(const struct spec_process *p, struct err *e)
{
	const struct spec_scheduler *s = p->scheduler;

	if (!s)
		return 0;
	if ((s->policy == OTHER || s->policy == BATCH) && (s->nice < -20 || s->nice > 19))
		return INVALID(e, ("process.scheduler.nice"),
			       "invalid scheduler.nice: %d when scheduler.policy is %s: expected an "
			       "integer from -20 to 19", s->nice,
			       json_word_name(&words_sched_policy, s->policy));
	if (s->priority && s->policy != FIFO && s->policy != RR)
		return INVALID(e, ("process.scheduler.priority"),
			       "scheduler.priority can only be specified for SchedFIFO or "
			       "SchedRR policy");
	if ((s->runtime || s->deadline || s->period) && s->policy != DEADLINE)
		return INVALID(e, ("process.scheduler"),
			       "scheduler runtime/deadline/period can only be specified for "
			       "SchedDeadline policy");
	return 0;
}

static int check_io_priority(const struct spec_process *p, struct err *e)
{
	if (p->io_priority && (p->io_priority->priority < 0 || p->io_priority->priority > 7))
		return INVALID(e, ("process.ioPriority.priority"),
			       "invalid ioPriority.Priority: %d: expected an integer from 0 to 7",
			       p->io_priority->priority);
	return 0;
}

static int check_cpus(const char *name, const char *list, struct err *e)
{
	struct cpulist cpus;

	if (list && cpulist_parse(list, &cpus) < 0)
		return INVALID(e, ("process.execCPUAffinity.%s", name),
			       "expected a list of CPUs, found \"%s\"", list);
	return 0;
}

/* Of use to exec alone, and wrong at create already. */
static int check_cpu_affinity(const struct spec_process *p, struct err *e)
{
	const struct spec_cpu_affinity *a = p->exec_cpu_affinity;
	int r = a ? check_cpus("initial", a->initial, e) : 0;

	return a && r == 0 ? check_cpus("final", a->final, e) : r;
}

int spec_validate_process(const struct spec_process *p, struct err *e)
{
	static int (*const checks[])(const struct spec_process *, struct err *) = {
		check_command, check_env, check_user, check_rlimits, check_oom_score,
		check_scheduler, check_io_priority, check_cpu_affinity,
	};

	err_init(e);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int r = checks[i](p, e);

		if (r < 0)
			return r;
	}
	return 0;
}
