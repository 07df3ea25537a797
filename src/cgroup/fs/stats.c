/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/fs/stats.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/io.h"
#include "base/parse.h"

/* memory.stat has about 4 KiB, blkio files a line or five a device. */
#define FILE_MAX (1u << 20)

bool cg_reader_init(struct cg_reader *r, struct cgroup *c, uint32_t controller, struct arena *a,
		    struct err *e)
{
	struct cg_dir *d = cg_dir_of(c, controller);
	int fd = d ? cg_dir_fd(c, d) : -ENOENT;

	*r = (struct cg_reader){ .a = a, .fd = fd, .path = d ? d->path : "", .e = e };
	if (fd < 0 && fd != -ENOENT)
		r->failed = err_sys(e, -fd, "open cgroup %s", r->path);
	return fd >= 0;
}

void cg_read_malformed(struct cg_reader *r, const char *file)
{
	if (!r->failed)
		r->failed = err_make(r->e, ERR_SYS, EBADMSG, "unable to parse %s/%s", r->path,
				     file);
}

static void out_of_memory(struct cg_reader *r)
{
	if (!r->failed)
		r->failed = err_sys(r->e, ENOMEM, "read the statistics of %s", r->path);
}

char *cg_read_text(struct cg_reader *r, const char *file)
{
	auto_free char *text = NULL;
	auto_fd fd = FD_NONE;
	char *copy;
	size_t len;
	int ret;

	if (r->failed)
		return NULL;
	fd = openat(r->fd, file, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -errno : io_read_alloc(fd, FILE_MAX, &text, &len);
	/* Pressure that is compiled in but switched off answers the read with EOPNOTSUPP. */
	if (ret == -ENOENT || ret == -EOPNOTSUPP)
		return NULL;
	if (ret < 0) {
		r->failed = err_sys(r->e, -ret, "read %s/%s", r->path, file);
		return NULL;
	}
	copy = arena_strdup(r->a, text);
	if (!copy)
		out_of_memory(r);
	return copy;
}

char *cg_token(char **at, const char *separators)
{
	char *token = *at + strspn(*at, separators);

	if (!*token)
		return NULL;
	*at = token + strcspn(token, separators);
	if (**at)
		*(*at)++ = '\0';
	return token;
}

static bool number(const char *s, uint64_t *ret)
{
	int64_t negative;

	if (str_eq(s, "max")) {
		*ret = UINT64_MAX;
		return true;
	}
	if (*s == '-') {
		*ret = 0;
		return parse_i64(s, &negative) == 0;
	}
	return parse_u64(s, UINT64_MAX, ret) == 0;
}

bool cg_read_number(struct cg_reader *r, const char *file, uint64_t *ret)
{
	char *text = cg_read_text(r, file), *word = text ? cg_token(&text, " \n") : NULL;
	uint64_t v;

	if (r->failed || !text)
		return false;
	if (!word || !number(word, &v)) {
		cg_read_malformed(r, file);
		return false;
	}
	*ret = v;
	return true;
}

/* The next "key N" line; false at the end. */
static bool next_pair(struct cg_reader *r, const char *file, char **at, char **ret_key,
		      uint64_t *ret)
{
	char *line = cg_token(at, "\n"), *key = line ? cg_token(&line, " ") : NULL;
	char *value = key ? cg_token(&line, " ") : NULL;

	if (!key)
		return false;
	if (!value || !number(value, ret)) {
		cg_read_malformed(r, file);
		return false;
	}
	*ret_key = key;
	return true;
}

void cg_read_keys(struct cg_reader *r, const char *file, const struct cg_key *keys, size_t n,
		  void *base)
{
	char *at = cg_read_text(r, file), *key;
	uint64_t v;

	while (at && next_pair(r, file, &at, &key, &v))
		for (size_t i = 0; i < n; i++)
			if (str_eq(keys[i].key, key)) {
				v *= keys[i].factor;
				memcpy((char *)base + keys[i].offset, &v, sizeof(v));
			}
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct stats_named *)a)->name, ((const struct stats_named *)b)->name);
}

void cg_read_raw(struct cg_reader *r, const char *file, struct stats_memory *m)
{
	char *at = cg_read_text(r, file);
	struct stats_named *v;
	size_t n = 0;

	if (!at)
		return;
	v = arena_array(r->a, count(at, '\n') + 1, sizeof(*v));
	if (!v) {
		out_of_memory(r);
		return;
	}
	while (next_pair(r, file, &at, &v[n].name, &v[n].v))
		n++;
	qsort(v, n, sizeof(*v), by_name);
	m->raw.v = n ? v : NULL;
	m->raw.n = n;
}

uint64_t cg_raw_value(const struct stats_memory *m, const char *key)
{
	for (size_t i = 0; i < m->raw.n; i++)
		if (str_eq(m->raw.v[i].name, key))
			return m->raw.v[i].v;
	return 0;
}

void cg_read_list(struct cg_reader *r, const char *file, struct stats_u64s *ret)
{
	char *at = cg_read_text(r, file), *word;
	struct stats_u64s l = { .n = 0 };

	if (!at)
		return;
	l.v = arena_array(r->a, count(at, ' ') + 1, sizeof(*l.v));
	if (!l.v) {
		out_of_memory(r);
		return;
	}
	while ((word = cg_token(&at, " \n")) && !r->failed)
		if (!number(word, &l.v[l.n++]))
			cg_read_malformed(r, file);
	if (l.n)
		*ret = l;
}

void cg_read_ranges(struct cg_reader *r, const char *file, struct stats_u16s *ret)
{
	char *at = cg_read_text(r, file), *range;
	auto_free uint16_t *v = at ? calloc(UINT16_MAX + 1, sizeof(*v)) : NULL;
	struct stats_u16s l = { .n = 0 };

	if (!at)
		return;
	while (v && (range = cg_token(&at, ",\n"))) {
		char *last = strchr(range, '-');
		uint64_t from, to;

		if (last)
			*last++ = '\0';
		if (parse_u64(range, UINT16_MAX, &from) < 0 ||
		    parse_u64(last ? last : range, UINT16_MAX, &to) < 0 || from > to ||
		    l.n + (to - from) > UINT16_MAX) {
			cg_read_malformed(r, file);
			return;
		}
		while (from <= to)
			v[l.n++] = (uint16_t)from++;
	}
	l.v = v ? arena_array(r->a, l.n + 1, sizeof(*v)) : NULL;
	if (!l.v)
		return out_of_memory(r);
	memcpy(l.v, v, l.n * sizeof(*v));
	if (l.n)
		*ret = l;
}

void cg_blkio_add(struct cg_reader *r, struct stats_blkio_list *l,
		  const struct stats_blkio_entry *entry)
{
	/* Full at 0, 4, 8, 16, ...: powers of two are the sizes. */
	if (l->n == 0 || (l->n >= 4 && (l->n & (l->n - 1)) == 0)) {
		struct stats_blkio_entry *v = arena_array(r->a, l->n ? l->n * 2 : 4, sizeof(*v));

		if (!v) {
			out_of_memory(r);
			return;
		}
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
	}
	l->v[l->n++] = *entry;
}

void cg_read_blkio(struct cg_reader *r, const char *file, struct stats_blkio_list *ret)
{
	char *at = cg_read_text(r, file), *line;
	struct stats_blkio_list l = { .n = 0 };

	while (at && !r->failed && (line = cg_token(&at, "\n"))) {
		struct stats_blkio_entry entry = { .op = NULL };
		char *word[4];
		size_t n = 0;

		while (n < ARRAY_SIZE(word) && (word[n] = cg_token(&line, " :")))
			n++;
		if (n == 2 && str_eq(word[0], "Total"))
			continue;
		if (n < 3 || parse_u64(word[0], UINT64_MAX, &entry.major) < 0 ||
		    parse_u64(word[1], UINT64_MAX, &entry.minor) < 0 ||
		    !number(word[n - 1], &entry.value)) {
			cg_read_malformed(r, file);
			return;
		}
		entry.op = n == 4 ? word[2] : NULL;
		cg_blkio_add(r, &l, &entry);
	}
	if (l.n)
		*ret = l;
}

/* "12.34" is 1234. The kernel always writes two digits behind the point. */
static bool hundredths(char *s, uint64_t *ret)
{
	char *rest = strchr(s, '.');
	uint64_t whole, part;

	if (!rest || strlen(rest) != 3)
		return false;
	*rest++ = '\0';
	if (parse_u64(s, UINT32_MAX, &whole) < 0 || parse_u64(rest, 99, &part) < 0)
		return false;
	*ret = whole * 100 + part;
	return true;
}

static bool pressure_line(char *at, struct stats_pressure_line *l)
{
	char *field;

	while ((field = cg_token(&at, " "))) {
		char *value = strchr(field, '=');
		bool ok = true;

		if (!value)
			return false;
		*value++ = '\0';
		if (str_eq(field, "total"))
			ok = number(value, &l->total);
		else if (str_eq(field, "avg10"))
			ok = hundredths(value, &l->avg10);
		else if (str_eq(field, "avg60"))
			ok = hundredths(value, &l->avg60);
		else if (str_eq(field, "avg300"))
			ok = hundredths(value, &l->avg300);
		if (!ok)
			return false;
	}
	return true;
}

void cg_read_pressure(struct cg_reader *r, const char *file, struct stats_pressure **ret)
{
	char *at = cg_read_text(r, file), *line;
	struct stats_pressure *p;

	if (!at)
		return;
	p = arena_new(r->a, struct stats_pressure);
	if (!p) {
		out_of_memory(r);
		return;
	}
	while ((line = cg_token(&at, "\n"))) {
		char *kind = cg_token(&line, " ");

		if ((str_eq(kind, "some") && !pressure_line(line, &p->some)) ||
		    (str_eq(kind, "full") && !pressure_line(line, &p->full)))
			return cg_read_malformed(r, file);
	}
	*ret = p;
}

static int by_page_size(const void *a, const void *b)
{
	return strcmp(((const struct stats_hugetlb *)a)->page_size,
		      ((const struct stats_hugetlb *)b)->page_size);
}

size_t cg_page_sizes(struct cg_reader *r, const char *suffix, struct stats_hugetlb **ret)
{
	int copy = r->failed ? -1 : openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir dir = copy < 0 ? NULL : fdopendir(copy);
	struct stats_hugetlb *v = arena_array(r->a, 16, sizeof(*v));
	struct dirent *ent;
	size_t n = 0;

	if (!dir)
		fd_close(copy);
	while (v && dir && n < 16 && (ent = readdir(dir))) {
		const char *size = ent->d_name + strlen("hugetlb.");
		size_t len;

		if (!str_starts(ent->d_name, "hugetlb."))
			continue;
		/* Sizes have no dot: "hugetlb.2MB.rsvd.max" is none. */
		len = strcspn(size, ".");
		if (!str_eq(size + len, suffix))
			continue;
		v[n].page_size = arena_strndup(r->a, size, len);
		if (!v[n].page_size)
			v = NULL;
		else
			n++;
	}
	if (!v) {
		out_of_memory(r);
		return 0;
	}
	qsort(v, n, sizeof(*v), by_page_size);
	*ret = v;
	return n;
}
