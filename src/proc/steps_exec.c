/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/str.h"
#include "hooks/hooks.h"
#include "os/all_signals.h"
#include "os/fd.h"
#include "proc/fds.h"
#include "proc/steps.h"
#include "sec/user.h"

#define FIFO_NAME "exec.fifo"

int step_home(struct init_ctx *ctx, struct err *e)
{
	static const char prefix[] = "HOME=";
	size_t n = sizeof(prefix) - 1;
	int held = ctx->job->mounts ? mount_root_fd(ctx->job->mounts) : FD_NONE;
	auto_left_fd root = FD_NONE;

	if (!ctx->job->home_slot)
		return 0;
	root = held >= 0 ? held : openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(e, errno, "open /");
	memcpy(ctx->text, prefix, n);
	/* An image whose passwd cannot be read still gets a HOME. */
	if (user_home(root, ctx->job->process->user.uid, ctx->text + n, sizeof(ctx->text) - CTX_EXE_MAX - n) < 0)
		snprintf(ctx->text + n, sizeof("/"), "/");
	ctx->home = strlen(ctx->text) + 1;
	*ctx->job->home_slot = ctx->text;
	return 0;
}

/* 0 when path can be executed, else the errno that Go's exec.LookPath would report. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	/* By effective ids: root without CAP_DAC_OVERRIDE must see what execve would say.
	 * An old profile does not know faccessat2 and says EPERM: then execve has the last word. */
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 && errno != EPERM && errno != ENOSYS)
		return errno == EROFS ? EACCES : errno;
	return st.st_mode & 0111 ? 0 : EACCES;
}

static const char *path_variable(char *const *envp)
{
	const char *path = NULL;

	for (; *envp; envp++)
		if (str_starts(*envp, "PATH="))
			path = *envp + strlen("PATH=");
	return path;
}

static int search_path(struct init_ctx *ctx, const char *name)
{
	const char *path = path_variable(ctx->job->envp);
	char *exe = ctx_exe(ctx);

	while (path && *path) {
		size_t n = strcspn(path, ":");
		int len = snprintf(exe, CTX_EXE_MAX, "%.*s/%s", (int)n, path, name);

		/* An empty or relative entry would mean the working directory: never searched. */
		if (path[0] == '/' && len > 0 && len < CTX_EXE_MAX && executable(exe) == 0)
			return 0;
		path += n;
		if (*path == ':')
			path++;
	}
	return -ENOENT;
}

/* The words are those of Go's os/exec: Docker and podman make 126 and 127 of them. */
int step_find_program(struct init_ctx *ctx, struct err *e)
{
	const char *name = ctx->job->argv ? ctx->job->argv[0] : NULL;
	int errnum;

	if (!name)
		return 0; /* a config without process: start is the one to fail */
	if (!strchr(name, '/')) {
		if (search_path(ctx, name) == 0)
			return 0;
		return err_make(e, ERR_SYS, ENOENT, "exec: \"%s\": executable file not found in $PATH", name);
	}
	if (snprintf(ctx_exe(ctx), CTX_EXE_MAX, "%s", name) >= CTX_EXE_MAX)
		return err_sys(e, ENAMETOOLONG, "exec: \"%.64s...\"", name);
	errnum = executable(name);
	if (errnum == 0)
		return 0;
	if (errnum == EISDIR || errnum == EACCES)
		return err_sys(e, errnum, "exec: \"%s\"", name);
	return err_sys(e, errnum, "exec: \"%s\": stat %s", name, name);
}

static void end_by_signal(int sig)
{
	_exit(128 + sig);
}

/*
 * The first process of a pid namespace is deaf to every signal that it has no handler for. One that
 * waits for start has not become the payload yet: it ends, as runc's does. execve(2) resets these.
 */
static void end_by_usual_signals(void)
{
	static const int usual[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	const struct sigaction end = { .sa_handler = end_by_signal };

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		sigaction(usual[i], &end, NULL);
}

/*
 * conmon ignores SIGPIPE and others block signals: neither may reach the payload. Handlers need no
 * care: execve(2) takes them away.
 */
int step_signals(struct init_ctx *ctx, struct err *e)
{
	uint64_t left = ctx->ignored_signals;
	sigset_t none;

	for (int sig = 1; left; sig++, left >>= 1)
		if ((left & 1) && sig != SIGKILL && sig != SIGSTOP)
			os_signal_default(sig);
	if (ctx->job->fifo_dir >= 0)
		end_by_usual_signals();
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return err_sys(e, errno, "sigprocmask");
	return 0;
}

static int load_filter(struct init_ctx *ctx, struct err *e)
{
	return seccomp_program_load(&ctx->job->seccomp, &ctx->listener, e);
}

static int hand_over_listener(struct init_ctx *ctx, struct err *e)
{
	int r;

	if (ctx->listener < 0)
		return 0;
	r = chan_send(ctx->parent, MSG_SECCOMP_FD, NULL, ctx->listener, e);
	fd_close(TAKE_FD(ctx->listener));
	if (r < 0)
		return r;
	return chan_expect(ctx->parent, MSG_SECCOMP_DONE, NULL, NULL, e);
}

/* Three moments for one filter: without no_new_privs before the capabilities go; with a listener
 * while there still is a parent to give it to; else as the very last act, or before the hooks that
 * run in the container. */
int step_seccomp_early(struct init_ctx *ctx, struct err *e)
{
	int r;

	if (!ctx->job->seccomp.filter || ctx->job->process->no_new_privileges)
		return 0;
	r = load_filter(ctx, e);
	return r < 0 ? r : hand_over_listener(ctx, e);
}

int step_seccomp_listener(struct init_ctx *ctx, struct err *e)
{
	int r;

	if (!ctx->job->seccomp.filter || !ctx->job->process->no_new_privileges ||
	    !ctx->job->seccomp.notify)
		return 0;
	r = load_filter(ctx, e);
	return r < 0 ? r : hand_over_listener(ctx, e);
}

int step_seccomp_late(struct init_ctx *ctx, struct err *e)
{
	if (!ctx->job->seccomp.filter || !ctx->job->process->no_new_privileges ||
	    ctx->job->seccomp.notify || ctx->confined)
		return 0;
	ctx->confined = true;
	return load_filter(ctx, e);
}

/* Is the link number fd of links (/proc/thread-self/fd, as far as that can be believed) what fd is? */
static bool is_the_same(int links, int fd, struct stat *ret)
{
	char name[16];
	struct stat st;

	snprintf(name, sizeof(name), "%d", fd);
	return fstat(fd, ret) == 0 && fstatat(links, name, &st, 0) == 0 && st.st_ino == ret->st_ino &&
	       st.st_dev == ret->st_dev;
}

/*
 * Init may wait for days: it keeps no mount of the host busy and no socket of the caller open. Nor,
 * if it can do without, the state directory, whose descriptor leads to all of the host: by the
 * container's /proc the fifo is opened from a descriptor of its own. That /proc need not be true,
 * since what it gives is compared.
 */
static int keep_fifo(struct init_ctx *ctx, struct err *e)
{
	struct chain_job *job = ctx->job;
	int fifo = openat(job->fifo_dir, FIFO_NAME, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	int links = openat(AT_FDCWD, "/proc/thread-self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int *const keep[] = { &job->fifo_dir, &ctx->fifo_path, &ctx->links };
	struct stat st;

	if (fifo >= 0 && links >= 0 && is_the_same(links, fifo, &st)) {
		job->fifo_dir = FD_NONE;
		ctx->fifo_path = fifo;
		ctx->links = links;
	}
	return fds_gather(job->extra_fds, keep, ARRAY_SIZE(keep), e);
}

static int open_fifo(const struct init_ctx *ctx)
{
	char name[16];
	struct stat st, found;
	int fd;

	if (ctx->fifo_path < 0)
		return openat(ctx->job->fifo_dir, FIFO_NAME, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (!is_the_same(ctx->links, ctx->fifo_path, &st)) {
		errno = ESTALE;
		return -1;
	}
	snprintf(name, sizeof(name), "%d", ctx->fifo_path);
	fd = openat(ctx->links, name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 && (fstat(fd, &found) < 0 || found.st_ino != st.st_ino || found.st_dev != st.st_dev)) {
		fd_close(fd);
		errno = ESTALE;
		return -1;
	}
	return fd;
}

int step_ready(struct init_ctx *ctx, struct err *e)
{
	int r;

	log_debug("%s", ctx->job->script.join ? "setns_init: about to exec" :
		  "init: closing the pipe to signal completion");
	r = chan_send(ctx->parent, MSG_READY, NULL, FD_NONE, e);
	if (r < 0)
		return r;
	/* create: from here on nobody is there but `start`. run and exec listen to the end. */
	if (ctx->job->fifo_dir < 0)
		return 0;
	log_set_sink(NULL, NULL);
	chan_close(ctx->parent);
	return keep_fifo(ctx, e);
}

/* Opening for writing blocks until `start` opens for reading. */
int step_wait_for_start(struct init_ctx *ctx, struct err *e)
{
	int r;

	if (ctx->job->fifo_dir < 0 && ctx->fifo_path < 0)
		return 0;
	do
		ctx->fifo = open_fifo(ctx);
	while (ctx->fifo < 0 && errno == EINTR);
	if (ctx->fifo < 0)
		return err_sys(e, errno, "open exec.fifo");
	r = io_write_all(ctx->fifo, "0", 1);
	if (r < 0)
		return err_sys(e, -r, "write exec.fifo");
	if (!ctx->job->argv)
		return err_make(e, ERR_CONFIG, EINVAL, "process property must not be empty");
	return 0;
}

int step_start_container_hooks(struct init_ctx *ctx, struct err *e)
{
	const struct spec_hook_list *list = &ctx->job->spec->hooks.list[HOOK_START_CONTAINER];
	struct oci_state state = ctx->job->hook_state;
	struct hook_context hc = { .inherit_env = ctx->job->envp };
	int *const keep[] = { &ctx->parent->fd };
	auto_str text = { 0 };
	int r;

	if (list->n == 0)
		return 0;
	state.status = STATUS_CREATED;
	state.pid = getpid(); /* as the container sees it (runtime.md) */
	r = oci_state_emit(&state, 0, &text, e);
	/* They are the container's programs, and with CAP_SYS_PTRACE may look at us (CVE-2016-9962). Who waited for
	 * start has nothing of the host's any more. */
	if (r == 0 && ctx->parent->fd >= 0)
		r = fds_gather(ctx->job->extra_fds, keep, ARRAY_SIZE(keep), e);
	if (r < 0)
		return r;
	hc.state = text.s;
	hc.state_len = text.len;
	/* Under its filter, too. */
	r = step_seccomp_late(ctx, e);
	return r < 0 ? r : hooks_run(HOOK_START_CONTAINER, list, &hc, e);
}

int step_leave_descriptors(struct init_ctx *ctx, struct err *e)
{
	int r = fds_leave(ctx->job->extra_fds, e);

	if (r == 0) {
		log_set_sink(NULL, NULL);
		ctx->parent->fd = FD_NONE;
		ctx->fifo = FD_NONE;
	}
	return r;
}
