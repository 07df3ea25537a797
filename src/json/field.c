/* SPDX-License-Identifier: Apache-2.0 */
#include "json/field.h"

#include <errno.h>

const struct json_field json_string_item = {
	.name = "", .kind = JSON_STRING, .size = sizeof(char *)
};

/* As strcmp, for a text that is not ended by NUL. */
static int compare(const char *name, const char *s, size_t len)
{
	int c = strncmp(name, s, len);

	return c ? c : name[len] != '\0';
}

int json_word_value(const struct json_words *w, const char *s, size_t len, uint64_t *ret)
{
	size_t low = 0, high = w->n;

	if (!w->sorted) {
		for (size_t i = 0; i < w->n; i++) {
			if (compare(w->v[i].name, s, len) == 0) {
				*ret = w->v[i].value;
				return 0;
			}
		}
		return -ENOENT;
	}
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = compare(w->v[mid].name, s, len);

		if (c == 0) {
			*ret = w->v[mid].value;
			return 0;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -ENOENT;
}

const char *json_word_name(const struct json_words *w, uint64_t value)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].value == value)
			return w->v[i].name;
	return NULL;
}

uint64_t json_load_uint(const void *at, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

void json_store_uint(void *at, size_t size, uint64_t v)
{
	switch (size) {
	case 1:
		*(uint8_t *)at = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)v;
		break;
	default:
		*(uint64_t *)at = v;
		break;
	}
}
