/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this config one that a Linux runtime can run? Pure: looks at the model only.
 * Runs in: parent, before anything is created.
 * Must not happen here: system calls, or asking what the kernel can do.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

/*
 * The MUSTs of runtime-spec 1.3 that can be seen in the file: ociVersion 1.x, root and process
 * there, cwd absolute, args not empty, namespaces unique, hostname and domainname only with a uts
 * namespace, maps only with a user namespace, sysctls only for private namespaces, duplicate
 * rlimits, soft above hard, device types and numbers, hook paths absolute, time offsets only
 * with a new time namespace, seccomp notify rules, ...; words as runc's where runc has the check.
 */
int spec_validate(const struct spec *s, struct err *e);
/* The process part alone, for exec. */
int spec_validate_process(const struct spec_process *p, struct err *e);
