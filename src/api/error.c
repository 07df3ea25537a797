/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

static enum strake_error_code code_of(enum err_kind kind)
{
	static const enum strake_error_code codes[] = {
		[ERR_SYS] = STRAKE_ERROR_SYSTEM,
		[ERR_CONFIG] = STRAKE_ERROR_CONFIG,
		[ERR_USAGE] = STRAKE_ERROR_USAGE,
		[ERR_UNSUPPORTED] = STRAKE_ERROR_UNSUPPORTED,
		[ERR_STATE] = STRAKE_ERROR_STATE,
		[ERR_NOT_FOUND] = STRAKE_ERROR_NOT_FOUND,
		[ERR_EXISTS] = STRAKE_ERROR_EXISTS,
		[ERR_PROTOCOL] = STRAKE_ERROR_INTERNAL,
		[ERR_CHILD] = STRAKE_ERROR_INTERNAL,
	};

	if ((size_t)kind >= ARRAY_SIZE(codes) || kind == ERR_NONE)
		return STRAKE_ERROR_INTERNAL;
	return codes[kind];
}

int api_result(int r, const struct err *e, struct strake_error *err)
{
	if (r >= 0)
		return r;
	if (err) {
		err->code = code_of((enum err_kind)e->kind);
		err->errnum = e->errnum;
		err_format(e, err->text, sizeof(err->text));
	}
	return -1;
}

void api_copy_options(void *to, size_t to_size, const void *from)
{
	size_t from_size = 0;

	memset(to, 0, to_size);
	if (!from)
		return;
	memcpy(&from_size, from, sizeof(from_size));
	memcpy(to, from, from_size < to_size ? from_size : to_size);
}
