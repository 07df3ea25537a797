/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/go_values.h"

/* The flags that are text to be parsed, in the order in which runc looks at them. */
#define TEXT_FLAGS(X)                                                                              \
	X(cpu_idle, "cpu-idle", parse_int,                                                         \
	  "1: run only when nothing else wants to (SCHED_IDLE); 0: not")                           \
	X(cpu_burst, "cpu-burst", parse_uint,                                                      \
	  "microseconds that may be saved up beyond the quota")                                    \
	X(cpu_period, "cpu-period", parse_uint, "length of the CPU period in microseconds")        \
	X(cpu_rt_period, "cpu-rt-period", parse_uint, "the same for realtime processes")           \
	X(cpu_shares, "cpu-share", parse_uint, "weight against other containers, 2 to 262144")     \
	X(cpu_quota, "cpu-quota", parse_int, "microseconds of CPU time in a period; -1: no limit") \
	X(cpu_rt_runtime, "cpu-rt-runtime", parse_int, "the same for realtime processes")          \
	X(memory, "memory", parse_size, "bytes of memory, or with k, m, g; -1: no limit")          \
	X(memory_swap, "memory-swap", parse_size, "memory and swap together; -1: no limit")        \
	X(kernel_memory, "kernel-memory", parse_size, NULL)                                        \
	X(kernel_memory_tcp, "kernel-memory-tcp", parse_size, NULL)                                \
	X(memory_reservation, "memory-reservation", parse_size,                                    \
	  "what it keeps when memory is short")

enum text_flag {
#define X(id, name, parse, help) FLAG_##id,
	TEXT_FLAGS(X)
#undef X
	FLAG_MAX
};

struct values {
	const char *resources, *cpus, *mems, *l3, *mem_bw;
	struct opt_int blkio_weight, pids_limit;
	const char *text[FLAG_MAX];
};

#define FLAG(kind, field, name, help) OPT(kind, struct values, field, name, NULL, help)
static const struct opt opts[] = {
	OPT(OPT_STRING, struct values, resources, "resources", "r",
	    "take the limits from this file (\"-\": standard input): a config's linux.resources"),
	FLAG(OPT_INT, blkio_weight, "blkio-weight", "weight of block IO, 10 to 1000"),
	FLAG(OPT_STRING, cpus, "cpuset-cpus", "CPUs to run on, such as 0-3,7"),
	FLAG(OPT_STRING, mems, "cpuset-mems", "memory nodes to use"),
#define X(id, name_, parse, help_)                                                              \
	{ .name = (name_), .kind = OPT_STRING, .offset = offsetof(struct values, text[FLAG_##id]), \
	  .hidden = !(help_), .help = (help_) },
	TEXT_FLAGS(X)
#undef X
	FLAG(OPT_INT, pids_limit, "pids-limit", "processes and threads; -1: no limit"),
	FLAG(OPT_STRING, l3, "l3-cache-schema", "Intel RDT: the line for the L3 cache"),
	FLAG(OPT_STRING, mem_bw, "mem-bw-schema", "Intel RDT: the line for memory bandwidth"),
	OPT_END
};

/* A flag's value as the library wants it. */
union number {
	uint64_t u;
	int64_t i;
};

static int parse_uint(const char *s, union number *ret, struct err *e)
{
	return go_uint(s, &ret->u, e);
}

static int parse_int(const char *s, union number *ret, struct err *e)
{
	return go_int(s, &ret->i, e);
}

static int parse_size(const char *s, union number *ret, struct err *e)
{
	if (!str_eq(s, "-1"))
		return go_size(s, &ret->i, e);
	ret->i = -1;
	return 0;
}

static const struct {
	const char *name;
	int (*parse)(const char *s, union number *ret, struct err *e);
} text_flags[] = {
#define X(id, name, parse, help) { name, parse },
	TEXT_FLAGS(X)
#undef X
};

static int parse_text(struct cli *c, const struct values *v, union number numbers[FLAG_MAX])
{
	for (size_t i = 0; i < FLAG_MAX; i++) {
		char why[ERR_TEXT_MAX];
		struct err e;

		err_init(&e);
		if (!v->text[i] || text_flags[i].parse(v->text[i], &numbers[i], &e) == 0)
			continue;
		err_format(&e, why, sizeof(why));
		return cli_fail(c, "invalid value for %s: %s", text_flags[i].name, why);
	}
	return 0;
}

static void warn_kernel_memory(struct cli *c, const struct values *v)
{
	if (v->text[FLAG_kernel_memory] || v->text[FLAG_kernel_memory_tcp])
		logger_record(&c->log, LOG_LEVEL_WARNING,
			      "Kernel memory settings are ignored and will be removed");
}

static int update_by_flags(struct cli *c, const struct values *v, const char *id,
			   struct strake_update_options *o)
{
	union number n[FLAG_MAX];
	uint16_t weight = (uint16_t)v->blkio_weight.v;

	if (parse_text(c, v, n) < 0)
		return -1;
	if (v->blkio_weight.v < 0 || v->blkio_weight.v > UINT16_MAX)
		return cli_fail(c, "invalid value for blkio-weight: value out of range");
	warn_kernel_memory(c, v);
#define U(id_) (v->text[FLAG_##id_] ? &n[FLAG_##id_].u : NULL)
#define I(id_) (v->text[FLAG_##id_] ? &n[FLAG_##id_].i : NULL)
	o->blkio_weight = weight ? &weight : NULL;
	o->cpu_period = U(cpu_period);
	o->cpu_burst = U(cpu_burst);
	o->cpu_shares = U(cpu_shares);
	o->cpu_rt_period = U(cpu_rt_period);
	o->cpu_quota = I(cpu_quota);
	o->cpu_rt_runtime = I(cpu_rt_runtime);
	o->cpu_idle = I(cpu_idle);
	o->cpuset_cpus = v->cpus;
	o->cpuset_mems = v->mems;
	o->memory = I(memory);
	o->memory_reservation = I(memory_reservation);
	o->memory_swap = I(memory_swap);
	o->pids_limit = v->pids_limit.set ? &v->pids_limit.v : NULL;
#undef U
#undef I
	return strake_update(c->rt, id, o, &c->err);
}

static int run(struct cli *c, void *values, char **args, size_t n_args)
{
	const struct values *v = values;
	struct strake_update_options o = {
		.size = sizeof(o), .l3_cache_schema = v->l3, .mem_bw_schema = v->mem_bw,
	};
	auto_free char *text = NULL;

	(void)n_args;
	if (!v->resources)
		return update_by_flags(c, v, args[0], &o);
	if (cli_read_document(c, v->resources, &text, &o.resources_len) < 0)
		return -1;
	o.resources = text;
	return strake_update(c->rt, args[0], &o, &c->err);
}

const struct cmd cmd_update = {
	.name = "update",
	.summary = "change the limits of a container",
	.args = "<container-id>",
	.description =
	    "What is not given stays as it is. With --resources, all other limits but those of\n"
	    "Intel RDT are ignored. Devices cannot be changed.",
	.opts = opts,
	.values_size = sizeof(struct values),
	.min_args = 1,
	.max_args = 1,
	.runtime = true,
	.run = run,
};
