/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of runtime-spec 1.3 and the kernel's numbers for them: the only place that knows
 * both.
 * Runs in: anywhere; constant data.
 */
#pragma once

#include "json/field.h"

#define CAPABILITY_MAX 41

extern const struct json_words words_capability; /* sorted by name; values are 1 << number */
extern const struct json_words words_rlimit, words_sched_policy, words_sched_flag,
	words_ioprio_class;
extern const struct json_words words_namespace, words_device_type, words_rule_type,
	words_rule_access, words_propagation, words_mempolicy_mode, words_mempolicy_flag,
	words_personality;
extern const struct json_words words_seccomp_action, words_seccomp_arch, words_seccomp_flag,
	words_seccomp_operator;

/* "CAP_KILL" for 5; NULL when there is none. */
const char *capability_name(unsigned number);
/* -ENOENT when there is none. */
int capability_number(const char *name);
