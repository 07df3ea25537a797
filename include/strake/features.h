/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libstrake: what this runtime, on this kernel, can do (runtime-spec 1.3 features.md).
 */
#ifndef STRAKE_FEATURES_H
#define STRAKE_FEATURES_H

#include <strake/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* JSON, 4-space indented, no final newline; heap: free() it. NULL on failure. */
char *strake_features_json(struct strake_error *err);
/* "1.3.0" */
const char *strake_spec_version(void);
/* "2.5.4", or "" when built without libseccomp. */
const char *strake_libseccomp_version(void);

#ifdef __cplusplus
}
#endif
#endif
