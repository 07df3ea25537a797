/* SPDX-License-Identifier: Apache-2.0 */
#include "os/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "os/agent_image.h"
#include "os/all_signals.h"
#include "os/pidfd.h"
#include "os/spawn.h"

/* The child's descriptors come from above this and go below it. */
#define IMAGE (OS_AGENT_EXTRA + 1)
#define ABOVE (IMAGE + 1)

struct child {
	int socket, extra, image;
	volatile int errnum;
};

/* ---- start ---- */

static int open_image(struct err *e)
{
	static const char name[] = "/proc/self/exe"; /* the parent's own, also when its name is gone */
	auto_fd exe = openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC);

	return exe < 0 ? err_sys(e, errno, "open %s", name) : os_agent_image(exe, name, os_agent_id, e);
}

/* A copy that no dup2() of the child's can hit. */
static int above(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE);

	return up < 0 ? -errno : up;
}

/* After vfork(): nothing but system calls. An ELF file may be close-on-exec. */
static void child_main(void *arg)
{
	static char name[] = "strake-agent";
	static char *const argv[] = { name, NULL };
	struct child *c = arg;
	sigset_t none;

	sigemptyset(&none);
	os_child_begin();
	if (dup2(c->socket, OS_AGENT_SOCKET) < 0 || dup3(c->image, IMAGE, O_CLOEXEC) < 0)
		goto fail;
	if (c->extra < 0)
		close(OS_AGENT_EXTRA);
	else if (dup2(c->extra, OS_AGENT_EXTRA) < 0)
		goto fail;
	os_child_close_from(ABOVE);
	os_signal_mask(SIG_SETMASK, &none, NULL);
	syscall(SYS_execveat, IMAGE, "", argv, environ, AT_EMPTY_PATH);
fail:
	c->errnum = errno;
}

static pid_t run(struct child *c, struct err *e)
{
	pid_t pid = os_vfork(child_main, c);

	if (pid < 0)
		return err_sys(e, -pid, "fork");
	if (!c->errnum)
		return pid;
	os_wait_child(pid, &(int){ 0 });
	/* ENOENT: a host with no loader of that libc. */
	return err_sys(e, c->errnum, "run the runtime's agent, which needs the system's glibc");
}

int os_agent_start(int extra, struct os_agent *ret, struct err *e)
{
	auto_fd image = open_image(e), ours = FD_NONE, theirs = FD_NONE;
	auto_fd socket_up = FD_NONE, extra_up = FD_NONE, image_up = FD_NONE;
	int ends[2];
	pid_t pid;

	if (image < 0)
		return image;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(e, errno, "socketpair");
	ours = ends[0];
	theirs = ends[1];
	socket_up = above(theirs);
	image_up = above(image);
	extra_up = extra >= 0 ? above(extra) : FD_NONE;
	if (socket_up < 0 || image_up < 0 || (extra >= 0 && extra_up < 0))
		return err_sys(e, EMFILE, "descriptors for the runtime's agent");
	pid = run(&(struct child){ .socket = socket_up, .extra = extra_up, .image = image_up }, e);
	if (pid < 0)
		return pid;
	*ret = (struct os_agent){ .fd = TAKE_FD(ours), .pid = pid };
	return 0;
}

/* ---- call ---- */

/* Until events are there. deadline: -1 for none. */
static int wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline < 0 ? -1 : deadline - now_ms();
		int r;

		if (deadline >= 0 && left < 0)
			left = 0;
		r = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r > 0)
			return 0;
		if (r == 0 && deadline >= 0 && now_ms() >= deadline)
			return -ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

/* All of buf one way, or -errno; -EPIPE: nobody is there any more. */
static int transfer(int fd, void *buf, size_t len, bool out, int64_t deadline)
{
	for (size_t have = 0; have < len;) {
		char *at = (char *)buf + have;
		ssize_t n = out ? send(fd, at, len - have, MSG_DONTWAIT | MSG_NOSIGNAL) :
				  recv(fd, at, len - have, MSG_DONTWAIT);
		int r = 0;

		if (n > 0)
			have += (size_t)n;
		else if (n == 0 || errno == ECONNRESET)
			return -EPIPE;
		else if (errno == EAGAIN)
			r = wait_for(fd, out ? POLLOUT : POLLIN, deadline);
		else if (errno != EINTR)
			r = -errno;
		if (r < 0)
			return r;
	}
	return 0;
}

static int send_request(struct os_agent *a, enum os_agent_op op, const struct str *request,
			int64_t deadline)
{
	struct os_agent_request head = { .op = (uint32_t)op, .len = (uint32_t)request->len };
	int r;

	if (request->failed)
		return -ENOMEM;
	if (request->len > OS_AGENT_REQUEST_MAX)
		return -E2BIG;
	r = transfer(a->fd, &head, sizeof(head), true, deadline);
	return r < 0 || !request->len ? r : transfer(a->fd, request->s, request->len, true, deadline);
}

static int get_reply(struct os_agent *a, struct os_agent_reply *reply, struct str *result,
		     int64_t deadline)
{
	auto_free char *bytes = NULL;
	int r = transfer(a->fd, reply, sizeof(*reply), false, deadline);

	if (r < 0)
		return r;
	if (reply->len > OS_AGENT_REPLY_MAX || (err_is_set(&reply->err) && !err_is_valid(&reply->err)))
		return -EPROTO;
	bytes = malloc(reply->len + 1);
	if (!bytes)
		return -ENOMEM;
	r = transfer(a->fd, bytes, reply->len, false, deadline);
	if (r < 0)
		return r;
	str_add_n(result, bytes, reply->len);
	return result->failed ? -ENOMEM : 0;
}

/* Unless it is reaped already: run reaps whatever ends (container/foreground.c), and then the number
 * may be another's. */
static void kill_ours(const struct os_agent *a)
{
	siginfo_t si;

	if (waitid(P_PID, (id_t)a->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0)
		kill(a->pid, SIGKILL);
}

static int explain(struct os_agent *a, int r, int64_t timeout_ms, struct err *e)
{
	int status;

	if (r == -ETIMEDOUT)
		return err_make(e, ERR_CHILD, ETIMEDOUT, "the runtime's agent did not answer within %lld ms",
				(long long)timeout_ms);
	if (r != -EPIPE)
		return err_sys(e, -r, "talk to the runtime's agent");
	kill_ours(a); /* without its socket it is of no use, whatever it may still be doing */
	status = 0;
	r = os_wait_child(a->pid, &status);
	a->pid = 0;
	if (r == 0 && WIFEXITED(status))
		return err_make(e, ERR_CHILD, ECHILD, "the runtime's agent ended with status %d",
				WEXITSTATUS(status));
	if (r == 0)
		return err_make(e, ERR_CHILD, ECHILD, "the runtime's agent was ended by signal %d",
				WTERMSIG(status));
	return err_make(e, ERR_CHILD, ECHILD, "the runtime's agent ended");
}

int os_agent_call(struct os_agent *a, enum os_agent_op op, const struct str *request,
		  int64_t timeout_ms, struct str *result, struct err *e)
{
	int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	struct os_agent_reply reply;
	int r;

	if (a->broken)
		return err_make(e, ERR_CHILD, ECHILD, "the runtime's agent is gone");
	r = send_request(a, op, request, deadline);
	if (r == 0)
		r = get_reply(a, &reply, result, deadline);
	if (r < 0) {
		a->broken = true;
		return explain(a, r, timeout_ms, e);
	}
	if (!err_is_set(&reply.err))
		return 0;
	*e = reply.err;
	return -e->errnum;
}

void os_agent_stop(struct os_agent *a)
{
	/* Also for a child that has a copy. */
	if (a->fd >= 0)
		shutdown(a->fd, SHUT_RDWR);
	fd_close(TAKE_FD(a->fd));
	if (a->pid > 0 && a->broken)
		kill_ours(a);
	if (a->pid > 0)
		os_wait_child(a->pid, &(int){ 0 });
	a->pid = 0;
}
