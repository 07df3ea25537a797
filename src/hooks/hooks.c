/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/hooks.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "os/spawn.h"

const char *const hook_kind_names[HOOK_KIND_MAX] = {
	[HOOK_PRESTART] = "prestart",
	[HOOK_CREATE_RUNTIME] = "createRuntime",
	[HOOK_CREATE_CONTAINER] = "createContainer",
	[HOOK_START_CONTAINER] = "startContainer",
	[HOOK_POSTSTART] = "poststart",
	[HOOK_POSTSTOP] = "poststop",
};

/* Both have to find room in one struct err. */
#define OUTPUT_MAX 1200

/* The ends as Go's os.ProcessState says them: "exit status 1", "signal: killed (core dumped)". */
static void describe_status(int status, char *buf, size_t size)
{
	const char *name;

	if (WIFEXITED(status)) {
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
		return;
	}
	name = strsignal(WTERMSIG(status));
	snprintf(buf, size, "signal: %s%s", name ? name : "unknown",
		 WCOREDUMP(status) ? " (core dumped)" : "");
	buf[strlen("signal: ")] = (char)tolower((unsigned char)buf[strlen("signal: ")]);
}

static int64_t timeout_ms(const struct spec_hook *h)
{
	if (!h->timeout.set)
		return -1;
	return h->timeout.v > INT64_MAX / 2000 ? -1 : h->timeout.v * 1000;
}

static int run_one(const struct spec_hook *h, const struct hook_context *ctx, struct err *e)
{
	char out[OUTPUT_MAX], errors[OUTPUT_MAX], how[64];
	char *const only_path[] = { h->path, NULL };
	struct spawn s = {
		.path = h->path,
		.argv = h->args.n ? h->args.v : only_path,
		.envp = h->env.v ? h->env.v : ctx->inherit_env,
		.cwd = ctx->cwd,
		.input = ctx->state,
		.input_len = ctx->state_len,
		.signals = ctx->signals,
		.timeout_ms = timeout_ms(h),
		.out = out,
		.out_size = sizeof(out),
		.err = errors,
		.err_size = sizeof(errors),
		.output = ctx->output,
	};
	int status, r = os_spawn(&s, &status, e);

	if (r == -ETIMEDOUT && e->kind == ERR_CHILD)
		return err_make(e, ERR_CHILD, ETIMEDOUT, "hook ran past specified timeout of %lld.0s",
				(long long)h->timeout.v);
	if (r < 0)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	describe_status(status, how, sizeof(how));
	return err_make(e, ERR_CHILD, ECANCELED, "%s, stdout: %s, stderr: %s", how, out, errors);
}

/* A FIFO must not hold up the runtime, which may have the container's lock: it has a reader or is an
 * error. Hooks then wait for that reader as for any other. */
static int open_output(const char *path, struct err *e)
{
	auto_fd fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd < 0 && errno == ENXIO)
		return err_make(e, ERR_SYS, ENXIO,
				"open %s for the output of hooks: nobody reads from it", path);
	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		return err_sys(e, errno, "open %s for the output of hooks", path);
	return TAKE_FD(fd);
}

int hooks_open_output(const struct spec_hooks *h, int *ret, struct err *e)
{
	ret[0] = ret[1] = FD_NONE;
	for (size_t i = 0; i < 2; i++) {
		if (!h->output[i])
			continue;
		ret[i] = open_output(h->output[i], e);
		if (ret[i] < 0) {
			ret[i] = FD_NONE;
			hooks_close_output(ret);
			return -e->errnum;
		}
	}
	return 0;
}

void hooks_close_output(int *output)
{
	cleanup_fd(&output[0]);
	cleanup_fd(&output[1]);
}

int hooks_run(enum hook_kind kind, const struct spec_hook_list *list, const struct hook_context *ctx,
	      struct err *e)
{
	for (size_t i = 0; i < list->n; i++) {
		char text[ERR_TEXT_MAX + 64];
		int r = run_one(&list->v[i], ctx, e);

		if (r >= 0)
			continue;
		r = err_wrap(e, "error running %s hook #%zu", hook_kind_names[kind], i);
		if (!ctx->keep_going)
			return r;
		err_format(e, text, sizeof(text));
		log_warn("%s", text);
		err_init(e);
	}
	return 0;
}
