/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

#define SPANS_MAX 512
#define NAME_MAX_ 72

struct span {
	char name[NAME_MAX_];
	uint32_t role;
	int64_t start, end; /* nanoseconds */
};

struct timeline {
	atomic_uint n;
	struct span v[SPANS_MAX];
};

struct timeline *timeline;
static enum timeline_role self;

int timeline_start(void)
{
	void *p = mmap(NULL, sizeof(*timeline), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		return -errno;
	timeline = p;
	return 0;
}

void timeline_role(enum timeline_role role)
{
	self = role;
}

/* Not CLOCK_MONOTONIC: a time namespace shifts it under init's feet. */
int64_t timeline_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void timeline_add(const char *name, int64_t since)
{
	unsigned i = atomic_fetch_add(&timeline->n, 1);
	struct span *s = &timeline->v[i];

	if (i >= SPANS_MAX)
		return;
	s->role = self;
	s->start = since;
	s->end = timeline_now();
	/* Last: a span without a name was not finished. */
	snprintf(s->name, sizeof(s->name), "%s", name);
}

/* Names are our own words: what would need an escape is not among them. */
static void add_name(struct str *out, const char *name)
{
	char text[NAME_MAX_];

	memcpy(text, name, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~' || *p == '"' || *p == '\\')
			*p = '_';
	str_addf(out, "\"name\":\"%s\"", text);
}

static void add_roles(struct str *out, int pid)
{
	static const char *const names[TIMELINE_ROLE_MAX] = { "parent", "stage", "init" };

	str_addf(out, "{\"ph\":\"M\",\"pid\":%d,\"name\":\"process_name\",\"args\":{\"name\":\"strake\"}}",
		 pid);
	for (unsigned i = 0; i < TIMELINE_ROLE_MAX; i++)
		str_addf(out, ",\n{\"ph\":\"M\",\"pid\":%d,\"tid\":%u,\"name\":\"thread_name\","
			 "\"args\":{\"name\":\"%s\"}}", pid, i, names[i]);
}

static void add_time(struct str *out, const char *key, int64_t ns)
{
	if (ns < 0) /* somebody set the clock back */
		ns = 0;
	str_addf(out, ",\"%s\":%" PRId64 ".%03d", key, ns / 1000, (int)(ns % 1000));
}

int timeline_finish(int fd)
{
	struct timeline *t = timeline;
	int64_t first = INT64_MAX;
	auto_str out = { 0 };
	unsigned n = atomic_load(&t->n);
	int pid = (int)getpid(), r;

	timeline = NULL;
	if (n > SPANS_MAX)
		n = SPANS_MAX;
	for (unsigned i = 0; i < n; i++)
		if (t->v[i].name[0] && t->v[i].start < first)
			first = t->v[i].start;
	str_add(&out, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
	add_roles(&out, pid);
	for (unsigned i = 0; i < n; i++) {
		const struct span *s = &t->v[i];

		if (!s->name[0])
			continue;
		str_addf(&out, ",\n{\"ph\":\"X\",\"pid\":%d,\"tid\":%u,", pid, s->role);
		add_name(&out, s->name);
		add_time(&out, "ts", s->start - first);
		add_time(&out, "dur", s->end - s->start);
		str_add(&out, "}");
	}
	str_add(&out, "\n]}\n");
	r = str_failed(&out) ? -ENOMEM : io_write_all(fd, str_text(&out), out.len);
	munmap(t, sizeof(*t));
	return r;
}
