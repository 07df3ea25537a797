/* SPDX-License-Identifier: Apache-2.0 */
/* Configs for tests: the least one, with more properties put in. */
#pragma once

#include <errno.h>
#include <stdio.h>

#include "oci/load.h"

static inline int load_config(struct spec *s, struct err *e, const char *text)
{
	return spec_load(s, "config.json", text, strlen(text), e);
}

/* Each: more properties of that object, without a comma in front. */
static inline int load_with(struct spec *s, struct err *e, const char *process, const char *linux_,
			    const char *extra)
{
	char text[16384];
	int n = snprintf(text, sizeof(text),
			 "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"rootfs\"},"
			 "\"process\":{\"cwd\":\"/\",\"args\":[\"sh\"]%s%s},"
			 "\"linux\":{%s}%s%s}",
			 *process ? "," : "", process, linux_, *extra ? "," : "", extra);

	if (n < 0 || (size_t)n >= sizeof(text))
		return err_make(e, ERR_USAGE, E2BIG, "test config too long");
	return load_config(s, e, text);
}
