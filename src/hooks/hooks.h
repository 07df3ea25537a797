/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hook lists (runtime-spec 1.3 config.md "POSIX-platform Hooks").
 * Runs in: parent: prestart, createRuntime, poststart, poststop | init before pivot:
 * createContainer | init after pivot: startContainer.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

extern const char *const hook_kind_names[HOOK_KIND_MAX]; /* "prestart", ... */

struct hook_context {
	const char *state; /* JSON for stdin */
	size_t state_len;
	const char *cwd;   /* bundle (createRuntime, poststart, poststop); NULL: leave it */
	char *const *inherit_env; /* given when hook.env is absent: environ for host-side kinds as runc,
				     process.env for startContainer; NULL: an empty environment
				     (createContainer: CVE-2025-23266) */
	const int *output; /* for stdout and stderr (FD_NONE: captured); NULL: both captured */
	struct spawn_signals *signals; /* for the hook in place of us: it then fails by that; NULL: none */
	bool keep_going;   /* poststop: a failure warns and the rest runs */
};
/* Opens the files that the config names for the hooks' output, to append: ret[2], FD_NONE where
 * there is none. */
int hooks_open_output(const struct spec_hooks *h, int *ret, struct err *e);
void hooks_close_output(int *output);
/* In order. The first failure: "error running %s hook #%zu: exit status N, stdout: , stderr: ".
 * A timeout kills the hook's process group. Descriptors: 0 state, 1 and 2 captured (bounded),
 * nothing else. Reset: signal mask and dispositions. */
int hooks_run(enum hook_kind kind, const struct spec_hook_list *list, const struct hook_context *ctx,
	      struct err *e);
