/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/runc_config.h"

#include <errno.h>
#include <linux/seccomp.h>

#include "oci/fields.h"

/* ---- seccomp: a rule a system call, and numbers where config.json has words ---- */

struct runc_rule {
	char *name;
	uint32_t action;
	struct opt_u32 errno_ret;
	struct spec_seccomp_arg *args;
	size_t n_args;
};

struct runc_seccomp {
	uint32_t default_action;
	struct strv architectures;
	uint32_t flags;
	struct runc_rule *rules;
	size_t n_rules;
	struct opt_u32 default_errno_ret;
	char *listener_path, *listener_metadata;
};

/* libcontainer's enumerations. */
static const struct {
	uint32_t kernel, runc;
} actions[] = {
	{ SECCOMP_RET_KILL_THREAD, 1 }, { SECCOMP_RET_ERRNO, 2 }, { SECCOMP_RET_TRAP, 3 },
	{ SECCOMP_RET_ALLOW, 4 }, { SECCOMP_RET_TRACE, 5 }, { SECCOMP_RET_LOG, 6 },
	{ SECCOMP_RET_USER_NOTIF, 7 }, { SECCOMP_RET_KILL_PROCESS, 9 },
};
/* By our number of the operator: NE, LT, LE, EQ, GE, GT, MASKED_EQ. */
static const int operators[] = { 0, 2, 5, 6, 1, 4, 3, 7 };

static const struct {
	const char *spec, *runc;
} archs[] = {
	{ "SCMP_ARCH_X86", "x86" },
	{ "SCMP_ARCH_X86_64", "amd64" },
	{ "SCMP_ARCH_X32", "x32" },
	{ "SCMP_ARCH_ARM", "arm" },
	{ "SCMP_ARCH_AARCH64", "arm64" },
	{ "SCMP_ARCH_MIPS", "mips" },
	{ "SCMP_ARCH_MIPS64", "mips64" },
	{ "SCMP_ARCH_MIPS64N32", "mips64n32" },
	{ "SCMP_ARCH_MIPSEL", "mipsel" },
	{ "SCMP_ARCH_MIPSEL64", "mipsel64" },
	{ "SCMP_ARCH_MIPSEL64N32", "mipsel64n32" },
	{ "SCMP_ARCH_PPC", "ppc" },
	{ "SCMP_ARCH_PPC64", "ppc64" },
	{ "SCMP_ARCH_PPC64LE", "ppc64le" },
	{ "SCMP_ARCH_RISCV64", "riscv64" },
	{ "SCMP_ARCH_S390", "s390" },
	{ "SCMP_ARCH_S390X", "s390x" },
	{ "SCMP_ARCH_LOONGARCH64", "loong64" },
};

static const struct json_field arg[] = {
#define T struct spec_seccomp_arg
	{ "index", JSON_UINT, JSON_ALWAYS, JSON_AT(T, index) },
	{ "value", JSON_UINT, JSON_ALWAYS, JSON_AT(T, value) },
	{ "value_two", JSON_UINT, JSON_AT(T, value_two) },
	{ "op", JSON_INT, JSON_ALWAYS, JSON_AT(T, op) },
#undef T
	{ NULL }
};
static const struct json_field item_arg = JSON_OBJECT_ITEM(arg);

static const struct json_field rule[] = {
#define T struct runc_rule
	{ "name", JSON_STRING, JSON_AT(T, name) },
	{ "action", JSON_UINT, JSON_AT(T, action) },
	{ "errnoRet", JSON_UINT, JSON_OPT_AT(T, errno_ret) },
	{ "args", JSON_ARRAY, JSON_ITEMS_AT(T, args, n_args), .child = &item_arg },
#undef T
	{ NULL }
};
static const struct json_field item_rule = JSON_OBJECT_ITEM(rule);

const struct json_field fields_runc_seccomp[] = {
#define T struct runc_seccomp
	{ "default_action", JSON_UINT, JSON_AT(T, default_action) },
	{ "architectures", STRINGS_AT(T, architectures) },
	{ "flags", JSON_FLAGS, JSON_AT(T, flags), .words = &words_seccomp_flag },
	{ "syscalls", JSON_ARRAY, JSON_ITEMS_AT(T, rules, n_rules), .child = &item_rule },
	{ "default_errno_ret", JSON_UINT, JSON_OPT_AT(T, default_errno_ret) },
	{ "listener_path", JSON_STRING, JSON_AT(T, listener_path) },
	{ "listener_metadata", JSON_STRING, JSON_AT(T, listener_metadata) },
#undef T
	{ NULL }
};

static uint32_t runc_action(uint32_t kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (actions[i].kernel == kernel)
			return actions[i].runc;
	return 0; /* runc refuses it */
}

static int convert_archs(struct arena *a, const struct strv *from, struct strv *to)
{
	to->v = from->n ? arena_array(a, from->n + 1, sizeof(char *)) : NULL;
	if (from->n && !to->v)
		return -ENOMEM;
	/* What runc has no word for is no architecture that it runs on. */
	for (size_t i = 0; i < from->n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(archs); k++)
			if (strcmp(from->v[i], archs[k].spec) == 0)
				to->v[to->n++] = (char *)(uintptr_t)archs[k].runc;
	return 0;
}

static int convert_args(struct arena *a, const struct spec_seccomp_rule *from,
			struct spec_seccomp_arg **ret)
{
	*ret = from->n_args ? arena_array(a, from->n_args, sizeof(**ret)) : NULL;
	if (from->n_args && !*ret)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_args; i++) {
		(*ret)[i] = from->args[i];
		(*ret)[i].op = operators[from->args[i].op];
	}
	return 0;
}

static int convert_rules(struct arena *a, const struct spec_seccomp *s, struct runc_seccomp *to)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_rules; i++)
		n += s->rules[i].names.n;
	to->rules = arena_array(a, n + 1, sizeof(*to->rules));
	if (!to->rules)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_rules; i++) {
		const struct spec_seccomp_rule *r = &s->rules[i];
		struct spec_seccomp_arg *args;

		if (convert_args(a, r, &args) < 0)
			return -ENOMEM;
		for (size_t k = 0; k < r->names.n; k++)
			to->rules[to->n_rules++] = (struct runc_rule){
				.name = r->names.v[k], .action = runc_action(r->action),
				.errno_ret = r->errno_ret, .args = args, .n_args = r->n_args,
			};
	}
	return 0;
}

int runc_seccomp_of(struct arena *a, const struct spec_seccomp *s, struct runc_seccomp **ret)
{
	struct runc_seccomp *to;

	*ret = NULL;
	/* A ready-made filter has no form there, and without rules there is nothing else. */
	if (!s || (s->bpf_data && s->n_rules == 0))
		return 0;
	to = arena_new(a, struct runc_seccomp);
	if (!to || convert_archs(a, &s->architectures, &to->architectures) < 0 ||
	    convert_rules(a, s, to) < 0)
		return -ENOMEM;
	to->default_action = runc_action(s->default_action);
	to->default_errno_ret = s->default_errno_ret;
	/* runc's default where the key is absent. */
	to->flags = s->has_flags ? s->flags : (uint32_t)SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	to->listener_path = s->listener_path;
	to->listener_metadata = s->listener_metadata;
	*ret = to;
	return 0;
}

/* ---- hooks: as in config.json, with the timeout in nanoseconds ---- */

#define NANOSECONDS (1000 * 1000 * 1000)

int runc_hooks_of(struct arena *a, const struct spec_hooks *h, struct spec_hooks **ret)
{
	struct spec_hooks *to = NULL;

	*ret = NULL;
	for (size_t kind = 0; h && kind < HOOK_KIND_MAX; kind++) {
		const struct spec_hook_list *from = &h->list[kind];
		struct spec_hook *v;

		if (from->n == 0)
			continue;
		if (!to)
			to = arena_new(a, struct spec_hooks);
		v = arena_array(a, from->n, sizeof(*v));
		if (!to || !v)
			return -ENOMEM;
		for (size_t i = 0; i < from->n; i++) {
			v[i] = from->v[i];
			if (__builtin_mul_overflow(v[i].timeout.v, NANOSECONDS, &v[i].timeout.v))
				v[i].timeout.v = INT64_MAX;
		}
		to->list[kind] = (struct spec_hook_list){ v, from->n };
	}
	*ret = to;
	return 0;
}

const struct json_field fields_runc_intel_rdt[] = {
#define T struct spec_intel_rdt
	{ "closID", JSON_STRING, JSON_AT(T, clos_id) },
	{ "schemata", STRINGS_AT(T, schemata) },
	{ "l3_cache_schema", JSON_STRING, JSON_AT(T, l3_cache_schema) },
	{ "memBwSchema", JSON_STRING, JSON_AT(T, mem_bw_schema) },
	{ "enableMonitoring", JSON_BOOL, JSON_AT(T, enable_monitoring) },
#undef T
	{ NULL }
};
