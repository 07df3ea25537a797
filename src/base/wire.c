/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wire.h"

void wire_put_u32(struct str *out, uint32_t v)
{
	str_add_n(out, (const char *)&v, sizeof(v));
}

void wire_put_u64(struct str *out, uint64_t v)
{
	str_add_n(out, (const char *)&v, sizeof(v));
}

void wire_put_text(struct str *out, const char *text)
{
	size_t len = strlen(text);

	if (len >= UINT32_MAX) {
		out->failed = true;
		return;
	}
	wire_put_u32(out, (uint32_t)len);
	str_add_n(out, text, len + 1);
}

static void get(struct wire_in *in, void *to, size_t len)
{
	in->bad |= (size_t)(in->end - in->at) < len;
	if (in->bad) {
		memset(to, 0, len);
		return;
	}
	memcpy(to, in->at, len);
	in->at += len;
}

uint32_t wire_get_u32(struct wire_in *in)
{
	uint32_t v;

	get(in, &v, sizeof(v));
	return v;
}

uint64_t wire_get_u64(struct wire_in *in)
{
	uint64_t v;

	get(in, &v, sizeof(v));
	return v;
}

const char *wire_get_text(struct wire_in *in)
{
	size_t len = wire_get_u32(in);
	const char *text = in->at;

	in->bad |= (size_t)(in->end - in->at) <= len || memchr(text, '\0', len + 1) != text + len;
	if (in->bad)
		return "";
	in->at += len + 1;
	return text;
}

bool wire_done(const struct wire_in *in)
{
	return !in->bad && in->at == in->end;
}
