/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/parse.h"
#include "sched/intelrdt_dir.h"
#include "sched/sched.h"

#define SCHEMATA_MAX 65536

/* NULL when there is none, or no memory. */
static char *read_text(int root, const char *path, struct arena *a)
{
	auto_fd fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	size_t len;

	if (fd < 0 || io_read_alloc(fd, SCHEMATA_MAX, &text, &len) < 0)
		return NULL;
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	return arena_strdup(a, text);
}

/* True when there is such a file; 0 when it has a word in the place of the number ("Unavailable"). */
static bool has_number(int root, const char *path, struct arena *a, uint64_t *ret)
{
	const char *text = read_text(root, path, a);

	if (text && parse_u64(text, UINT64_MAX, ret) < 0)
		*ret = 0;
	return text != NULL;
}

static uint64_t read_number(int root, const char *path, struct arena *a)
{
	uint64_t v = 0;

	has_number(root, path, a, &v);
	return v;
}

/* The lines of a schemata file, without the blanks that align them. */
static int read_schemata(int root, const char *group, struct arena *a, struct strv *ret)
{
	char path[NAME_MAX + 16], *text, *save = NULL;
	size_t n = 1;

	snprintf(path, sizeof(path), "%s/schemata", group);
	text = read_text(root, path, a);
	if (!text)
		return 0;
	for (const char *c = text; *c; c++)
		n += *c == '\n';
	ret->v = arena_array(a, n + 1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		ret->v[ret->n++] = l + strspn(l, " ");
	return 0;
}

static char *line_of(const struct strv *schemata, const char *resource)
{
	for (size_t i = 0; i < schemata->n; i++)
		if (str_starts(schemata->v[i], resource))
			return schemata->v[i];
	return NULL;
}

static int read_infos(int root, struct arena *a, struct stats_intel_rdt *s)
{
	if (faccessat(root, "info/L3", F_OK, 0) == 0) {
		s->l3_info = arena_alloc(a, sizeof(*s->l3_info));
		if (!s->l3_info)
			return -ENOMEM;
		s->l3_info->cbm_mask = read_text(root, "info/L3/cbm_mask", a);
		s->l3_info->min_cbm_bits = read_number(root, "info/L3/min_cbm_bits", a);
		s->l3_info->num_closids = read_number(root, "info/L3/num_closids", a);
	}
	if (faccessat(root, "info/MB", F_OK, 0) == 0) {
		s->mem_bw_info = arena_alloc(a, sizeof(*s->mem_bw_info));
		if (!s->mem_bw_info)
			return -ENOMEM;
		s->mem_bw_info->bandwidth_gran = read_number(root, "info/MB/bandwidth_gran", a);
		s->mem_bw_info->delay_linear = read_number(root, "info/MB/delay_linear", a);
		s->mem_bw_info->min_bandwidth = read_number(root, "info/MB/min_bandwidth", a);
		s->mem_bw_info->num_closids = read_number(root, "info/MB/num_closids", a);
	}
	return 0;
}

/* What the machine counts. */
struct features {
	bool total, local, occupancy;
};

static struct features read_features(int root, struct arena *a)
{
	char *text = read_text(root, "info/L3_MON/mon_features", a), *save = NULL;
	struct features f = { .total = false };

	for (char *l = text ? strtok_r(text, "\n", &save) : NULL; l; l = strtok_r(NULL, "\n", &save)) {
		f.total |= str_eq(l, "mbm_total_bytes");
		f.local |= str_eq(l, "mbm_local_bytes");
		f.occupancy |= str_eq(l, "llc_occupancy");
	}
	return f;
}

static bool has_counter(int data, const char *domain, const char *name, struct arena *a, uint64_t *ret)
{
	char path[NAME_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", domain, name);
	return has_number(data, path, a, ret);
}

/* What is not counted of a domain is 0; one that has no counters at all is of another kind than an L3 cache. */
static void add_domain(int data, const char *domain, const struct features *f, struct arena *a,
		       struct stats_intel_rdt *s)
{
	struct stats_mbm m = { 0 };
	struct stats_cmt c = { 0 };
	bool total = f->total && has_counter(data, domain, "mbm_total_bytes", a, &m.total_bytes);
	bool local = f->local && has_counter(data, domain, "mbm_local_bytes", a, &m.local_bytes);

	if (total || local)
		s->mbm.v[s->mbm.n++] = m;
	if (f->occupancy && has_counter(data, domain, "llc_occupancy", a, &c.llc_occupancy))
		s->cmt.v[s->cmt.n++] = c;
}

static int add_domains(int data, struct dirent **v, size_t n, const struct features *f, struct arena *a,
		       struct stats_intel_rdt *s)
{
	s->mbm.v = arena_array(a, n, sizeof(*s->mbm.v));
	s->cmt.v = arena_array(a, n, sizeof(*s->cmt.v));
	if (!s->mbm.v || !s->cmt.v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (v[i]->d_name[0] != '.')
			add_domain(data, v[i]->d_name, f, a, s);
	if (!s->mbm.n)
		s->mbm.v = NULL;
	if (!s->cmt.n)
		s->cmt.v = NULL;
	return 0;
}

/* Of the group when the container has no monitoring group of its own, as runc. A group that is gone has none. */
static int read_counters(int root, const struct spec_intel_rdt *r, const char *id, struct arena *a,
			 struct stats_intel_rdt *s)
{
	const struct features f = read_features(root, a);
	char path[2 * NAME_MAX + 32], link[sizeof("/proc/self/fd/-2147483648")];
	struct dirent **v = NULL;
	auto_fd data = FD_NONE;
	int n, ret;

	if (!f.total && !f.local && !f.occupancy)
		return 0;
	snprintf(path, sizeof(path), "%s%s%s/mon_data", intelrdt_group(r, id), r->enable_monitoring ? "/mon_groups/" : "",
		 r->enable_monitoring ? id : "");
	data = openat(root, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (data < 0)
		return 0;
	/* musl has no scandirat(3). */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", data);
	n = scandir(link, &v, NULL, alphasort);
	if (n < 0)
		return -errno;
	ret = add_domains(data, v, (size_t)n, &f, a, s);
	for (int i = 0; i < n; i++)
		free(v[i]);
	free(v);
	return ret;
}

int intelrdt_stats_at(int root, const struct spec_intel_rdt *r, const char *id, struct arena *a,
		      struct stats_intel_rdt *ret, struct err *e)
{
	struct stats_intel_rdt s = { .l3_info = NULL };
	struct strv all = { .n = 0 };
	int x = read_infos(root, a, &s);

	if (x == 0)
		x = read_schemata(root, ".", a, &all);
	if (x == 0)
		x = read_schemata(root, intelrdt_group(r, id), a, &s.schemata);
	if (x == 0)
		x = read_counters(root, r, id, a, &s);
	if (x < 0)
		return err_sys(e, -x, "unable to get container Intel RDT stats");
	s.l3_schema_root = line_of(&all, "L3");
	s.l3_schema = line_of(&s.schemata, "L3");
	s.mem_bw_schema_root = line_of(&all, "MB");
	s.mem_bw_schema = line_of(&s.schemata, "MB");
	*ret = s;
	return 0;
}

int intelrdt_stats(const struct spec_intel_rdt *r, const char *id, struct arena *a,
		   struct stats_intel_rdt *ret, struct err *e)
{
	auto_fd root = intelrdt_open_root();
	int x = intelrdt_check(r, e);

	if (x < 0 || root < 0)
		return x;
	return intelrdt_stats_at(root, r, id, a, ret, e);
}
