/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/config.h"
#include "container/destroy.h"
#include "container/notify.h"
#include "os/pidfd.h"

static int check_status(const struct opened *c, struct err *e)
{
	static const char *const words[] = {
		[STATUS_CREATING] = "cannot start a container that is being created",
		[STATUS_RUNNING] = "cannot start an already running container",
		[STATUS_PAUSED] = "cannot start a container in the paused state",
		[STATUS_STOPPED] = "cannot start a container that has stopped",
	};

	return c->status == STATUS_CREATED ? 0 : err_make(e, ERR_STATE, EINVAL, "%s", words[c->status]);
}

/* An init that waits answers at once. */
#define ANSWER_S 10

/*
 * Nothing came for a second. An earlier start may have died after it released init and before it
 * removed the fifo: then nobody will ever answer, and the container runs.
 */
static int bear_silence(struct opened *c, unsigned *seconds, struct err *e)
{
	int r = opened_refresh(c, e);

	if (r < 0 || !c->init_alive || ++*seconds < ANSWER_S)
		return r;
	store_remove_fifo(&c->dir);
	return err_make(e, ERR_STATE, EINVAL, "cannot start an already running container");
}

/*
 * Reads what init says: "0" when it goes on, then nothing until it is past its last descriptor,
 * or the reason why it could not. An init that dies meanwhile must not hang us: both are polled.
 */
static int read_fifo(struct opened *c, int fifo, int pidfd, char *buf, size_t size, size_t *ret_len,
		     struct err *e)
{
	struct pollfd fds[2] = { { .fd = fifo, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	unsigned silent = 0;
	size_t len = 0;

	for (;;) {
		int r = poll(fds, 2, len && pidfd >= 0 ? -1 : 1000);
		ssize_t n;

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, errno, "poll");
		if (r == 0) {
			r = len ? opened_refresh(c, e) : bear_silence(c, &silent, e);
			if (r < 0)
				return r;
			if (!c->init_alive)
				break;
			continue;
		}
		n = fds[0].revents ? read(fifo, buf + len, size - len) : -1;
		if (n > 0) {
			/* Released: from now on it runs, even if we are killed. */
			if (len == 0)
				store_remove_fifo(&c->dir);
			len += (size_t)n;
			if (len < size)
				continue;
		}
		/* End of file, a full buffer, or a dead init that left nothing to read. */
		if (n >= 0 || (fds[1].revents && !fds[0].revents))
			break;
	}
	*ret_len = len;
	return 0;
}

static int release_init(struct opened *c, struct err *e)
{
	auto_fd fifo = FD_NONE;
	char text[ERR_TEXT_MAX];
	size_t len = 0;
	int pidfd, r = opened_pidfd(c, &pidfd, e);

	/* It says that the container is created, as init itself does until the program is executed. */
	if (r == 0)
		store_drop_brief(&c->dir);
	/* Opening releases init, which may have run and ended by the next line: the pidfd is first. */
	if (r == 0) {
		fifo = openat(c->dir.fd, "exec.fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
		r = fifo < 0 ? err_sys(e, errno, "open exec.fifo") : 0;
	}
	if (r == 0)
		r = read_fifo(c, fifo, pidfd, text, sizeof(text) - 1, &len, e);
	if (r < 0)
		return r;
	if (len == 0)
		return err_make(e, ERR_CHILD, ESRCH, "container init ended before it could be started");
	text[len] = '\0';
	if (len > 1)
		return err_make(e, ERR_CHILD, EIO, "%s", text + 1);
	store_write_brief(&c->dir, &c->state, 0);
	return 0;
}

static int poststart(struct opened *c, struct err *e)
{
	struct spec spec;
	int r;

	if (!c->state.has_poststart)
		return 0;
	r = config_load(&c->dir, c->state.bundle, &spec, e);
	if (r < 0)
		return r;
	/* It runs, and the hooks may call other commands for it. */
	store_unlock(&c->dir);
	r = run_poststart(&spec, &c->state, e);
	spec_fini(&spec);
	return r;
}

/* A failed start stops the container and takes it through the rest of its life: runtime.md,
 * lifecycle 8 and 9. While poststart hooks ran somebody else may have done so, or have paused it. */
static void end_container(struct opened *c)
{
	struct err e;
	bool locked = store_lock(&c->dir, LOCK_TIMEOUT_MS, &e) == 0;

	if (!locked && e.kind == ERR_NOT_FOUND)
		return;
	if (opened_refresh(c, &e) == 0 && kill_and_wait(c, &e) == 0 && locked)
		destroy_container(c, &e);
}

/* Until the container says that it is ready, while others may work with it. */
static void wait_until_ready(struct opened *c, int notify, int pidfd)
{
	fd_close(TAKE_FD(c->dir.lock));
	notify_wait(notify, (pid_t)c->state.init_pid, pidfd);
}

int container_start(struct runtime *rt, const char *id, struct err *e)
{
	auto_fd notify = FD_NONE;
	struct opened c;
	int pidfd = FD_NONE, r = opened_init(&c, rt, id, OPEN_LOCKED, e);

	if (r < 0)
		return r;
	r = check_status(&c, e);
	if (r == 0)
		r = notify_bind(&c.dir, &notify, e);
	if (r == 0 && notify >= 0)
		r = opened_pidfd(&c, &pidfd, e);
	if (r < 0)
		goto out;
	r = release_init(&c, e);
	if (r == 0)
		r = poststart(&c, e);
	/* Not one that turns out to be started or stopped already. */
	if (r < 0 && e->kind != ERR_STATE)
		end_container(&c);
	if (r == 0 && notify >= 0)
		wait_until_ready(&c, notify, pidfd);
out:
	opened_fini(&c);
	return r;
}
