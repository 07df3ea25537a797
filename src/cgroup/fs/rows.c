/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/fs/rows.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/io.h"
#include "base/log.h"
#include "base/parse.h"

void cg_plan_init(struct cg_plan *p, struct arena *a)
{
	*p = (struct cg_plan){ .a = a };
}

/* A place for one more; a scratch one when out of memory, so that callers need not look. */
static struct cg_write *next(struct cg_plan *p)
{
	static struct cg_write scratch;

	if (p->n == p->size) {
		size_t size = p->size ? p->size * 2 : 32;
		struct cg_write *v = arena_array(p->a, size, sizeof(*v));

		if (!v) {
			p->failed = true;
			return &scratch;
		}
		if (p->n)
			memcpy(v, p->v, p->n * sizeof(*v));
		p->v = v;
		p->size = size;
	}
	return &p->v[p->n++];
}

struct cg_write *cg_plan_add(struct cg_plan *p, uint32_t controller, const char *file,
			     const char *fmt, ...)
{
	struct cg_write *w = next(p);
	char buf[512];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	*w = (struct cg_write){ .controller = controller, .file = file };
	if (len >= 0 && (size_t)len < sizeof(buf))
		w->value = arena_strdup(p->a, buf);
	if (!file || !w->value)
		p->failed = true;
	return w;
}

/* The field as text; false when absent. */
static bool value_of(const struct cg_row *row, const void *field, char *buf, size_t size,
		     const char **ret)
{
	union {
		const struct opt_u64 *u64;
		const struct opt_i64 *i64;
		const struct opt_u16 *u16;
		const struct opt_u32 *u32;
		const struct opt_bool *b;
		char *const *str;
	} f = { field };
	bool keep_zero = !(row->rules & CGR_ZERO_UNSET);

	*ret = buf;
	switch (row->kind) {
	case CGK_U64:
		snprintf(buf, size, "%" PRIu64, f.u64->v);
		return f.u64->set && (f.u64->v || keep_zero);
	case CGK_I64:
		snprintf(buf, size, "%" PRId64, f.i64->v);
		if (f.i64->v == -1 && (row->rules & CGR_MAX))
			*ret = "max";
		return f.i64->set && (f.i64->v || keep_zero);
	case CGK_U16:
		snprintf(buf, size, "%u", f.u16->v);
		return f.u16->set && (f.u16->v || keep_zero);
	case CGK_U32:
		snprintf(buf, size, "%" PRIu32, f.u32->v);
		return f.u32->set && (f.u32->v || keep_zero);
	case CGK_BOOL:
		*ret = f.b->v ? "1" : "0";
		return f.b->set && (f.b->v || row->rules & CGR_FALSE);
	case CGK_STR:
		*ret = *f.str;
		return !str_empty(*f.str);
	}
	return false;
}

void cg_plan_rows(struct cg_plan *p, const struct cg_row *rows, size_t n,
		  const struct spec_resources *r)
{
	for (const struct cg_row *row = rows; row < rows + n; row++) {
		const void *section;
		struct cg_write *w;
		const char *text;
		char buf[24];

		memcpy(&section, (const char *)r + row->section, sizeof(section));
		if (!section ||
		    !value_of(row, (const char *)section + row->field, buf, sizeof(buf), &text))
			continue;
		w = cg_plan_add(p, row->controller, row->file, "%s", "");
		w->value = arena_strdup(p->a, text); /* of any length: a list of 4096 CPUs */
		p->failed |= !w->value;
		w->alt = row->alt;
		w->flags = row->flags;
	}
}

void cg_plan_hugetlb(struct cg_plan *p, const struct spec_resources *r, const char *suffix)
{
	for (size_t i = 0; i < r->n_hugepage_limits; i++) {
		const struct spec_hugepage_limit *l = &r->hugepage_limits[i];
		const char *file = arena_printf(p->a, "hugetlb.%s%s", l->page_size, suffix);
		const char *rsvd = arena_printf(p->a, "hugetlb.%s.rsvd%s", l->page_size, suffix);

		cg_plan_add(p, CG_HUGETLB, file, "%" PRIu64, l->limit);
		/* Reservations are counted since 5.7. */
		cg_plan_add(p, CG_HUGETLB, rsvd, "%" PRIu64, l->limit)->flags = CGW_OPTIONAL;
	}
}

void cg_plan_rdma(struct cg_plan *p, const struct spec_resources *r)
{
	for (size_t i = 0; i < r->n_rdma; i++) {
		const struct spec_rdma *d = &r->rdma[i];
		char handles[32] = "", objects[32] = "";

		if (d->hca_handles.set)
			snprintf(handles, sizeof(handles), " hca_handle=%" PRIu32, d->hca_handles.v);
		if (d->hca_objects.set)
			snprintf(objects, sizeof(objects), " hca_object=%" PRIu32, d->hca_objects.v);
		cg_plan_add(p, CG_RDMA, "rdma.max", "%s%s%s", d->device, handles, objects);
	}
}

void cg_plan_pids(struct cg_plan *p, const struct spec_resources *r)
{
	if (!r->pids_limit.set)
		return;
	/* 0 is 1, as with runc, which must say the same through systemd: no second process. */
	if (r->pids_limit.v < 0)
		cg_plan_add(p, CG_PIDS, "pids.max", "max");
	else
		cg_plan_add(p, CG_PIDS, "pids.max", "%" PRId64, r->pids_limit.v ? r->pids_limit.v : 1);
}

/* ---- writing ---- */

static int write_lines(int fd, const char *path, const char *file, const char *value, struct err *e)
{
	auto_free char *copy = strdup(value);
	char *save = NULL;
	int r = 0;

	if (!copy)
		return err_sys(e, ENOMEM, "write %s/%s", path, file);
	for (char *l = strtok_r(copy, "\n", &save); l && r >= 0; l = strtok_r(NULL, "\n", &save))
		r = cg_write(fd, path, file, l, e);
	return r;
}

static int check_shares(int fd, const char *file, const char *value, struct err *e)
{
	uint64_t want, got;
	char buf[32];

	if (parse_u64(value, UINT64_MAX, &want) < 0 || io_read_file(fd, file, buf, sizeof(buf)) < 0 ||
	    parse_u64(buf, UINT64_MAX, &got) < 0 || want == got)
		return 0;
	return err_make(e, ERR_CONFIG, EINVAL, "the %s allowed cpu-shares is %" PRIu64,
			want > got ? "maximum" : "minimum", got);
}

/* The kernel says EBUSY when v1's limit is below what cannot be reclaimed. */
static int explain_busy(int fd, const struct cg_write *w, int r, struct err *e)
{
	char usage[32] = "?", peak[32] = "?";

	if (r != -EBUSY || w->controller != CG_MEMORY)
		return r;
	(void)io_read_file(fd, "memory.usage_in_bytes", usage, sizeof(usage));
	(void)io_read_file(fd, "memory.max_usage_in_bytes", peak, sizeof(peak));
	return err_wrap(e, "unable to set memory limit to %s (current usage: %s, peak usage: %s)",
			w->value, usage, peak);
}

/* A file that is not there: the controller is missing, or this part of it. */
static int explain_missing(int fd, const struct cg_dir *d, const struct cg_write *w, struct err *e)
{
	const char *name = w->file;
	size_t len = strcspn(name, ".");
	char have[512];

	if (d->controllers != CG_UNIFIED ||
	    io_read_file(fd, "cgroup.controllers", have, sizeof(have)) < 0 ||
	    cg_has_word(have, ' ', name, len) || strncmp(name, "cgroup.", len + 1) == 0)
		return -ENOENT;
	err_init(e);
	if (w->controller == CG_UNIFIED)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"unified resource \"%s\" can't be set: controller \"%.*s\" not available",
				name, (int)len, name);
	return err_make(e, ERR_UNSUPPORTED, ENOENT,
			"cannot set %s to \"%s\": controller \"%.*s\" not available in %s", name,
			w->value, (int)len, name, d->path);
}

/* Where the controller's files are: with v2 there is one place. */
static int place_of(struct cgroup *c, uint32_t controller, struct cg_dir **ret, struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, c->ops == &cg_v2_ops ? CG_UNIFIED : controller);
	int fd;

	if (!d)
		return err_make(e, ERR_UNSUPPORTED, ENOENT,
				"cannot set %s limit: container could not join or create cgroup",
				cg_controller_name(controller));
	fd = cg_dir_fd(c, d);
	if (fd < 0)
		return err_sys(e, -fd, "open cgroup %s", d->path);
	*ret = d;
	return fd;
}

static int write_one(struct cgroup *c, const struct cg_write *w, struct err *e)
{
	const char *file = w->file, *value = w->value;
	struct cg_dir *d = NULL;
	int fd, r;

	if (w->flags & CGW_ZERO_NEEDS_NONE && str_eq(value, "0") && !cg_dir_of(c, w->controller))
		return 0;
	fd = place_of(c, w->controller, &d, e);
	if (fd < 0)
		return fd;
	/* A page size, say, is part of the name: it must not lead elsewhere (runc#4103). */
	if (strchr(file, '/'))
		return err_make(e, ERR_CONFIG, EINVAL, "\"%s\" is no cgroup file", file);
	if (w->alt && faccessat(fd, file, F_OK, 0) < 0) {
		file = w->alt;
		value = w->alt_value ? w->alt_value : value;
	}
	if (w->flags & CGW_OPTIONAL && faccessat(fd, file, F_OK, 0) < 0) {
		if (w->flags & CGW_WARN && !str_eq(value, "0"))
			log_warn("ignoring %s: this kernel does not have it", file);
		return 0;
	}
	r = w->flags & CGW_LINES ? write_lines(fd, d->path, file, value, e)
				 : cg_write(fd, d->path, file, value, e);
	if (r == -ENOENT)
		return explain_missing(fd, d, w, e);
	if (r < 0)
		return explain_busy(fd, w, r, e);
	return w->flags & CGW_SHARES ? check_shares(fd, file, value, e) : 0;
}

int cg_plan_apply(struct cgroup *c, const struct cg_plan *p, struct err *e)
{
	auto_free bool *again = calloc(p->n + 1, sizeof(*again));
	int r;

	if (!again || p->failed)
		return err_sys(e, ENOMEM, "cgroup limits");
	for (size_t i = 0; i < p->n; i++) {
		r = write_one(c, &p->v[i], e);
		if ((r == -EINVAL || r == -EBUSY) && p->v[i].flags & CGW_RETRY) {
			again[i] = true;
			err_init(e);
		} else if (r < 0) {
			return r;
		}
	}
	for (size_t i = 0; i < p->n; i++) {
		r = again[i] ? write_one(c, &p->v[i], e) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}
