/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as linux.seccomp. What is compiled is run for some system calls on a machine of our own
 * which checks every jump: each must end in an action that the profile can have meant.
 */
#include <errno.h>
#include <linux/audit.h>

#include "oci/load.h"
#include "oci/validate.h"
#include "sec/seccomp.h"
#include "tests/fuzz/fuzz.h"
#include "sec/bpf_run.h"

#define HEAD "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"r\"},\"linux\":{\"seccomp\":"
#define TAIL "}}"

static bool is_meant(const struct spec_seccomp *s, uint32_t action)
{
	action &= SECCOMP_RET_ACTION_FULL;
	/* A foreign architecture, and a call newer than the profile. */
	if (action == SECCOMP_RET_KILL_PROCESS || action == SECCOMP_RET_KILL_THREAD ||
	    action == SECCOMP_RET_ERRNO || action == s->default_action)
		return true;
	for (size_t i = 0; i < s->n_rules; i++)
		if (s->rules[i].action == action)
			return true;
	return false;
}

static void run(const struct spec_seccomp *s, const struct seccomp_program *p)
{
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64 };
	static const int calls[] = { 0, 1, 39, 59, 257, 322, 435, 451, 4000, 0x40000000 | 39, -1 };
	static const uint64_t values[] = { 0, 1, UINT64_C(0x123456789), UINT64_MAX };

	for (size_t a = 0; a < ARRAY_SIZE(archs); a++)
		for (size_t c = 0; c < ARRAY_SIZE(calls); c++)
			for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
				uint64_t x = values[v];
				struct seccomp_data d = { .nr = calls[c], .arch = archs[a],
							  .args = { x, x, x, x, x, x } };

				MUST(is_meant(s, bpf_run(p->filter, p->n, &d)));
			}
}

static void compile(const struct spec_seccomp *s)
{
	struct seccomp_program p = { 0 };
	struct err e;

	if (seccomp_compile(s, &p, &e) < 0) {
		check_error(&e);
		return;
	}
	if (p.filter)
		run(s, &p);
	seccomp_program_fini(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = strlen(HEAD) + size + strlen(TAIL);
	char *text = malloc(len);
	struct spec s;
	struct err e;

	MUST(text);
	memcpy(text, HEAD, strlen(HEAD));
	if (size)
		memcpy(text + strlen(HEAD), data, size);
	memcpy(text + len - strlen(TAIL), TAIL, strlen(TAIL));
	if (spec_load(&s, "config.json", text, len, &e) < 0) {
		check_error(&e);
	} else {
		if (spec_validate(&s, &e) < 0)
			check_error(&e);
		else if (s.linux->seccomp)
			compile(s.linux->seccomp);
		spec_fini(&s);
	}
	free(text);
	return 0;
}
