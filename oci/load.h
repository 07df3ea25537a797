/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json and process.json into the model.
 * Runs in: parent.
 * Must not happen here: following what the config says (that is validate.c and the features).
 */
#pragma once

#include "base/err.h"
#include "oci/spec.h"

/* What a reader refuses, whatever the JSON says. */
#define SPEC_MAX_BYTES (16u * 1024 * 1024)
#define SPEC_MAX_DEPTH 64

/*
 * Parses text[0..len). name is for messages ("config.json"). On success *s is filled in (then
 * spec_fini() it); on failure nothing is held and e says file:line:column: path: expected, found.
 * Unknown keys are skipped (config.md "Extensibility"); duplicate keys are an error.
 * Things that only warn (unknown capability) are logged.
 */
int spec_load(struct spec *s, const char *name, const char *text, size_t len, struct err *e);
/* The same from an open file; also hands out the text (free() it). */
int spec_load_fd(struct spec *s, const char *name, int fd, char **ret_text, size_t *ret_len,
		 struct err *e);

/* A process object alone (exec --process FILE), allocated in a. */
int spec_load_process(struct arena *a, const char *name, const char *text, size_t len,
		      struct spec_process **ret, struct err *e);
/* An array of mounts alone (mounts add, remove), allocated in a. */
int spec_load_mounts(struct arena *a, const char *name, const char *text, size_t len,
		     struct spec_mounts *ret, struct err *e);
/* pids.limit 0 is a limit since runtime-spec 1.3. In what is written for a version before (podman's configs, and its
 * update of them) it is how the Go types of then say that there is none: spec_load() drops it. */
void spec_drop_old_pids(const char *oci_version, struct spec_resources *r);
/* A LinuxResources object alone (update --resources), allocated in a. */
int spec_load_resources(struct arena *a, const char *name, const char *text, size_t len,
			struct spec_resources **ret, struct err *e);
