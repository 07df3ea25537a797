/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libstrake: why a call failed. Callers branch on the code, never on the text.
 */
#ifndef STRAKE_ERROR_H
#define STRAKE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum strake_error_code {
	STRAKE_OK = 0,
	STRAKE_ERROR_SYSTEM,      /* a system call failed: see errnum */
	STRAKE_ERROR_CONFIG,      /* config.json or process.json is wrong */
	STRAKE_ERROR_USAGE,       /* an argument of the call is wrong */
	STRAKE_ERROR_UNSUPPORTED, /* this kernel, or this build, cannot do it */
	STRAKE_ERROR_STATE,       /* the container's status does not allow it */
	STRAKE_ERROR_NOT_FOUND,   /* no container with this id */
	STRAKE_ERROR_EXISTS,      /* a container with this id is there already */
	STRAKE_ERROR_INTERNAL     /* a process of ours failed without a better reason */
};

#define STRAKE_ERROR_TEXT_MAX 4096

struct strake_error {
	enum strake_error_code code;
	int errnum; /* positive errno, 0 when there is none */
	char text[STRAKE_ERROR_TEXT_MAX]; /* one sentence, no final newline */
};

#ifdef __cplusplus
}
#endif
#endif
