/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations that change what the runtime does: crun's "run.oci.*" (docs/annotations.md).
 * Runs in: parent.
 * Must not happen here: files, sockets. What an annotation says becomes a part of the config.
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

/* All of them begin with this; for `features`. */
#define ANNOTATION_PREFIX "run.oci."
#define ANNOTATION_PIDFD_RECEIVER ANNOTATION_PREFIX "pidfd_receiver"
#define ANNOTATION_CGROUP_V1 ANNOTATION_PREFIX "systemd.force_cgroup_v1"
#define ANNOTATION_SECCOMP_BPF ANNOTATION_PREFIX "seccomp_bpf_data"

/* Once, right after loading. receiver: of the environment (RUN_OCI_SECCOMP_RECEIVER), or NULL. */
int spec_adopt_annotations(struct spec *s, const char *receiver, struct err *e);
