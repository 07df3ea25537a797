/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "hooks/hooks.h"
#include "tests/unit/test.h"

#define STATE "{\"ociVersion\":\"1.3.0\",\"id\":\"c1\"}"

static char dir[64], text[ERR_TEXT_MAX], warned[ERR_TEXT_MAX];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/strake-test-XXXXXX");
	warned[0] = '\0';
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const names[] = { "hook", "hook2", "out", "out2" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

/* A script below dir; the path is the caller's buffer. */
static char *script(char *path, size_t size, const char *name, const char *body)
{
	FILE *f;

	snprintf(path, size, "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

static const char *output(const char *name)
{
	static char buf[4096];
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (io_read_file(AT_FDCWD, path, buf, sizeof(buf)) < 0)
		return NULL;
	return buf;
}

static int run(enum hook_kind kind, struct spec_hook *h, size_t n, struct hook_context *ctx)
{
	struct spec_hook_list list = { h, n };
	struct err e;
	int r;

	ctx->state = STATE;
	ctx->state_len = strlen(STATE);
	ctx->cwd = dir;
	err_init(&e);
	r = hooks_run(kind, &list, ctx, &e);
	assert_int_equal(r < 0, err_is_set(&e));
	err_format(&e, text, sizeof(text));
	return r;
}

static void state_args_env_and_cwd(void **state)
{
	char *args[] = { (char[]){ "name" }, (char[]){ "a b" }, NULL };
	char *env[] = { (char[]){ "K=v" }, NULL };
	struct hook_context ctx = { 0 };
	char path[128];
	struct spec_hook h = {
		.path = script(path, sizeof(path), "hook",
			       "read -r s; echo \"$s|$1|$K|$LEAK|$(pwd)\" >out"),
		.args = { args, 2 },
		.env = { env, 1 },
	};
	char want[256];

	(void)state;
	setenv("LEAK", "leak", 1);
	assert_int_equal(run(HOOK_PRESTART, &h, 1, &ctx), 0);
	snprintf(want, sizeof(want), "%s|a b|v||%s", STATE, dir);
	assert_string_equal(output("out"), want);
}

static void absent_env_follows_the_context(void **state)
{
	char *const inherit[] = { (char[]){ "LD_PRELOAD=/x" }, NULL };
	struct hook_context ctx = { 0 };
	char path[128];
	struct spec_hook h = { .path = script(path, sizeof(path), "hook", "echo \"<$LD_PRELOAD>\" >out 2>/dev/null") };

	(void)state;
	/* CVE-2025-23266: a createContainer hook took LD_PRELOAD from the image. */
	setenv("LD_PRELOAD", "", 1);
	assert_int_equal(run(HOOK_CREATE_CONTAINER, &h, 1, &ctx), 0);
	assert_string_equal(output("out"), "<>");
	ctx.inherit_env = inherit;
	assert_int_equal(run(HOOK_START_CONTAINER, &h, 1, &ctx), 0);
	assert_string_equal(output("out"), "</x>");
	unsetenv("LD_PRELOAD");
}

static void failures_have_runcs_words(void **state)
{
	struct hook_context ctx = { 0 };
	char path[128], path2[128];
	struct spec_hook h[2] = {
		{ .path = script(path, sizeof(path), "hook", "exit 1") },
		{ .path = script(path2, sizeof(path2), "hook2", "echo ran >out2") },
	};

	(void)state;
	assert_true(run(HOOK_PRESTART, h, 2, &ctx) < 0);
	assert_string_equal(text, "error running prestart hook #0: exit status 1, stdout: , stderr: ");
	assert_null(output("out2")); /* the rest did not run */

	script(path, sizeof(path), "hook", "echo said; echo no >&2; exit 255");
	assert_true(run(HOOK_CREATE_RUNTIME, h, 1, &ctx) < 0);
	assert_string_equal(text, "error running createRuntime hook #0: exit status 255, "
				  "stdout: said\n, stderr: no\n");
	script(path, sizeof(path), "hook", "kill -9 $$");
	assert_true(run(HOOK_POSTSTART, h, 1, &ctx) < 0);
	assert_string_equal(text, "error running poststart hook #0: signal: killed, stdout: , stderr: ");

	h[0].path = (char[]){ "/nonexistent/hook" };
	assert_int_equal(run(HOOK_START_CONTAINER, h, 1, &ctx), -ENOENT);
	assert_string_equal(text, "error running startContainer hook #0: "
				  "fork/exec /nonexistent/hook: no such file or directory");
}

static void second_hook_has_its_number(void **state)
{
	struct hook_context ctx = { 0 };
	char path[128], path2[128];
	struct spec_hook h[2] = {
		{ .path = script(path, sizeof(path), "hook", "exit 0") },
		{ .path = script(path2, sizeof(path2), "hook2", "exit 7") },
	};

	(void)state;
	assert_true(run(HOOK_PRESTART, h, 2, &ctx) < 0);
	assert_string_equal(text, "error running prestart hook #1: exit status 7, stdout: , stderr: ");
}

static void timeout_ends_it(void **state)
{
	struct hook_context ctx = { 0 };
	char path[128];
	struct spec_hook h = {
		.path = script(path, sizeof(path), "hook", "sleep 30; echo late >out"),
		.timeout = { true, 1 },
	};

	(void)state;
	assert_int_equal(run(HOOK_PRESTART, &h, 1, &ctx), -ETIMEDOUT);
	assert_string_equal(text, "error running prestart hook #0: "
				  "hook ran past specified timeout of 1.0s");
	assert_null(output("out"));
}

static void sink(void *data, enum log_level level, const char *msg)
{
	(void)data;
	assert_int_equal(level, LOG_LEVEL_WARNING);
	snprintf(warned, sizeof(warned), "%s", msg);
}

static void keep_going_warns_and_runs_the_rest(void **state)
{
	struct hook_context ctx = { .keep_going = true };
	char path[128], path2[128];
	struct spec_hook h[2] = {
		{ .path = script(path, sizeof(path), "hook", "exit 1") },
		{ .path = script(path2, sizeof(path2), "hook2", "echo ran >out2") },
	};

	(void)state;
	log_set_sink(sink, NULL);
	assert_int_equal(run(HOOK_POSTSTOP, h, 2, &ctx), 0);
	log_set_sink(NULL, NULL);
	assert_string_equal(warned, "error running poststop hook #0: exit status 1, stdout: , stderr: ");
	assert_string_equal(output("out2"), "ran");
}

static void hooks_get_three_descriptors(void **state)
{
	struct hook_context ctx = { 0 };
	int a = open("/", O_RDONLY), b = fcntl(a, F_DUPFD, 100);
	char path[128];
	struct spec_hook h = {
		/* 10 is where the shell keeps the script itself. */
		.path = script(path, sizeof(path), "hook",
			       "for f in /proc/$$/fd/*; do [ -e $f ] && echo ${f##*/} $(readlink $f) >&2; done\n"
			       "exit 1"),
	};
	char want[64];

	(void)state;
	assert_true(a >= 3 && b >= 100);
	assert_true(run(HOOK_PRESTART, &h, 1, &ctx) < 0);
	snprintf(want, sizeof(want), "\n%d /\n", a);
	assert_null(strstr(text, want));
	snprintf(want, sizeof(want), "\n%d /\n", b);
	assert_null(strstr(text, want));
	assert_non_null(strstr(text, "stderr: 0 pipe:"));
	assert_non_null(strstr(text, "\n2 pipe:"));
	close(a);
	close(b);
}

static void long_output_is_cut(void **state)
{
	struct hook_context ctx = { 0 };
	char path[128];
	struct spec_hook h = { .path = script(path, sizeof(path), "hook",
					      "head -c 100000 /dev/zero | tr '\\0' x; "
					      "echo why >&2; exit 1") };

	(void)state;
	assert_true(run(HOOK_PRESTART, &h, 1, &ctx) < 0);
	assert_non_null(strstr(text, "exit status 1, stdout: xxx"));
	assert_non_null(strstr(text, "xxx, stderr: why\n"));
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(state_args_env_and_cwd),
		ROW(absent_env_follows_the_context),
		ROW(failures_have_runcs_words),
		ROW(second_hook_has_its_number),
		ROW(timeout_ends_it),
		ROW(keep_going_warns_and_runs_the_rest),
		ROW(hooks_get_three_descriptors),
		ROW(long_output_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
