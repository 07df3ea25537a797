/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as each of the words of a command line: ids, users, signals, numbers, sizes, times. */
#include <signal.h>
#include <stdio.h>

#include "base/parse.h"
#include "cli/go_values.h"
#include "cli/signals.h"
#include "sec/user.h"
#include "store/store.h"
#include "tests/fuzz/fuzz.h"

static bool all_digits(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

/* What is taken is what was written: zeros in front aside, it prints the same. */
static void same(const char *s, uint64_t v)
{
	char text[32];

	MUST(all_digits(s));
	s += strspn(s, "0");
	snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	MUST(str_eq(*s ? s : "0", text));
}

static void numbers(const char *s)
{
	uint64_t u;
	uint32_t id;
	int64_t i;
	struct err e;

	if (parse_u64(s, UINT64_MAX, &u) == 0)
		same(s, u);
	if (parse_u32(s, &id) == 0)
		same(s, id);
	if (parse_id(s, &id) == 0) {
		same(s, id);
		MUST(id != UINT32_MAX);
	}
	if (parse_i64(s, &i) == 0 && i >= 0 && s[0] != '-')
		same(s, (uint64_t)i);
	if (parse_size(s, false, &i) == 0)
		MUST(i >= 0);
	if (parse_size(s, true, &i) == 0)
		MUST(i >= -1);
	if (go_uint(s, &u, &e) < 0)
		check_error(&e);
	else
		same(s, u);
	if (go_int(s, &i, &e) < 0)
		check_error(&e);
	if (go_size(s, &i, &e) < 0)
		check_error(&e);
	else
		MUST(i >= 0);
	if (go_duration(s, &i) == 0)
		MUST((i < 0) <= (s[0] == '-'));
}

static void user(const char *s)
{
	uint32_t uid = UINT32_MAX, gid = UINT32_MAX;
	bool has_gid = false;
	struct err e;

	if (user_parse(s, &uid, &gid, &has_gid, &e) < 0) {
		check_error(&e);
		return;
	}
	MUST(uid != UINT32_MAX && (!has_gid || gid != UINT32_MAX));
	MUST(strspn(s, "0123456789:") == strlen(s) && has_gid == !!strchr(s, ':'));
}

static void container_id(const char *s)
{
	struct err e;

	if (store_check_id(s, &e) < 0) {
		check_error(&e);
		return;
	}
	/* One component of a path, and never the directory itself or the one above. */
	MUST(*s && strlen(s) <= 1024 && !strchr(s, '/'));
	MUST(!str_eq(s, ".") && !str_eq(s, ".."));
	for (; *s; s++)
		MUST(*s > ' ' && *s < 127);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = text_of(data, size);
	int sig;

	numbers(s);
	user(s);
	container_id(s);
	if (signal_parse(s, &sig) == 0)
		MUST(sig >= 0 && sig <= SIGRTMAX && (*s < '0' || *s > '9' || all_digits(s)));
	free(s);
	return 0;
}
