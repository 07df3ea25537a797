/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/emit.h"

#include <errno.h>

#include "json/write.h"
#include "oci/fields.h"

int spec_emit(const struct spec *s, const char *indent, struct str *out, struct err *e)
{
	struct json_writer w;

	json_writer_init(&w, out, indent);
	json_write(&w, fields_spec, s);
	return str_failed(out) ? err_sys(e, ENOMEM, "write the config") : 0;
}

int spec_emit_resources(const struct spec_resources *r, const char *indent, struct str *out,
			struct err *e)
{
	struct json_writer w;

	json_writer_init(&w, out, indent);
	json_write(&w, fields_resources, r);
	return str_failed(out) ? err_sys(e, ENOMEM, "write the resources") : 0;
}
