/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/load.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "json/read.h"
#include "oci/fields.h"

_Static_assert(SPEC_MAX_BYTES == JSON_MAX_BYTES && SPEC_MAX_DEPTH == JSON_MAX_DEPTH,
	       "what load.h promises is what the reader does");

void spec_drop_old_pids(const char *oci_version, struct spec_resources *r)
{
	const char *v = oci_version;

	if (str_starts(v, "1.") && v[2] >= '0' && v[2] <= '2' && !(v[3] >= '0' && v[3] <= '9') && r->pids_limit.v == 0)
		r->pids_limit.set = false;
}

int spec_load(struct spec *s, const char *name, const char *text, size_t len, struct err *e)
{
	struct spec new = { 0 };
	int r;

	arena_init(&new.arena);
	r = json_read(fields_spec, &new, &new.arena, name, text, len, e);
	if (r < 0)
		goto fail;
	if (!new.linux) {
		new.linux = arena_new(&new.arena, struct spec_linux);
		if (!new.linux) {
			r = err_sys(e, ENOMEM, "read %s", name);
			goto fail;
		}
	}
	if (new.linux->resources)
		spec_drop_old_pids(new.oci_version, new.linux->resources);
	*s = new;
	return 0;
fail:
	arena_fini(&new.arena);
	return r;
}

int spec_load_fd(struct spec *s, const char *name, int fd, char **ret_text, size_t *ret_len,
		 struct err *e)
{
	auto_free char *text = NULL;
	size_t len;
	int r;

	r = io_read_alloc(fd, SPEC_MAX_BYTES, &text, &len);
	if (r == -EFBIG)
		return err_make(e, ERR_CONFIG, EFBIG, "%s: larger than %u MiB", name,
				SPEC_MAX_BYTES >> 20);
	if (r < 0)
		return err_sys(e, -r, "read %s", name);
	r = spec_load(s, name, text, len, e);
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}

int spec_load_process(struct arena *a, const char *name, const char *text, size_t len,
		      struct spec_process **ret, struct err *e)
{
	struct spec_process *p = arena_new(a, struct spec_process);
	int r;

	if (!p)
		return err_sys(e, ENOMEM, "read %s", name);
	r = json_read(fields_process, p, a, name, text, len, e);
	if (r < 0)
		return r;
	*ret = p;
	return 0;
}

int spec_load_resources(struct arena *a, const char *name, const char *text, size_t len,
			struct spec_resources **ret, struct err *e)
{
	struct spec_resources *res = arena_new(a, struct spec_resources);
	int r;

	if (!res)
		return err_sys(e, ENOMEM, "read %s", name);
	r = json_read(fields_resources, res, a, name, text, len, e);
	if (r < 0)
		return r;
	*ret = res;
	return 0;
}

struct mounts_file {
	struct spec_mounts mounts;
};
static const struct json_field item_mount = JSON_OBJECT_ITEM(fields_mount);
static const struct json_field mounts_file[] = {
	{ "mounts", JSON_ARRAY, JSON_REQUIRED, JSON_LIST_AT(struct mounts_file, mounts),
	  .child = &item_mount },
	{ NULL }
};

int spec_load_mounts(struct arena *a, const char *name, const char *text, size_t len,
		     struct spec_mounts *ret, struct err *e)
{
	struct mounts_file f = { .mounts.n = 0 };
	auto_str object = {};
	int r;

	/* The reader begins with an object. */
	str_add(&object, "{\"mounts\":");
	str_add_n(&object, text, len);
	str_add(&object, "}");
	if (str_failed(&object))
		return err_sys(e, ENOMEM, "read %s", name);
	r = json_read(mounts_file, &f, a, name, str_text(&object), object.len, e);
	if (r == 0)
		*ret = f.mounts;
	return r;
}
