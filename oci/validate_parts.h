/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of spec_validate(): its parts, and how they say what is wrong.
 * Runs in: parent.
 */
#pragma once

#include <errno.h>

#include "oci/validate.h"

/* What is wrong, and in parentheses where: INVALID(e, ("mounts[%zu].destination", i), "...", ...).
 * The reason says what is expected and what was found, but in runc's words where runc has the check:
 * its callers know them. */
#define INVALID(e, place, ...) \
	(err_make((e), ERR_CONFIG, EINVAL, __VA_ARGS__), err_place((e), INVALID_PLACE place))
#define INVALID_PLACE(...) __VA_ARGS__

int validate_namespaces(const struct spec *s, struct err *e);
int validate_devices(const struct spec *s, struct err *e);
int validate_net_devices(const struct spec *s, struct err *e);
int validate_resources(const struct spec *s, struct err *e);
int validate_seccomp(const struct spec *s, struct err *e);
int validate_memory_policy(const struct spec *s, struct err *e);
int validate_intel_rdt(const struct spec *s, struct err *e);
