/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of spec_validate(): its parts, and how they say what is wrong.
 * Runs in: parent.
 */
#pragma once

#include <errno.h>

#include "oci/validate.h"

#define INVALID(e, ...) err_make((e), ERR_CONFIG, EINVAL, __VA_ARGS__)

int validate_namespaces(const struct spec *s, struct err *e);
int validate_devices(const struct spec *s, struct err *e);
int validate_net_devices(const struct spec *s, struct err *e);
int validate_resources(const struct spec *s, struct err *e);
int validate_seccomp(const struct spec *s, struct err *e);
int validate_memory_policy(const struct spec *s, struct err *e);
int validate_intel_rdt(const struct spec *s, struct err *e);
