/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile becomes BPF with the meaning that runc gives to it: the native architecture is always
 * in; a rule whose action is the default's is skipped, an unknown name too; two conditions on one
 * argument are two rules (either suffices). Names and architectures are libseccomp's to know.
 */
#include "sec/seccomp.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "os/feature.h"
#include "os/seccomp_raw.h"
#include "sec/seccomp/build.h"

/* A tracer, like the kernel itself, knows what to do about a call newer than the profile. */
static bool lets_through(uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	return kind == SECCOMP_RET_ALLOW || kind == SECCOMP_RET_LOG || kind == SECCOMP_RET_TRACE;
}

/* ---- architectures ---- */

/* "SCMP_ARCH_X86_64" -> "x86_64", which is the library's own word; 0 when it has none such. */
static uint32_t arch_token(const char *name)
{
	char word[32];
	size_t i;

	if (!str_starts(name, "SCMP_ARCH_"))
		return 0;
	name += strlen("SCMP_ARCH_");
	for (i = 0; name[i] && i < sizeof(word) - 1; i++)
		word[i] = (char)tolower((unsigned char)name[i]);
	word[i] = '\0';
	return name[i] ? 0 : scmp.arch_resolve_name(word);
}

const char *const *seccomp_known_archs(void)
{
	static const char *known[SECCOMP_ARCH_NAMES + 1];
	struct err e;
	bool loaded = scmp_load(&e) == 0;
	size_t n = 0;

	for (size_t i = 0; loaded && i < SECCOMP_ARCH_NAMES; i++)
		if (arch_token(seccomp_arch_names[i]))
			known[n++] = seccomp_arch_names[i];
	known[n] = NULL;
	return known;
}

#define ARCH_LITTLE_ENDIAN 0x40000000u /* __AUDIT_ARCH_LE */

static int find_archs(struct seccomp_build *b, struct err *e)
{
	const struct strv *names = &b->spec->architectures;
	uint32_t native = scmp.arch_native();

	b->archs[b->n_archs++].token = native;
	for (size_t i = 0; i < names->n; i++) {
		uint32_t arch = arch_token(names->v[i]);
		size_t k = 0;

		if (!arch)
			return err_make(e, ERR_UNSUPPORTED, EINVAL,
					"error validating Seccomp architecture: "
					"%s is not known to libseccomp %s",
					names->v[i], seccomp_library_version());
		if ((arch ^ native) & ARCH_LITTLE_ENDIAN)
			return err_make(e, ERR_UNSUPPORTED, EDOM,
					"seccomp architecture %s has another byte order than "
					"this machine", names->v[i]);
		while (k < b->n_archs && b->archs[k].token != arch)
			k++;
		if (k < b->n_archs)
			continue;
		if (b->n_archs == SECCOMP_MAX_ARCHS)
			return err_make(e, ERR_CONFIG, E2BIG, "too many seccomp architectures");
		b->archs[b->n_archs++].token = arch;
	}
	return 0;
}

/* ---- rules ---- */

static int check_rule(const struct spec_seccomp_rule *rule, struct err *e)
{
	for (size_t i = 0; i < rule->n_args; i++)
		if (rule->args[i].index >= SECCOMP_MAX_ARGS)
			return err_make(e, ERR_CONFIG, EINVAL,
					"seccomp: argument index %u is above 5",
					rule->args[i].index);
	for (size_t i = 0; i < rule->names.n; i++) {
		if (str_empty(rule->names.v[i]))
			return err_make(e, ERR_CONFIG, EINVAL,
					"empty string is not a valid syscall");
		/* init writes the listener's descriptor to us: a blocked write would hang both. */
		if (rule->action == SECCOMP_RET_USER_NOTIF && str_eq(rule->names.v[i], "write"))
			return err_make(e, ERR_CONFIG, EINVAL,
					"SCMP_ACT_NOTIFY cannot be used for the write syscall");
	}
	return 0;
}

static int check_rules(struct seccomp_build *b, struct err *e)
{
	for (size_t i = 0; i < b->spec->n_rules; i++) {
		const struct spec_seccomp_rule *rule = &b->spec->rules[i];
		int r = check_rule(rule, e);

		if (r < 0)
			return r;
		b->n_names += rule->names.n;
	}
	b->notify = seccomp_wants_listener(b->spec);
	return 0;
}

#define ERRNO_END 4095 /* the kernel silently makes 4095 of what is above */

static int check_action(uint32_t action, struct err *e)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL, data = action & SECCOMP_RET_DATA;

	if (kind == SECCOMP_RET_ERRNO && data >= ERRNO_END)
		return err_make(e, ERR_CONFIG, EINVAL, "seccomp: there is no errno %u", data);
	/* The kernel takes an action that it does not know, and kills. */
	if (!os_seccomp_action_known(kind))
		return err_make(e, ERR_UNSUPPORTED, EINVAL,
				"linux.seccomp: this kernel does not know the action 0x%08x", kind);
	return 0;
}

static int check_actions(const struct seccomp_build *b, struct err *e)
{
	uint32_t last = b->default_action;
	int r = check_action(last, e);

	for (size_t i = 0; r == 0 && i < b->spec->n_rules; i++) {
		const struct spec_seccomp_rule *rule = &b->spec->rules[i];
		uint32_t action = seccomp_full_action(rule->action, rule->errno_ret);

		if (action != last) /* most rules say what the one before says */
			r = check_action(action, e);
		last = action;
	}
	return r;
}

/* ---- numbers ---- */

/* The name that the library does not know, where that is an error (by annotation); else NULL. */
static const char *resolve_names(const struct seccomp_build *b, struct seccomp_arch *a)
{
	int *nr = a->numbers;

	for (size_t i = 0; i < b->spec->n_rules; i++) {
		const struct strv *names = &b->spec->rules[i].names;

		for (size_t k = 0; k < names->n; k++, nr++) {
			*nr = scmp.syscall_resolve_name_arch(a->token, names->v[k]);
			if (*nr == __NR_SCMP_ERROR && b->spec->fail_unknown)
				return names->v[k];
			if (*nr == __NR_SCMP_ERROR && a == b->archs)
				log_debug("unknown seccomp syscall \"%s\" ignored", names->v[k]);
			if (*nr > (int)a->largest)
				a->largest = (uint32_t)*nr;
		}
	}
	return NULL;
}

static int resolve(struct seccomp_build *b, struct err *e)
{
	for (size_t i = 0; i < b->n_archs; i++) {
		const char *unknown;

		b->archs[i].numbers = arena_room(b->arena, b->n_names * sizeof(int));
		if (!b->archs[i].numbers)
			return err_sys(e, ENOMEM, "seccomp filter");
		unknown = resolve_names(b, &b->archs[i]);
		if (unknown)
			return err_make(e, ERR_CONFIG, EINVAL, "unknown seccomp syscall \"%s\"", unknown);
	}
	return 0;
}

/* ---- the program ---- */

/* TSYNC means nothing to a process of one thread. Without the key, runc gives SPEC_ALLOW. */
static int choose_flags(const struct spec_seccomp *s, bool notify, uint32_t *ret, struct err *e)
{
	uint32_t flags = s->flags & ~(uint32_t)SECCOMP_FILTER_FLAG_TSYNC;

	if (!s->has_flags) {
		flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
		*ret = os_seccomp_flags_known(flags) ? flags : 0;
		return 0;
	}
	if (!notify && flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) {
		log_debug("seccomp: WAIT_KILLABLE_RECV left out, as no rule notifies");
		flags &= ~(uint32_t)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	}
	if (!os_seccomp_flags_known(flags | (notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0)))
		return err_make(e, ERR_UNSUPPORTED, EINVAL,
				"linux.seccomp: this kernel does not take the flags 0x%x%s", flags,
				notify ? " with a listener" : "");
	*ret = flags;
	return 0;
}

static int generate(const struct seccomp_build *b, struct seccomp_program *p, struct err *e)
{
	int r;

	if (SECCOMP_BY_LIBSECCOMP || os_fallback_forced(OS_SECCOMP_TREE))
		r = seccomp_scmp_generate(b, p, e);
	else
		r = seccomp_tree_generate(b, p, e);
	if (r < 0)
		return r;
	log_debug("seccomp filter: %u instructions", p->n);
	/* runc's record, which its tests read. */
	log_debug("seccomp filter flags: %u",
		  p->flags | (b->notify ? (unsigned)SECCOMP_FILTER_FLAG_NEW_LISTENER : 0));
	return 0;
}

int seccomp_compile(const struct spec_seccomp *s, struct seccomp_program *ret, struct err *e)
{
	__attribute__((cleanup(arena_fini))) struct arena arena;
	struct seccomp_build b = {
		.spec = s, .arena = &arena,
		.default_action = seccomp_full_action(s->default_action, s->default_errno_ret),
	};
	struct seccomp_program p = { 0 };
	int r;

	arena_init(&arena);
	if (b.default_action == SECCOMP_RET_USER_NOTIF)
		return err_make(e, ERR_CONFIG, EINVAL,
				"SCMP_ACT_NOTIFY cannot be used as default action");
	b.ceiling = !lets_through(b.default_action) &&
		    b.default_action != (SECCOMP_RET_ERRNO | ENOSYS);
	r = check_rules(&b, e);
	if (r == 0)
		r = scmp_load(e);
	if (r == 0)
		r = choose_flags(s, b.notify, &p.flags, e);
	if (r == 0)
		r = check_actions(&b, e);
	if (r == 0)
		r = find_archs(&b, e);
	if (r == 0)
		r = resolve(&b, e);
	if (r == 0)
		r = generate(&b, &p, e);
	if (r < 0)
		return r;
	p.notify = b.notify;
	*ret = p;
	return 0;
}
