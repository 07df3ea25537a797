/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/seccomp.h>
#include <stdio.h>

#include "oci/validate_parts.h"

static bool takes_errno(uint32_t action)
{
	return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE;
}

static int check_errno(const char *where, uint32_t action, struct opt_u32 value, struct err *e)
{
	if (!value.set)
		return 0;
	/* config-linux.md: "When the action doesn't support an errno, the runtime MUST ... fail" */
	if (!takes_errno(action))
		return INVALID(e, ("%s", where),
			       "only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno");
	if (value.v > SECCOMP_RET_DATA)
		return INVALID(e, ("%s", where), "expected an errno from 0 to %u, found %u",
			       SECCOMP_RET_DATA, value.v);
	return 0;
}

static int check_rule(size_t i, const struct spec_seccomp_rule *rule, struct err *e)
{
	char where[64];

	if (rule->names.n == 0)
		return INVALID(e, ("linux.seccomp.syscalls[%zu].names", i), "must not be empty");
	for (size_t j = 0; j < rule->names.n; j++) {
		if (!*rule->names.v[j])
			return INVALID(e, ("linux.seccomp.syscalls[%zu].names[%zu]", i, j),
				       "empty string is not a valid syscall");
		/* init could not send the descriptor to the listener any more */
		if (rule->action == SECCOMP_RET_USER_NOTIF &&
		    strcmp(rule->names.v[j], "write") == 0)
			return INVALID(e, ("linux.seccomp.syscalls[%zu].names[%zu]", i, j),
				       "SCMP_ACT_NOTIFY cannot be used for the write syscall");
	}
	for (size_t j = 0; j < rule->n_args; j++)
		if (rule->args[j].index > 5)
			return INVALID(e, ("linux.seccomp.syscalls[%zu].args[%zu].index", i, j),
				       "expected an integer from 0 to 5, found %u",
				       rule->args[j].index);
	snprintf(where, sizeof(where), "linux.seccomp.syscalls[%zu].errnoRet", i);
	return check_errno(where, rule->action, rule->errno_ret, e);
}

int validate_seccomp(const struct spec *s, struct err *e)
{
	const struct spec_seccomp *sc = s->linux->seccomp;
	bool notify = false;
	int r;

	if (!sc)
		return 0;
	if (sc->default_action == SECCOMP_RET_USER_NOTIF)
		return INVALID(e, ("linux.seccomp.defaultAction"),
			       "SCMP_ACT_NOTIFY cannot be used as default action");
	r = check_errno("linux.seccomp.defaultErrnoRet", sc->default_action,
			sc->default_errno_ret, e);
	for (size_t i = 0; r == 0 && i < sc->n_rules; i++) {
		r = check_rule(i, &sc->rules[i], e);
		if (sc->rules[i].action == SECCOMP_RET_USER_NOTIF)
			notify = true;
	}
	if (r < 0)
		return r;
	if (notify && !sc->listener_path)
		return INVALID(e, ("linux.seccomp.listenerPath"), "seccomp listenerPath is not set");
	if (sc->listener_metadata && !sc->listener_path)
		return INVALID(e, ("linux.seccomp.listenerMetadata"),
			       "seccomp listenerMetadata is set, but listenerPath is not");
	return 0;
}
