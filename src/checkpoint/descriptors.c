/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/descriptors.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "json/read.h"
#include "json/write.h"

#define FILE_MAX  (64u << 10)

/* The file is a bare array, and the reader wants an object around it. */
#define KEY "descriptors"

struct document {
	struct strv list;
};

static const struct json_field fields[] = {
	{ KEY, JSON_ARRAY, JSON_REQUIRED, JSON_LIST_AT(struct document, list), .child = &json_string_item },
	{ NULL }
};

int descriptors_write(int images_fd, const struct strv *descriptors, struct err *e)
{
	struct json_writer w;
	auto_str text;
	int r;

	str_init(&text);
	json_writer_init(&w, &text, NULL);
	json_open(&w, '[');
	for (size_t i = 0; i < descriptors->n; i++)
		json_string(&w, descriptors->v[i]);
	json_close(&w, ']');
	r = str_failed(&text) ? -ENOMEM : io_replace_file(images_fd, DESCRIPTORS_FILE, text.s, text.len, 0600);
	return r < 0 ? err_sys(e, -r, "write " DESCRIPTORS_FILE) : 0;
}

int descriptors_read(int images_fd, const char *path, struct arena *a, struct strv *ret, struct err *e)
{
	auto_fd fd = openat(images_fd, DESCRIPTORS_FILE, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct document d = { 0 };
	auto_str object;
	size_t len;
	int r;

	str_init(&object);
	if (fd < 0)
		return err_sys(e, errno, "open %s/" DESCRIPTORS_FILE, path);
	r = io_read_alloc(fd, FILE_MAX, &text, &len);
	if (r < 0)
		return err_sys(e, -r, "read %s/" DESCRIPTORS_FILE, path);
	str_addf(&object, "{\"" KEY "\":%s}", text);
	if (str_failed(&object))
		return err_sys(e, ENOMEM, "read %s/" DESCRIPTORS_FILE, path);
	r = json_read(fields, &d, a, DESCRIPTORS_FILE, object.s, object.len, e);
	if (r == 0)
		*ret = d.list;
	return r;
}
