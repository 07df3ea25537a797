/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "hooks/hooks.h"
#include "os/fd.h"
#include "os/safe_path.h"
#include "proc/steps.h"
#include "term/term.h"

int step_mount_namespace(struct init_ctx *ctx, struct err *e)
{
	auto_left_fd ns = FD_NONE;
	dev_t above = 0;
	int r;

	if (!(ctx->job->script.late_kinds & KIND_BIT(NS_MOUNT)))
		return 0;
	r = mount_open_before(ctx->job->mounts, e);
	if (r < 0)
		return r;
	ns = beside_mounts(ctx->job->beside, &ctx->got, &above);
	return mount_namespace(ctx->job->mounts, ns, above, e);
}

int step_rootfs(struct init_ctx *ctx, struct err *e)
{
	return mount_rootfs_prepare(ctx->job->mounts, e);
}

static int ask_for_idmap(void *data, int tree, struct err *e)
{
	struct chan *parent = data;
	int r = chan_send(parent, MSG_IDMAP_REQUEST, NULL, tree, e);

	return r < 0 ? r : chan_expect(parent, MSG_IDMAP_DONE, NULL, NULL, e);
}

/* By descriptors: what is in /proc of a process in a user namespace is not every parent's to open. */
static int ask_for_sources(struct init_ctx *ctx, struct err *e)
{
	size_t n = mount_plan_inside(ctx->job->mounts);
	auto_fd ns = FD_NONE, root = FD_NONE;
	int r;

	if (n == 0)
		return 0;
	ns = procfs_open_ns(ctx->job->proc, 0, "mnt");
	root = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ns < 0 || root < 0)
		return err_sys(e, ns < 0 ? -ns : errno, "open the mount namespace and its root");
	r = chan_send(ctx->parent, MSG_SOURCES_REQUEST, NULL, ns, e);
	if (r == 0)
		r = chan_send(ctx->parent, MSG_SOURCES_ROOT, NULL, root, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = chan_expect(ctx->parent, MSG_SOURCE, NULL, mount_plan_inside_tree(ctx->job->mounts, i), e);
	return r;
}

int step_mounts(struct init_ctx *ctx, struct err *e)
{
	int r = ask_for_sources(ctx, e);

	if (r < 0)
		return r;
	mount_plan_on_idmap(ctx->job->mounts, ask_for_idmap, ctx->parent);
	return mount_all(ctx->job->mounts, ctx->job->proc, e);
}

int step_devices(struct init_ctx *ctx, struct err *e)
{
	return mount_devices(ctx->job->mounts, e);
}

/* runc makes a missing working directory; on a read-only root the chdir says what is wrong. */
int step_make_cwd(struct init_ctx *ctx, struct err *e)
{
	int fd;

	if (str_eq(ctx->job->process->cwd, "/"))
		return 0;
	fd = safe_mkdir_p(mount_root_fd(ctx->job->mounts), ctx->job->process->cwd, 0755);

	if (fd == -EROFS || fd == -EACCES)
		return 0;
	if (fd < 0)
		return err_sys(e, -fd, "mkdir %s", ctx->job->process->cwd);
	fd_close(fd);
	return 0;
}

int step_host_hooks(struct init_ctx *ctx, struct err *e)
{
	const struct spec_hooks *h = &ctx->job->spec->hooks;
	int r;

	if (h->list[HOOK_PRESTART].n == 0 && h->list[HOOK_CREATE_RUNTIME].n == 0)
		return 0;
	r = chan_send(ctx->parent, MSG_HOOKS_REQUEST, NULL, FD_NONE, e);
	if (r < 0)
		return r;
	return chan_expect(ctx->parent, MSG_HOOKS_DONE, NULL, NULL, e);
}

int step_create_container_hooks(struct init_ctx *ctx, struct err *e)
{
	const struct spec_hook_list *list = &ctx->job->spec->hooks.list[HOOK_CREATE_CONTAINER];
	struct oci_state state = ctx->job->hook_state;
	struct hook_context hc = { .output = ctx->job->hook_output };
	auto_str text = { 0 };
	int r;

	if (list->n == 0)
		return 0;
	/* As with runc, where hooks make files of the root by relative names. */
	if (fchdir(mount_root_fd(ctx->job->mounts)) < 0)
		return err_sys(e, errno, "change to the rootfs");
	state.status = STATUS_CREATING;
	state.pid = getpid(); /* as the container sees it (runtime.md) */
	r = oci_state_emit(&state, 0, &text, e);
	if (r < 0)
		return r;
	hc.state = text.s;
	hc.state_len = text.len;
	umask(mount_callers_umask(ctx->job->mounts));
	return hooks_run(HOOK_CREATE_CONTAINER, list, &hc, e);
}

int step_pivot(struct init_ctx *ctx, struct err *e)
{
	return mount_pivot(ctx->job->mounts, e);
}

static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

static bool opened_null(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && is_null(&st);
}

/* Looked at before it is opened, and after. */
static int open_null(void)
{
	auto_left_fd path = openat(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC), null = FD_NONE;

	if (!opened_null(path))
		return FD_NONE;
	null = openat(AT_FDCWD, "/dev/null", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return !opened_null(null) || fcntl(null, F_SETFL, 0) < 0 ? FD_NONE : TAKE_FD(null);
}

/*
 * A caller's /dev/null is on a mount that the container does not have: its own takes its place, as
 * with runc, or no checkpoint could tell what it is. What an image has there is looked at before it
 * is opened (CVE-2025-31133); without one everything stays as it is.
 */
int step_null_stdio(struct init_ctx *ctx, struct err *e)
{
	const struct spec_process *p = ctx->job->process;
	auto_left_fd opened = FD_NONE;
	int null = mount_own_null(ctx->job->mounts);

	for (int fd = 0; fd < 3; fd++) {
		struct stat st;

		if (fstat(fd, &st) < 0)
			continue;
		ctx->stdio_done[fd] = !p->terminal && st.st_uid == p->user.uid;
		if (!is_null(&st))
			continue;
		if (null < 0)
			null = opened = open_null();
		if (null < 0)
			return 0;
		if (dup2(null, fd) < 0)
			return err_sys(e, errno, "dup2 /dev/null");
		ctx->stdio_done[fd] = !p->terminal;
	}
	return 0;
}

int step_terminal(struct init_ctx *ctx, struct err *e)
{
	auto_fd root = FD_NONE, master = FD_NONE, slave = FD_NONE;
	int r;

	if (!ctx->job->process->terminal)
		return 0;
	root = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(e, errno, "open /");
	r = term_open_pty(root, ctx->job->process->console_size, &master, &slave, e);
	if (r == 0 && !ctx->job->script.join)
		r = mount_console(slave, e);
	if (r == 0 && ctx->job->relay)
		r = term_relay_prepare(master, STDIN_FILENO, STDOUT_FILENO, e);
	if (r == 0)
		r = term_take_over(slave, e);
	if (r < 0)
		return r;
	return chan_send(ctx->parent, MSG_TTY, NULL, master, e);
}

int step_finish_mounts(struct init_ctx *ctx, struct err *e)
{
	return mount_finish(ctx->job->mounts, ctx->job->proc, e);
}
